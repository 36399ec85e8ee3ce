"""Dead structure goes, what the network does stays, and the saving is reported."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_input, random_trained_genotype
from small_graphs import LOIHI2, conv, dense, graph, neurons, readout, source

from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import Graph, Spiking
from litesnn.compiler.lower import lower
from litesnn.compiler.origin import GenotypeOrigin
from litesnn.compiler.passes import FoldNormalization, RemoveDead
from litesnn.runtime.exact import simulate


def channel(graph: Graph, name: str) -> list[int]:
    return list(graph[name].channels)


def two_layers(first: np.ndarray, second: np.ndarray, **fields) -> Graph:
    """input -> a -> readout with the given codes (out, in)."""
    a = neurons("a", len(first), **fields)
    return graph(
        [source(first.shape[1]), a, readout(len(second))],
        [conv("input", "a", first[:, :, None, None]), dense("a", "readout", second)],
    )


def test_channels_that_cannot_reach_their_threshold_go() -> None:
    found = RemoveDead().apply(two_layers(np.array([[1, 1], [2, -9], [1, 0]]), np.ones((2, 3), int), dv=4095))
    assert channel(found, "a") == [0, 1]
    assert [(r.population, r.reason, r.channels, r.neurons, r.synapses) for r in found.removals] == [
        ("a", "never spikes", (2,), 1, 3)
    ]


def test_a_bias_alone_can_keep_a_channel_alive() -> None:
    codes = np.zeros((2, 1), int)
    codes[0, 0] = -1
    found = RemoveDead().apply(two_layers(codes, np.ones((1, 2), int), bias_mant=np.array([65, 64]), dv=4095))
    assert channel(found, "a") == [0]


def test_a_membrane_that_adds_up_over_steps_keeps_a_channel_alive() -> None:
    """One input per step adds 64; without leak two steps pass a threshold of 1 (64 * 1 < 128)."""
    codes, reads = np.ones((1, 1), int), np.ones((1, 1), int)
    assert channel(RemoveDead().apply(two_layers(codes, reads, dv=0)), "a") == [0]
    leaky = RemoveDead().apply(two_layers(codes, reads, dv=4095))
    assert "a" not in leaky.network


def test_channels_that_nothing_reads_go() -> None:
    found = RemoveDead().apply(two_layers(np.full((3, 1), 9), np.array([[1, 0, 2], [0, 0, 1]])))
    assert channel(found, "a") == [0, 2]
    assert found.removals[0].reason == "never read"


def test_removal_spreads_forward_and_backward_until_nothing_changes() -> None:
    """b reads only a's dead channel, so b dies; c feeds only b, so c is never read; the input stays."""
    nine = np.full((1, 1), 9)
    start = graph(
        [source(1), neurons("a"), neurons("c"), neurons("b"), neurons("d"), readout(1)],
        [
            conv("input", "a", -nine[:, :, None, None]),
            conv("input", "c", nine[:, :, None, None]),
            conv("a", "b", nine[:, :, None, None]),
            conv("c", "b", -nine[:, :, None, None]),
            conv("input", "d", nine[:, :, None, None]),
            dense("b", "readout", nine),
            dense("d", "readout", nine),
        ],
    )
    found = RemoveDead().apply(start)
    assert list(found.network) == ["input", "d", "readout"]
    assert {removal.population: removal.reason for removal in found.removals} == {
        "a": "never spikes",
        "b": "never spikes",
        "c": "never read",
    }


def test_a_graph_without_dead_structure_stays_as_it_is() -> None:
    start = two_layers(np.full((2, 1), 9), np.ones((2, 2), int))
    assert RemoveDead().apply(start) is start


def compiled(loaded: LoadedGenotype, remove: bool) -> Graph:
    result = lower(loaded)
    for step in GenotypeOrigin(loaded).pipeline(LOIHI2).passes:
        if isinstance(step, RemoveDead) and not remove:
            result = without_empty_blocks(result)
        else:
            result = step.apply(result)
        result.validate(step.name)
    return result


def without_empty_blocks(graph: Graph) -> Graph:
    """Blocks whose every weight is 0 do not exist; formats need at least one weight."""
    return graph.rebuild(graph.populations, [block for block in graph.blocks if block.geometry.nnz])


@pytest.mark.parametrize("seed", [1, 4, 6, 17, 22, 23, 29])
def test_what_the_network_does_is_the_same_without_the_dead(seed: int) -> None:
    loaded = random_trained_genotype(seed, cells=2)
    inputs = random_input(loaded, 6, seed)
    whole, small = compiled(loaded, remove=False), compiled(loaded, remove=True)
    names = [p.name for p in small.membranes if isinstance(p, Spiking)]
    before = simulate(whole, inputs, record=[p.name for p in whole.membranes if isinstance(p, Spiking)])
    after = simulate(small, inputs, record=names)
    np.testing.assert_array_equal(after.readout, before.readout)
    for name in names:
        np.testing.assert_array_equal(after.spikes[name], before.spikes[name][:, :, list(small[name].channels)])
    for removal in small.removals:
        if removal.reason == "never spikes":
            assert not before.spikes[removal.population][:, :, list(removal.channels)].any()


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_the_reported_saving_is_what_is_gone(seed: int) -> None:
    loaded = random_trained_genotype(seed, cells=2, size=4)
    before = FoldNormalization().apply(lower(loaded))
    after = RemoveDead().apply(before)
    gone = sum(p.size for p in before.membranes) - sum(p.size for p in after.membranes)
    assert gone == sum(removal.neurons for removal in after.removals)
    gone_synapses = synapses(before) - synapses(after)
    assert gone_synapses == sum(removal.synapses for removal in after.removals)


def synapses(graph: Graph) -> int:
    return sum(
        block.geometry.matrix(graph[block.source].shape, graph[block.target].shape).nnz for block in graph.blocks
    )


def test_populations_that_only_read_one_another_go_with_their_loop() -> None:
    eye = [[2]]
    back = replace(dense("b", "a", eye), name="back", distance=1)
    blocks = [
        dense("input", "a", eye),
        dense("a", "b", eye),
        back,
        dense("input", "c", eye),
        dense("c", "readout", eye),
    ]
    found = RemoveDead().apply(graph([source(), neurons("a"), neurons("b"), neurons("c"), readout(1)], blocks))
    assert [population.name for population in found.populations] == ["input", "c", "readout"]
    # Not "never spikes", though nothing drives `b` any more once `a` is gone: in the network as it was, it does.
    assert [(r.population, r.reason) for r in found.removals] == [("a", "never read"), ("b", "never read")]


@pytest.mark.parametrize("timesteps", [1, 2])
def test_feedback_that_is_due_after_the_last_step_goes(timesteps: int) -> None:
    eye = [[2]]
    back = replace(dense("a", "a", eye), name="back", distance=1)
    parts = [source(), neurons("a"), readout(1)]
    blocks = [dense("input", "a", eye), back, dense("a", "readout", eye)]
    found = RemoveDead().apply(graph(parts, blocks, timesteps))
    assert any(block.distance for block in found.blocks) == (timesteps > 1)
