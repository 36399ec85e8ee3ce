from math import frexp

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from litesnn.search.model.snapping import SPREAD, UnsnappedEdge, snap_steps

steps = st.floats(1e-4, 1e2)
edges = st.builds(UnsnappedEdge, steps, st.just(1.0), st.booleans())


def values(snapped: list[float], given_edges: list[UnsnappedEdge]) -> list[float]:
    return [step / 2 * edge.factor for step, edge in zip(snapped, given_edges, strict=True)]


@given(st.lists(st.tuples(steps, st.booleans(), st.booleans()), min_size=1, max_size=5), st.floats(1e-3, 10))
def test_values_are_exact_powers_of_two_apart(rows: list[tuple[float, bool, bool]], scale: float) -> None:
    given_edges = [UnsnappedEdge(step, scale if reads else 1.0, weighted) for step, weighted, reads in rows]
    h = values(snap_steps(given_edges), given_edges)
    assert all(frexp(value / h[0])[0] == 0.5 for value in h)


@given(st.lists(edges, min_size=1, max_size=5))
def test_every_step_moves_by_at_most_half_an_octave(given_edges: list[UnsnappedEdge]) -> None:
    for edge, step in zip(given_edges, snap_steps(given_edges), strict=True):
        assert 2**-0.51 < step / edge.step < 2**0.51


def test_the_first_weighted_edge_keeps_its_step() -> None:
    snapped = snap_steps([UnsnappedEdge(2.0, 1.0, False), UnsnappedEdge(0.3, 1.0, True), UnsnappedEdge(0.5, 1.0, True)])
    assert snapped == [0.3 * 8, 0.3, 0.6]


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 1000)), min_size=2, max_size=4),
    st.integers(1, 6),
    st.floats(0.05, 3),
)
def test_channels_are_snapped_one_by_one_and_stay_near_their_median(
    rows: list[tuple[bool, int]], channels: int, spread: float
) -> None:
    given_edges = [
        UnsnappedEdge(np.exp(np.random.default_rng(seed).normal(0, spread, channels)), 1.0, weighted)
        for weighted, seed in rows
    ]
    h = [np.asarray(step) / 2 for step in snap_steps(given_edges)]
    ratios = [value / h[0] for value in h]
    assert all((np.frexp(ratio)[0] == 0.5).all() for ratio in ratios)
    assert all(np.log2(ratio).max() - np.log2(ratio).min() <= 2 * (2 * SPREAD) for ratio in ratios)


def test_a_single_edge_keeps_the_steps_of_all_its_channels() -> None:
    steps = np.array([1e-9, 0.3, 7.0])
    np.testing.assert_array_equal(snap_steps([UnsnappedEdge(steps, 1.0, True)])[0], steps)


def test_a_shortcut_follows_the_scale_of_each_channel() -> None:
    scale, one = snap_steps(
        [UnsnappedEdge(np.array([0.5, 0.6, 1.1]), 1.0, True), UnsnappedEdge(np.full(3, 2.0), 1.0, False)]
    )
    np.testing.assert_array_equal(scale, [0.5, 0.6, 1.1])
    np.testing.assert_array_equal(one, [2.0, 2.4, 2.2])
