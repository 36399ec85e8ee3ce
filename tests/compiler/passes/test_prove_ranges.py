"""Proven ranges hold for every input that is tried, extreme ones first, and are reached where they can be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_input, random_trained_genotype
from small_graphs import LOIHI1, LOIHI2, dense, graph, neurons, readout, source

from litesnn.compiler.graph import Graph, Range
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.passes import BalanceDelays, ProveRanges, StaggerResets
from litesnn.runtime.exact import simulate


def ranges(graph: Graph, population: str) -> dict[str, Range]:
    return {proof.register: proof for proof in graph.ranges if proof.population == population}


def extremes(loaded, samples: int, seed: int) -> np.ndarray:
    """Inputs at the ends of their range, all low, all high and mixed, and ordinary ones."""
    inputs = random_input(loaded, samples, seed)
    spec = loaded.spec.input
    low, high = (spec.minimum, spec.maximum) if spec.encoding == "direct" else (0, 1)
    inputs[0], inputs[1] = low, high
    inputs[2 : samples // 2] = np.where(inputs[2 : samples // 2] > (low + high) / 2, high, low)
    return inputs


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_no_input_leaves_the_proven_range(seed: int) -> None:
    loaded = random_trained_genotype(seed, cells=2, size=4)
    compiled = compile_graph(loaded, LOIHI2)
    names = [population.name for population in compiled.membranes]
    trace = simulate(compiled, extremes(loaded, 10, seed), record_states=names)
    for name in names:
        proofs = ranges(compiled, name)
        if all(proof.proved for proof in proofs.values()):
            assert trace.overflows[name] == 0
        if not proofs["current"].proved:
            continue
        for register, states in (("current", trace.currents[name]), ("membrane", trace.potentials[name])):
            assert proofs[register].low <= states.min(initial=0)
            assert states.max(initial=0) <= proofs[register].high


def one_neuron(codes: list[list[int]], timesteps: int = 3, **fields) -> Graph:
    inputs = source(len(codes[0]), minimum=-128, maximum=127, message_bits=8)
    parts = [inputs, neurons("a", len(codes), **fields), readout(1)]
    return graph(parts, [dense("input", "a", codes), dense("a", "readout", [[1] * len(codes)])], timesteps)


def test_the_range_of_a_graded_input_takes_the_worse_sign_of_each_weight() -> None:
    found = ranges(ProveRanges(LOIHI2).apply(one_neuron([[3, -2]])), "a")
    assert (found["accumulator"].low, found["accumulator"].high) == (3 * -128 - 2 * 127, 3 * 127 + 2 * 128)
    assert (found["current"].low, found["current"].high) == (-638 * 64, 637 * 64)


def test_the_membrane_adds_up_below_the_threshold_and_without_limit_under_zero() -> None:
    found = ranges(ProveRanges(LOIHI2).apply(one_neuron([[1]], dv=0, vth=np.array([1000]))), "a")
    assert found["membrane"].high == 3 * 127 * 64
    assert found["membrane"].low == -3 * 128 * 64
    spiking = ranges(ProveRanges(LOIHI2).apply(one_neuron([[1]], dv=0, vth=np.array([100]))), "a")
    assert spiking["membrane"].high == (100 + 127) * 64


def test_a_register_that_can_overflow_is_named_with_reach_limit_and_what_follows() -> None:
    found = ProveRanges(LOIHI2).apply(one_neuron([[2000]]))
    proof = ranges(found, "a")["accumulator"]
    assert not proof.proved
    assert (proof.low, proof.high, proof.limit) == (-256_000, 254_000, 2**17 - 1)
    label = next(label for label in found.labels if label.step == "accumulator range")
    assert label.status == "approximate"
    assert label.detail == "worst-case inputs reach -256000 .. 254000; the register holds 131071 and wraps around"


@pytest.mark.parametrize(("weight", "portable"), [(255, True), (256, False)])
def test_what_only_wide_accumulators_hold_is_labelled_not_portable(weight: int, portable: bool) -> None:
    """255 * 128 = 32640 fits Loihi 1's 16 bits, 256 * 128 = 32768 does not."""
    found = ProveRanges(LOIHI2).apply(one_neuron([[weight]]))
    assert ranges(found, "a")["accumulator"].proved
    assert ("portable accumulator" in {label.step for label in found.labels}) is not portable
    assert ranges(ProveRanges(LOIHI1).apply(one_neuron([[weight]])), "a")["accumulator"].proved is portable


def test_extreme_inputs_reach_the_range_of_a_leakless_membrane() -> None:
    start = one_neuron([[1]], dv=0, vth=np.array([1000]))
    proofs = ranges(ProveRanges(LOIHI2).apply(start), "a")
    inputs = np.array([-128, 127], np.int16).reshape(2, 1, 1, 1)
    trace = simulate(aligned(start), inputs, record_states=["a"])
    assert (trace.potentials["a"].min(), trace.potentials["a"].max()) == (
        proofs["membrane"].low,
        proofs["membrane"].high,
    )


def aligned(graph: Graph) -> Graph:
    return StaggerResets().apply(BalanceDelays(62).apply(graph))
