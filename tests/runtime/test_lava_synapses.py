"""Blocks that differ in their delays share a Lava process where they can, and keep every synapse as it was."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lava_graphs import axonal_delays, delayed_axons, isolated, one_width
from small_graphs import dense, neurons, source

from litesnn.runtime.lava.plan import plan_network
from litesnn.runtime.lava.synapses import plan_synapses

RNG = np.random.default_rng


def two_layers(blocks, **fields):
    return isolated([source(6, **fields), neurons("hidden", 5, vth=np.full(5, 9), is_output=True)], blocks, 4)


def delays_of(graph):
    return sorted(sorted(plan.parts) for plan in plan_synapses(graph))


def planned(graph):
    """Every synapse that Lava is handed: its format, neurons, delay and mantissa."""
    found = []
    for plan in plan_synapses(graph):
        mantissas, delays = plan.mantissas().tocoo(), plan.delays().toarray()
        assert mantissas.nnz == sum(part.nnz for part in plan.parts.values())
        for row, column, mantissa in zip(mantissas.row, mantissas.col, mantissas.data, strict=True):
            found.append((plan.format, row, column, delays[row, column], mantissa))
    return sorted(found, key=str)


def alone(graph):
    """The same, a block at a time."""
    blocks = [[block for block in graph.blocks if block is one] for one in graph.blocks]
    return sorted((s for one in blocks for s in planned(graph.rebuild(graph.populations, one))), key=str)


def test_delays_of_one_pair_share_a_process():
    codes = one_width(RNG(0), 5, 6)
    (plan,) = plan_synapses(two_layers(delayed_axons("input", "hidden", codes, [4, 1, 2, 2, 62, 1])))
    assert (plan.name, plan.max_delay) == ("input>hidden:1 and 3 more", 62)
    assert (plan.delays().toarray() == [[4, 1, 2, 2, 62, 1]] * 5).all()


def test_synapses_without_delay_stay_sparse():
    codes = one_width(RNG(0), 5, 6)
    assert delays_of(two_layers(delayed_axons("input", "hidden", codes, [0, 1, 2, 0, 0, 5]))) == [[0], [1, 2, 5]]


def test_two_synapses_between_the_same_neurons_stay_apart_and_the_rest_is_joined():
    codes = one_width(RNG(0), 5, 6)
    everywhere = replace(dense("input", "hidden", codes), name="over all", delay=3)
    blocks = [everywhere, *delayed_axons("input", "hidden", codes, [1, 2, 4, 1, 2, 4])]
    assert delays_of(two_layers(blocks)) == [[1, 2, 4], [3]]


def test_one_shared_synapse_is_enough_to_keep_blocks_apart():
    early, late = np.triu(np.ones((5, 6), np.int32)), np.tril(np.ones((5, 6), np.int32), -1)
    late_too = late.copy()
    late_too[2, 2] = 1
    blocks = [replace(dense("input", "hidden", early), name="early", delay=1)]
    for name, codes, expected in (("late", late, [[1, 2]]), ("late too", late_too, [[1], [2]])):
        graph = two_layers([*blocks, replace(dense("input", "hidden", codes), name=name, delay=2)])
        assert delays_of(graph) == expected


def test_weights_of_another_format_stay_apart():
    codes = np.full((5, 6), 100)
    first, second = delayed_axons("input", "hidden", codes, [1, 2, 1, 2, 1, 2])
    inhibitory = delayed_axons("input", "hidden", -codes, [1, 2, 1, 2, 1, 2])[1]
    assert delays_of(two_layers([first, second])) == [[1, 2]]
    assert delays_of(two_layers([first, inhibitory])) == [[1], [2]]
    assert delays_of(two_layers([first, replace(second, exponent=2)])) == [[1], [2]]


def test_no_process_serves_two_pairs():
    plans = plan_synapses(axonal_delays(RNG(1)))
    assert sorted((p.format.source, p.format.target, sorted(p.parts)) for p in plans) == [
        ("hidden", "out", [1, 2, 3, 5]),
        ("input", "hidden", [0]),
        ("input", "hidden", [1, 2, 3]),
        ("input", "hidden", [4]),
        ("out", "hidden", [1, 2]),
    ]


@given(st.integers(0, 10_000))
def test_every_synapse_keeps_its_weight_delay_and_format(seed):
    rng = RNG(seed)
    layers = range(int(rng.integers(1, 4)))
    blocks = [
        replace(block, name=f"{layer} {block.name}")
        for layer in layers
        for block in delayed_axons(
            "input", "hidden", rng.integers(-3 * int(rng.integers(2)), 4, (5, 6)), rng.integers(0, 5, 6).tolist()
        )
    ]
    graph = two_layers(blocks)
    assert planned(graph) == alone(graph)
    assert len(plan_synapses(graph)) <= len(graph.blocks)


@pytest.mark.parametrize("delay", [-4, 3, 64])
def test_a_wrong_delay_is_handed_on(delay):
    codes = one_width(RNG(0), 5, 6)
    graph = two_layers(delayed_axons("input", "hidden", codes, [1, 3, 1, 3, 1, 3]))
    first, *others = graph.blocks
    faulty = graph.rebuild(graph.populations, [replace(first, delay=delay), *others])
    delays = np.stack([plan.delays().toarray() for plan in plan_synapses(faulty)]).sum(axis=0)
    assert (delays == [[delay, 3] * 3] * 5).all()


def test_nothing_is_unrolled_before_processes_are_made():
    graph = axonal_delays(RNG(1))
    plan = plan_network(graph, np.zeros((1, 6, 1, 1), np.int16))
    assert "synapses" not in vars(plan)
    assert len(plan.synapses) < len(graph.blocks)
