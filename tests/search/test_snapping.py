from math import frexp

from hypothesis import given
from hypothesis import strategies as st

from litesnn.search.snapping import UnsnappedEdge, snap_steps

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
