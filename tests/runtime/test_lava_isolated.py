"""Isolated samples in Lava against plain loops: delays, loops, memory of currents, sigma-delta neurons; stock and fast models."""

from dataclasses import replace

import numpy as np
import pytest
from lava_graphs import axonal_delays, recurrent, sigma_delta_network, without_resets
from naive_simulator import simulate_naively

from litesnn.base.errors import DataError
from litesnn.compiler.passes import RelayDelays, ScheduleIsolated
from litesnn.runtime.lava import LavaSession, run, run_lava

pytest.importorskip("lava.magma")
RNG = np.random.default_rng


def graded(graph, samples, seed, steps=None):
    source = graph.sources[0]
    shape = source.shape if steps is None else (steps, *source.shape)
    return RNG(seed).integers(source.minimum, source.maximum + 1, (samples, *shape)).astype(np.int16)


def assert_equal(graph, inputs, trace):
    expected = simulate_naively(graph, inputs)
    for population in graph.membranes:
        for what in ("spikes", "currents", "membranes"):
            found, due = getattr(trace, what)[population.name], getattr(expected, what)[population.name]
            np.testing.assert_array_equal(found, due, f"{what} {population.name}")
    np.testing.assert_array_equal(trace.readout, expected.readout)
    return expected


@pytest.fixture(scope="module")
def lava():
    """One worker for all runs of this file."""
    with LavaSession() as session:
        yield session


def recorded(lava, graph, inputs, models):
    names = [population.name for population in graph.membranes]
    return lava.run(graph, inputs, record=names, record_states=names, models=models)


@pytest.mark.parametrize("models", ["stock", "fast"])
def test_recurrence_and_delays_equal_the_loop_however_long_a_sample_is(lava, models):
    graph = recurrent(RNG(5))
    inputs = graded(graph, 3, 1, steps=9)
    expected = assert_equal(graph, inputs, recorded(lava, graph, inputs, models))
    assert all(0 < expected.spikes[name].mean() < 1 for name in ("slow", "out", "side"))
    assert np.abs(expected.currents["slow"][:, 1:] - expected.currents["slow"][:, :-1]).any(), "currents have memory"


@pytest.mark.parametrize("models", ["stock", "fast"])
def test_delays_that_share_a_process_equal_the_loop(lava, models):
    graph = axonal_delays(RNG(3))
    inputs = graded(graph, 3, 2, steps=9)
    expected = assert_equal(graph, inputs, recorded(lava, graph, inputs, models))
    assert all(0 < expected.spikes[name].mean() < 1 for name in ("hidden", "out"))


@pytest.mark.parametrize("models", ["stock", "fast"])
def test_a_wrong_delay_among_others_is_run_as_it_is(lava, models):
    graph = axonal_delays(RNG(3))
    wrong = [replace(block, delay=7) if block.name == "hidden>out:2" else block for block in graph.blocks]
    faulty = graph.rebuild(graph.populations, wrong)
    inputs = graded(graph, 3, 2, steps=9)
    trace = recorded(lava, faulty, inputs, models)
    assert_equal(faulty, inputs, trace)
    assert (trace.spikes["out"] != lava.run(graph, inputs, record=["out"], models=models).spikes["out"]).any()


@pytest.mark.parametrize("models", ["stock", "fast"])
@pytest.mark.parametrize("last", ["sigma", "sigma_delta"])
def test_sigma_delta_networks_equal_the_loop(lava, models, last):
    graph = sigma_delta_network(RNG(2), last)
    inputs = graded(graph, 2, 3, steps=6)
    inputs[:, 3:5] = inputs[:, 2:3]  # nothing changes for two steps
    trace = recorded(lava, graph, inputs, models)
    expected = assert_equal(graph, inputs, trace)
    assert trace.spikes["hidden"].dtype == np.int32
    assert all(len(np.unique(expected.spikes[name])) > 5 for name in ("encoder", "hidden", "unit", "last"))
    assert (expected.spikes["hidden"] == 0).any()


def test_runs_that_do_not_fit_at_once_are_joined(lava, monkeypatch):
    graph = without_resets(RNG(4))
    inputs = graded(graph, 3, 5)
    synapses = sum(int(graph.fan_out(block).sum()) for block in graph.blocks)
    monkeypatch.setattr(run, "COPIED_SYNAPSES", 2 * synapses)
    seen = []
    names = [population.name for population in graph.membranes]

    trace = lava.run(
        graph, inputs, record=names, record_states=names, models="fast", progress=lambda *step: seen.append(step)
    )

    expected = assert_equal(graph, inputs, trace)
    assert len(list(run.split_job(run.Job(graph, inputs, (), (), "fast")))) == 2
    assert seen[-1][0] == seen[-1][1] == 2 * (4 + graph.readout.arrival)
    assert expected.membranes["readout"].any()


def test_a_sample_without_steps_is_refused():
    graph = recurrent(RNG(5))
    with pytest.raises(DataError, match=r"input: found shape \(2, 0, 2, 1, 1\)"):
        run_lava(graph, np.zeros((2, 0, 2, 1, 1), np.int16))


@pytest.mark.parametrize(("make", "models"), [(recurrent, "fast"), (sigma_delta_network, "stock")])
def test_relays_of_long_delays_equal_the_delay(lava, models, make):
    """Every synapse but those of the host waits 4 steps more; the longest delay is 2."""
    plain = make(RNG(5))
    late = [b if b.injected else replace(b, delay=b.delay + 4) for b in plain.blocks]
    waiting = ScheduleIsolated().apply(plain.rebuild(plain.populations, late))
    relayed = RelayDelays(2).apply(waiting)
    assert relayed.schedule.relays > 0
    inputs = graded(relayed, 2, 1, steps=20)
    expected = assert_equal(relayed, inputs, recorded(lava, relayed, inputs, models))
    due = simulate_naively(waiting, inputs)
    for name in due.spikes:
        np.testing.assert_array_equal(expected.spikes[name], due.spikes[name])
    np.testing.assert_array_equal(expected.readout, due.readout)
