"""Feedback in the exact simulator: both its ways of counting time against one that simulates every step of the chip."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_simulator import simulate_naively
from recurrent_graphs import random_recurrent, ring, scheduled, spikes_in

from litesnn.compiler.graph import Graph
from litesnn.runtime.exact import is_aligned, simulate
from litesnn.runtime.trace import Trace


def everything(graph: Graph, inputs: np.ndarray, stream: bool = False) -> Trace:
    names = [population.name for population in graph.membranes]
    return simulate(graph, inputs, record=names, record_states=names, stream=stream)


def assert_same(one: Trace, other: Trace) -> None:
    assert (one.readout == other.readout).all()
    for what in ("spikes", "currents", "membranes", "potentials"):
        left, right = getattr(one, what), getattr(other, what)
        for name in left:
            assert (left[name] == right[name]).all(), (what, name)


@given(seed=st.integers(0, 2**32 - 1), delay_max=st.sampled_from([1, 2, 62]))
@settings(max_examples=40, deadline=None)
def test_every_engine_of_time_gives_the_same_integers(seed: int, delay_max: int) -> None:
    rng = np.random.default_rng(seed)
    graph = scheduled(random_recurrent(rng, int(rng.integers(1, 8)), int(rng.integers(1, 4))), delay_max)
    assert is_aligned(graph)
    inputs = spikes_in(graph, 3, seed)
    expected = simulate_naively(graph, inputs)
    assert_same(everything(graph, inputs), expected)
    assert_same(everything(graph, inputs, stream=True), expected)


@pytest.mark.parametrize("length", range(1, 9))
def test_a_ring_takes_an_interval_of_its_length(length: int) -> None:
    graph = scheduled(ring(length))
    assert graph.pace.interval == length
    inputs = spikes_in(graph, 4, length)
    expected = simulate_naively(graph, inputs)
    assert_same(everything(graph, inputs), expected)
    assert expected.spikes["p0"].any()


@pytest.mark.parametrize("length", [1, 3])
def test_samples_back_to_back_equal_each_alone(length: int) -> None:
    graph = scheduled(ring(length))
    inputs = spikes_in(graph, 3, 1)
    together = simulate_naively(graph, inputs)
    for sample in range(3):
        alone = simulate_naively(graph, inputs[sample : sample + 1])
        assert (together.readout[sample] == alone.readout[0]).all()
        for name, spikes in alone.spikes.items():
            assert (together.spikes[name][sample] == spikes[0]).all()


def test_without_the_closed_slot_a_sample_would_feed_into_the_next() -> None:
    """The test above can fail: it does once the slot that parts samples is taken away."""
    graph = scheduled(ring(1))
    assert graph.schedule is not None
    pace = replace(graph.schedule, slots=None)
    open_wide = graph.rebuild(
        [
            p
            if p in graph.sources
            else replace(p, open_slots=None, reset_interval=pace.period, reset_offset=pace.pace.reset_offset(p.arrival))
            for p in graph.populations
        ],
        graph.blocks,
    )
    open_wide = replace(open_wide, schedule=pace)
    inputs = spikes_in(graph, 6, 3)
    assert (simulate_naively(open_wide, inputs).readout != simulate_naively(graph, inputs).readout).any()


def test_feedback_is_the_spikes_of_the_step_before() -> None:
    """Written out from docs/numbers.md: v of step t takes code * s[t - 1], and nothing at step 0."""
    graph = scheduled(ring(1, timesteps=5))
    inputs = spikes_in(graph, 2, 7)
    found = everything(graph, inputs)
    blocks = {block.name.rstrip("+-"): 0 for block in graph.blocks}
    assert set(blocks) == {"back", "input>p0", "p0>readout"}
    weights = {
        name: sum(
            b.weights(graph[b.source].shape, graph[b.target].shape).toarray()
            for b in graph.blocks
            if b.name.rstrip("+-") == name
        )
        for name in blocks
    }
    cell = graph["p0"]
    for sample in range(2):
        v, sent = np.zeros(3, np.int64), np.zeros(3, np.int64)
        for step in range(5):
            arriving = weights["input>p0"] @ inputs[sample, step].ravel() + weights["back"] @ sent
            v = np.sign(v) * ((np.abs(v) * cell.decay_mantissa) >> 12) + 64 * arriving + cell.bias
            sent = (v > 64 * cell.vth).astype(np.int64)
            v = np.where(sent, 0, v)
            assert (found.spikes["p0"][sample, step].ravel() == sent).all()
