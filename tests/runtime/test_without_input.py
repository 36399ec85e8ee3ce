"""Networks, or parts of them, that no synapse connects with the input, and blocks without one: the same spikes in every engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lava_graphs import isolated
from lava_here import needs_lava
from naive_simulator import simulate_naively
from recurrent_graphs import scheduled
from small_graphs import conv, dense, neurons, readout, source
from small_graphs import graph as graph_of
from written_nets import compiled, layer, write_net
from written_nets import dense as dense_layer

from litesnn.compiler.graph import Graph
from litesnn.runtime.exact import simulate
from litesnn.runtime.lava import LavaSession
from litesnn.runtime.lava.exchange import Models
from litesnn.runtime.lava.synapses import plan_synapses

EYE = np.eye(2, dtype=int)
ZEROS = np.zeros(2, np.int64)
LOUD = {"bias_mant": np.array([50, 90]), "dv": 0}


def biased_readout() -> object:
    return readout(bias_mant=np.array([3, -2]), bias_exp=ZEROS)


def recurrent_layer_with_its_bias_alone(folder: Path) -> Graph:
    """As `.net` files have it: weights of the input that are all 0, and a recurrent layer that spikes by its bias."""
    neuron = {"type": "LOIHI", "iDecay": 4096, "vDecay": 0, "vThMant": 10, "refDelay": 1}
    layers = [
        layer("input", shape=np.array([4])),
        dense_layer(
            np.zeros((3, 4)),
            neuron,
            "dense_rec",
            weight_rec=np.array([[2.0, 0, 0], [0, -2, 0], [0, 4, 0]]),
            bias=np.array([4.0, 5, 6]),
        ),
        dense_layer([[8, -4, 2], [6, 6, 6]], neuron),
    ]
    return compiled(write_net(folder / "zero.net", layers, timesteps=8))


def loop_without_input() -> Graph:
    back = replace(dense("a", "a", EYE), name="back", distance=1)
    parts = [source(2), neurons("a", 2, **LOUD), biased_readout()]
    return scheduled(graph_of(parts, [back, dense("a", "readout", EYE)], 4))


def parts_that_stand_alone() -> Graph:
    """The input's own part is a dead end; a loop of two, and a chain, live on biases, and only the chain is read."""
    back = replace(dense("b", "a", EYE), name="back", distance=1)
    parts = [
        source(2),
        neurons("dead end", 2),
        neurons("a", 2, **LOUD),
        neurons("b", 2),
        neurons("first", 2, **LOUD),
        neurons("second", 2),
        biased_readout(),
    ]
    chain = [dense("first", "second", EYE), dense("second", "readout", EYE)]
    return scheduled(graph_of(parts, [dense("input", "dead end", EYE), dense("a", "b", EYE), back, *chain], 4))


def readout_with_its_bias_alone() -> Graph:
    return scheduled(graph_of([source(2), neurons("unread", 2, **LOUD), biased_readout()], [], 3))


def taps_outside_the_map() -> Graph:
    """A kernel over one pixel whose middle is pruned: a block that has weights and no synapse, with a delay."""
    corner = np.zeros((2, 2, 3, 3), int)
    corner[:, :, 0, 0] = 3
    parts = [source(2), neurons("a", 2, **LOUD), neurons("out", 2, vth=ZEROS, is_output=True)]
    late = replace(conv("a", "out", corner), delay=2)
    return isolated(parts, [dense("input", "a", EYE), late, replace(dense("a", "out", EYE), name="other")], 4)


def networks(folder: Path) -> list[Graph]:
    return [
        recurrent_layer_with_its_bias_alone(folder),
        loop_without_input(),
        parts_that_stand_alone(),
        readout_with_its_bias_alone(),
        taps_outside_the_map(),
    ]


def inputs_of(graph: Graph) -> np.ndarray:
    shape = (2, graph.timesteps, *graph.sources[0].shape)
    return (np.random.default_rng(0).random(shape) < 0.5).astype(np.int16)


def sending(graph: Graph) -> list[str]:
    return [population.name for population in graph.membranes if population.name != "readout"]


def test_biases_alone_make_spikes_in_the_exact_simulator(tmp_path: Path) -> None:
    for graph in networks(tmp_path):
        found = simulate(graph, inputs_of(graph), record=sending(graph))
        expected = simulate_naively(graph, inputs_of(graph))
        assert sum(spikes.sum() for spikes in found.spikes.values()) > 0
        assert (found.readout == expected.readout).all()
        assert all((found.spikes[name] == expected.spikes[name]).all() for name in sending(graph))
    zero = recurrent_layer_with_its_bias_alone(tmp_path)
    found = simulate(zero, inputs_of(zero), record=sending(zero))
    assert [int(spikes[0].sum()) for spikes in found.spikes.values()] == [8, 3]


@needs_lava
@pytest.mark.parametrize("models", ["stock", "fast"])
def test_biases_alone_make_the_same_spikes_in_lava(models: Models, tmp_path: Path) -> None:
    with LavaSession() as lava:
        for graph in networks(tmp_path):
            inputs = inputs_of(graph)
            expected = simulate(graph, inputs, record=sending(graph))
            found = lava.run(graph, inputs, record=sending(graph), models=models)
            assert (found.readout == expected.readout).all()
            for name, spikes in expected.spikes.items():
                assert (found.spikes[name] == spikes).all(), name


def test_lava_gets_one_silent_link_to_each_part_that_stands_alone(tmp_path: Path) -> None:
    """Its compiler drops what is not connected; what is connected already needs nothing (the last has a block of its own)."""
    links = [
        [plan.format.target for plan in plan_synapses(graph) if plan.mantissas().nnz == 0]
        for graph in networks(tmp_path)
    ]
    assert links == [["layer1"], ["a"], ["first", "a"], ["unread", "readout"], ["out"]]
    assert all(plan.mantissas().nnz for plan in plan_synapses(scheduled(connected())))


def connected() -> Graph:
    parts = [source(2), neurons("a", 2), readout()]
    return graph_of(parts, [dense("input", "a", EYE), dense("a", "readout", EYE)])
