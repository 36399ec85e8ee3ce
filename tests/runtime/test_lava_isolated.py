"""Isolated samples in Lava against plain loops: delays, loops, memory of currents, sigma-delta neurons; stock and fast models."""

import numpy as np
import pytest
from isolated_oracle import run_isolated
from lava_graphs import recurrent, sigma_delta_network, without_resets

from litesnn.errors import DataError
from litesnn.runtime.lava import LavaSession, run, run_lava

pytest.importorskip("lava.magma")
RNG = np.random.default_rng


def graded(graph, samples, seed, steps=None):
    source = graph.sources[0]
    shape = source.shape if steps is None else (steps, *source.shape)
    return RNG(seed).integers(source.minimum, source.maximum + 1, (samples, *shape)).astype(np.int16)


def assert_equal(graph, inputs, trace):
    rows, readout = run_isolated(graph, inputs)
    steps = inputs.shape[1] if inputs.ndim == 5 else graph.timesteps
    for population in graph.membranes:
        name, shape = population.name, (len(inputs), steps, *population.shape)
        for what, found in (("spikes", trace.spikes), ("u", trace.currents), ("v", trace.membranes)):
            assert (found[name] == rows[name, what].reshape(shape)).all(), (name, what)
    assert (trace.readout == readout).all()
    return rows


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
    rows = assert_equal(graph, inputs, recorded(lava, graph, inputs, models))
    assert all(0 < rows[name, "spikes"].mean() < 1 for name in ("slow", "out", "side"))
    assert np.abs(rows["slow", "u"][:, 1:] - rows["slow", "u"][:, :-1]).any(), "currents have memory"


@pytest.mark.parametrize("models", ["stock", "fast"])
@pytest.mark.parametrize("last", ["sigma", "sigma_delta"])
def test_sigma_delta_networks_equal_the_loop(lava, models, last):
    graph = sigma_delta_network(RNG(2), last)
    inputs = graded(graph, 2, 3, steps=6)
    inputs[:, 3:5] = inputs[:, 2:3]  # nothing changes for two steps
    trace = recorded(lava, graph, inputs, models)
    rows = assert_equal(graph, inputs, trace)
    assert trace.spikes["hidden"].dtype == np.int32
    assert all(len(np.unique(rows[name, "spikes"])) > 5 for name in ("encoder", "hidden", "unit", "last"))
    assert (rows["hidden", "spikes"] == 0).any()


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

    rows = assert_equal(graph, inputs, trace)
    assert len(list(run.split_job(run.Job(graph, inputs, (), (), "fast")))) == 2
    assert seen[-1][0] == seen[-1][1] == 2 * (4 + graph.readout.arrival)
    assert rows["readout", "v"].any()


def test_a_sample_without_steps_is_refused():
    graph = recurrent(RNG(5))
    with pytest.raises(DataError, match=r"input: found shape \(2, 0, 2, 1, 1\)"):
        run_lava(graph, np.zeros((2, 0, 2, 1, 1), np.int16))
