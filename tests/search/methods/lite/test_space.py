"""The cell space, and decoding planted probabilities."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from litesnn.base.errors import SearchError
from litesnn.compiler.genotype import InputSpec, resolve
from litesnn.search.methods.lite.choices import Choices
from litesnn.search.methods.lite.decode import Decoded, decode, decode_edges, to_genotype
from litesnn.search.methods.lite.presets import PAPER
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.spaces import CONV, SKIP, SpikeDhsSpace

SPACE = SpikeDhsSpace((3, 32, 32), 10, 3, 48, (0, 0, 1, 1, 1, 2, 2, 2))
INPUT = InputSpec(shape=(3, 32, 32))


@pytest.mark.parametrize(("nodes", "edges"), [(1, 2), (2, 5), (3, 9), (4, 14)])
def test_edges_are_numbered_node_by_node(nodes: int, edges: int) -> None:
    space = SpikeDhsSpace((3, 32, 32), 10, nodes, 12, (0,))
    assert len(space.edges) == edges
    assert [edge.number for edge in space.edges] == list(range(edges))
    assert [edge.source_name for edge in space.edges_into(nodes - 1)] == ["s0", "s1", "n0", "n1", "n2"][: nodes + 1]


def test_widths_and_maps_are_those_of_table_1() -> None:
    plans = SPACE.cells()
    assert [plan.channels * 3 for plan in plans] == [48, 48, 96, 96, 96, 192, 192, 192]
    assert [plan.size[0] for plan in plans] == [32, 32, 16, 16, 16, 8, 8, 8]
    audio = SpikeDhsSpace((1, 40, 98), 12, 4, 16, (0, 0, 1, 1, 2, 2))
    assert [plan.size for plan in audio.cells()] == [(40, 98)] * 2 + [(20, 49)] * 2 + [(10, 25)] * 2
    assert audio.output_shape == (64, 10, 25)


def test_the_space_is_what_the_genotype_resolves_to() -> None:
    """Every edge there is, as a genotype: the same shapes and strides as the plan says."""
    for shape, levels in (((3, 32, 32), (0, 0, 1, 1, 2)), ((1, 7, 9), (1, 2, 2)), ((2, 13, 6), (0, 1, 2))):
        space = SpikeDhsSpace(shape, 4, 3, 12, levels)
        decoded = Decoded(tuple((edge, CONV) for edge in space.edges), (2,) * len(levels), 3)
        genotype = to_genotype(decoded, space, InputSpec(shape=shape), SearchSettings(levels=levels), "all")
        planned = {plan.name: plan for node in resolve(genotype).nodes for plan in node.edges}
        for plan in space.cells():
            for edge in space.edges:
                found = planned[f"cell{plan.index}.node{edge.node}.edge{edge.source}"]
                assert found.weight_shape == (plan.channels, plan.source_channels(edge.source), 3, 3)
                assert found.stride == plan.source_stride(edge.source)
                assert found.out_shape == (plan.channels, *plan.size)


def planted(rows: list[tuple[float, float]]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float32).softmax(1)


def test_the_two_strongest_convolutions_are_kept() -> None:
    ops = planted([(0, 1), (0, 1), (0, 3), (0, 1), (0, 2), (5, 0), (0, 1), (0, 4), (0, 3)])
    kept = decode_edges(SPACE, ops)
    assert [(edge.number, op) for edge, op in kept] == [(0, 1), (1, 1), (2, 1), (4, 1), (7, 1), (8, 1)]


def test_by_the_likelier_operation_a_sure_skip_is_strong() -> None:
    ops = planted([(0, 1), (0, 1), (0, 3), (0, 1), (4, 0), (0, 1), (0, 2), (6, 0), (0, 3)])
    assert [(e.number, op) for e, op in decode_edges(SPACE, ops, "conv") if e.node > 0] == [
        (2, 1),
        (3, 1),
        (6, 1),
        (8, 1),
    ]
    assert [(e.number, op) for e, op in decode_edges(SPACE, ops, "max") if e.node > 0] == [
        (2, 1),
        (4, 0),
        (7, 0),
        (8, 1),
    ]


def test_equal_edges_are_taken_in_their_order() -> None:
    assert [edge.number for edge, _ in decode_edges(SPACE, torch.full((9, 2), 0.5))] == [0, 1, 2, 3, 5, 6]


def test_tolls_decide_where_probabilities_hardly_differ() -> None:
    ops = torch.full((9, 2), 0.5)
    ops[7] = torch.tensor([0.95, 0.05])
    tolls = torch.zeros(9, 2)
    tolls[[3, 5, 6]] = 0.1
    tolls[4, CONV] = 0.1
    tolls[7] = 0.3
    found = {
        node: [(e.number, op) for e, op in decode_edges(SPACE, ops, "max", tolls) if e.node == node] for node in (1, 2)
    }
    assert found[1] == [(2, CONV), (4, SKIP)], "the dear edge is left out, the dear operation too"
    assert found[2] == [(7, SKIP), (8, CONV)], "a sure choice is worth its toll"
    assert decode_edges(SPACE, ops, "max", torch.zeros(9, 2)) == decode_edges(SPACE, ops, "max")


def test_a_whole_network_is_decoded() -> None:
    settings = replace(PAPER, keep=0.1)
    choices = Choices(9, 8, 3, 6, torch.Generator())
    bits = [2, 0, 1, 1, 0, 2, 2, 1]
    with torch.no_grad():
        choices.alpha.zero_()
        choices.alpha[[0, 1, 2, 4, 6, 8], CONV] = 2.0
        choices.alpha[4, SKIP] = 3.0
        choices.alpha[0, SKIP] = 3.0
        choices.alpha[[3, 5, 7], SKIP] = 4.0
        choices.beta.zero_()
        choices.beta[range(8), bits] = 1.0
        choices.psi.copy_(torch.tensor([0, 0, 0, 1.0, 0, 0]))
    decoded = decode(SPACE, choices, settings)
    assert decoded.bits == tuple((1, 2, 4)[b] for b in bits)
    assert decoded.timesteps == 4
    genotype = to_genotype(decoded, SPACE, INPUT, settings, "planted")
    assert genotype.timesteps == 4
    for cell, width in zip(genotype.cells, decoded.bits, strict=True):
        assert cell.bits == width
        assert cell.keep == 0.1
        # the stand-in for a skip of a cell input is a convolution
        assert [[(e.source, e.op) for e in node.inputs] for node in cell.nodes] == [
            [("s0", "conv3x3"), ("s1", "conv3x3")],
            [("s0", "conv3x3"), ("n0", "skip")],
            [("s1", "conv3x3"), ("n1", "conv3x3")],
        ]
    convs = to_genotype(decoded, SPACE, INPUT, SearchSettings(skip_as_conv=True), "planted")
    assert {edge.op for cell in convs.cells for node in cell.nodes for edge in node.inputs} == {"conv3x3"}
    assert resolve(genotype).pool is not None


@pytest.mark.parametrize(
    ("nodes", "channels", "levels", "message"),
    [
        (0, 4, (0,), "nodes: found 0"),
        (3, 16, (0,), "channels: found 16 for 3 nodes; allowed: a multiple of 3 .*nearest: 15"),
        (2, 4, (0, 2), r"levels: found \(0, 2\)"),
        (2, 4, (1, 0), "levels"),
        (2, 4, (), "levels"),
    ],
)
def test_impossible_spaces_are_refused(nodes: int, channels: int, levels: tuple[int, ...], message: str) -> None:
    with pytest.raises(SearchError, match=message):
        SpikeDhsSpace((1, 8, 8), 2, nodes, channels, levels)
