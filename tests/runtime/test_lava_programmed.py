"""Programmed LIF neurons and decays per channel in Lava: all sets of models give the exact simulator's spikes, currents and membranes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from lava_graphs import recurrent
from programmed_graphs import RESETS, each_reset
from recurrent_graphs import random_recurrent, scheduled, spikes_in

from litesnn.compiler.graph import Graph, Leaky, Lif, ProgrammedLif
from litesnn.runtime.exact import simulate
from litesnn.runtime.lava import LavaSession
from litesnn.runtime.lava.exchange import Models

pytest.importorskip("lava.magma")


@pytest.fixture(scope="module")
def lava() -> Iterator[LavaSession]:
    """One worker for all runs of this file."""
    with LavaSession() as session:
        yield session


def assert_same(lava: LavaSession, graph: Graph, models: Models, samples: int = 3) -> None:
    inputs = spikes_in(graph, samples, 5)
    names = [population.name for population in graph.membranes]
    sending = [name for name in names if graph[name].sends != "nothing"]
    expected = simulate(graph, inputs, record=sending, record_states=names)
    found = lava.run(graph, inputs, record=sending, record_states=names, models=models)
    for what in ("spikes", "currents", "membranes"):
        for name, values in getattr(expected, what).items():
            np.testing.assert_array_equal(getattr(found, what)[name], values, f"{what} of {name}")
    np.testing.assert_array_equal(found.readout, expected.readout)
    for name in sending:
        assert 0 < expected.spikes[name].mean() < 1, f"{name} shows nothing"


def every_reset(graph: Graph) -> Graph:
    """The graph, in which all resets are."""
    assert {p.reset for p in graph.membranes if isinstance(p, ProgrammedLif)} == set(RESETS)
    return graph


@pytest.mark.parametrize("models", ["stock", "fast", "fused"])
@pytest.mark.parametrize(("feedback", "seed"), [(0, 3), (2, 1)])
def test_streams_with_resets_and_gates(lava: LavaSession, models: Models, feedback: int, seed: int) -> None:
    start = random_recurrent(np.random.default_rng(seed), 4, feedback, timesteps=5)
    graph = scheduled(every_reset(each_reset(start, seed)))
    assert any(population.gated for population in graph.membranes) == bool(feedback)
    assert_same(lava, graph, models)


@pytest.mark.parametrize("models", ["stock", "fast", "fused"])
def test_isolated_samples(lava: LavaSession, models: Models) -> None:
    assert_same(lava, each_reset(recurrent(np.random.default_rng(5), timesteps=8), 1), models)


@pytest.mark.parametrize("models", ["stock", "fast"])
def test_decays_per_channel_of_plain_neurons_and_readouts(lava: LavaSession, models: Models) -> None:
    start = scheduled(random_recurrent(np.random.default_rng(2), 2, 0, timesteps=5))
    drawn = np.random.default_rng(1)
    parts = [
        replace(part, du=drawn.integers(0, 4096, part.shape[0]), dv=drawn.integers(0, 4097, part.shape[0]))
        if isinstance(part, Leaky)
        else part
        for part in start.populations
    ]
    graph = start.rebuild(parts, start.blocks)
    assert any(isinstance(population, Lif) for population in graph.membranes)
    assert_same(lava, graph, models)
