"""LightSNN's rounds, ties and the path that stays; SNASNet's random cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litesnn.search.methods.light.pruning import Pruning, evaluations
from litesnn.search.spaces.four_nodes import CELL_EDGES, connected, sample_wiring, to_matrix, without_idle_nodes
from litesnn.search.spaces.operations import SNASNET_OPERATIONS

LIGHT = ("zeroize", "conv3x3", "skip")


@pytest.mark.parametrize(("operations", "count"), [(LIGHT, 60), (SNASNET_OPERATIONS, 168)])
def test_a_search_takes_as_many_evaluations_as_published(operations: tuple[str, ...], count: int) -> None:
    pruning, tried, rounds = Pruning(operations), 0, 0
    while not pruning.finished:
        removals = pruning.removals()
        tried, rounds = tried + len(removals), rounds + 1
        assert len(pruning.finish_round(dict.fromkeys(removals, 1.0))) == len(CELL_EDGES)
    assert tried == count == evaluations(len(operations))
    assert rounds == len(operations) - 1


def test_the_removal_that_scores_highest_goes_and_ties_take_the_later_operation() -> None:
    pruning = Pruning(LIGHT)
    scores = dict.fromkeys(pruning.removals(), 0.0)
    scores[(4, 0)], scores[(9, 0)], scores[(9, 1)] = 2.0, 1.0, 1.0
    scores |= {(0, op): -np.inf for op in range(3)}
    removed = dict(pruning.finish_round(scores))
    assert removed == {edge.number: 2 for edge in CELL_EDGES} | {4: 0, 9: 1}


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([LIGHT, SNASNET_OPERATIONS]))
def test_a_forward_path_always_remains(random: np.random.Generator, operations: tuple[str, ...]) -> None:
    pruning = Pruning(operations)
    while not pruning.finished:
        # zeroize is always the most important: without the rule every edge would end as none
        scores = {(edge, op): -1.0 if op == 0 else random.random() for edge, op in pruning.removals()}
        pruning.finish_round(scores)
    wiring = pruning.wiring()
    assert connected([operation != "zeroize" for operation in wiring])
    assert sum(operation != "zeroize" for operation in wiring) <= 3


@pytest.mark.parametrize("feedback", [False, True])
def test_random_cells_are_those_of_the_published_space(feedback: bool) -> None:
    rng = np.random.default_rng(0)
    cells = [sample_wiring(SNASNET_OPERATIONS, feedback, rng) for _ in range(200)]
    assert len(set(cells)) > (50 if feedback else 150)
    for wiring in cells:
        matrix = to_matrix(wiring)
        assert matrix[0][3] is not None
        assert wiring == without_idle_nodes(wiring)
        pairs = [(i, j) for i in range(4) for j in range(i)]
        assert not any(matrix[i][j] and matrix[j][i] for i, j in pairs), "one direction per pair"
        for node in (1, 2):
            if any(matrix[node]) or any(row[node] for row in matrix):
                assert any(matrix[source][node] for source in range(node))
    backward = [
        edge.feedback and operation != "zeroize" for w in cells for edge, operation in zip(CELL_EDGES, w, strict=True)
    ]
    assert any(backward) == feedback
