"""Feedback in Lava: our gated neurons with Lava's own synapses give the integers of the simulator that takes every chip step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from naive_simulator import simulate_naively
from recurrent_graphs import random_recurrent, ring, scheduled, spikes_in

from litesnn.compiler.graph import Graph
from litesnn.runtime.lava import LavaSession
from litesnn.runtime.lava.exchange import Models


def assert_lava_agrees(lava: LavaSession, graph: Graph, models: Models, samples: int = 2) -> None:
    inputs = spikes_in(graph, samples, 5)
    names = [population.name for population in graph.membranes]
    spiking = [name for name in names if name != "readout"]
    expected = simulate_naively(graph, inputs)
    states = [] if models == "fused" else spiking[:1]
    found = lava.run(graph, inputs, record=spiking, record_states=states, models=models)
    assert (found.readout == expected.readout).all()
    assert any(spikes.any() for spikes in found.spikes.values())
    for name, spikes in found.spikes.items():
        assert (spikes == expected.spikes[name]).all(), name
    for name, membranes in found.membranes.items():
        assert (membranes == expected.membranes[name]).all(), name


def two_steps_later(graph: Graph) -> Graph:
    """What is fed back belongs to the third step after the spike's; three slots part the samples."""
    late = [replace(block, distance=3 * block.distance) for block in graph.blocks]
    return graph.rebuild(graph.populations, late)


@pytest.mark.parametrize("models", ["stock", "fast", "fused"])
def test_loops_of_every_interval_run_in_lava(models: Models) -> None:
    chip_sized = random_recurrent(np.random.default_rng(11), 4, 2, timesteps=3)
    with LavaSession() as lava:
        for graph in (ring(1, 3), ring(2, 2), chip_sized):
            assert_lava_agrees(lava, scheduled(graph), models)
        if models != "stock":  # a process per population and block: the longest loops take a minute
            assert_lava_agrees(lava, scheduled(ring(8, 2)), models)
            assert_lava_agrees(lava, scheduled(ring(4, 2), delay_max=1), models)
            assert_lava_agrees(lava, scheduled(two_steps_later(ring(5, 5))), models)
