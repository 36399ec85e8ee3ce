"""Folding is `docs/numbers.md`, number by number, and the bound it states for `norm: edge` is never exceeded."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_trained_genotype
from small_graphs import analog_neurons, conv, graph, readout, source

from litesnn.compiler.graph import Analog, Graph, Lif, Spiking
from litesnn.compiler.lower import lower
from litesnn.compiler.passes import FoldNormalization


def folded(analog: Analog, blocks: list[Any], channels: int = 1, inputs: tuple[str, ...] = ("input",)) -> Graph:
    sources = [replace(source(1, 4), name=name) for name in inputs]
    start = graph([*sources, analog_neurons("a", analog, channels, 4), readout()], blocks)
    result = FoldNormalization().apply(start)
    result.validate("fold-normalization")
    return result


def node(result: Graph) -> Lif:
    found = result["a"]
    assert isinstance(found, Spiking)
    return found


def weights(result: Graph, block: int = 0) -> np.ndarray:
    chosen = result.into("a")[block]
    return chosen.geometry.codes[:, 0, 0, 0].astype(np.int64) << chosen.exponent


def per_node(gain: list[float], offset: list[float], threshold: float = 0.5, membrane_exp: int = 0) -> Analog:
    return Analog(threshold, membrane_exp, gain=np.array(gain), offset=np.array(offset))


ONE = [[[[1]]]]


def test_norm_node_by_hand() -> None:
    """h = 0.25, g = 0.5, S = 3: unit = 0.5 * 0.25 / 8 = 1/64; vth = 0.5 * 64 = 32; b = 64 * 0.1 * 64 = 409.6 -> 410."""
    result = folded(per_node([0.5], [0.1], membrane_exp=3), [conv("input", "a", [[[[3]]]], 0.25)])
    assert weights(result).tolist() == [3 * 2**3]
    assert node(result).vth.tolist() == [32]
    assert (node(result).bias_mant.tolist(), node(result).bias_exp.tolist()) == ([410], [0])
    assert node(result).unit.tolist() == [1 / 64]


def test_a_negative_gain_turns_the_weights_around() -> None:
    result = folded(per_node([-0.5], [0.0]), [conv("input", "a", [[[[3]]]], 0.25)])
    assert weights(result).tolist() == [-3]
    assert node(result).vth.tolist() == [4]


def test_a_zero_gain_leaves_no_weight_and_the_unit_of_the_smallest_edge() -> None:
    """unit = h = 0.25, vth = 2; the bias still counts: 64 * 0.5 / 0.25 = 128."""
    result = folded(per_node([0.0], [0.5]), [conv("input", "a", ONE, 0.25)])
    assert weights(result).tolist() == [0]
    assert node(result).vth.tolist() == [2]
    assert node(result).bias.tolist() == [128]


def test_edges_of_a_node_shift_by_their_power_of_two() -> None:
    blocks = [conv(name, "a", ONE, value) for name, value in (("x", 0.5), ("y", 0.125), ("z", 2.0))]
    result = folded(per_node([1.0], [0.0], membrane_exp=1), blocks, inputs=("x", "y", "z"))
    assert [weights(result, i).tolist() for i in range(3)] == [[8], [2], [32]]
    assert node(result).vth.tolist() == [8]


@pytest.mark.parametrize(
    ("offset", "mantissa", "exponent"),
    [
        (4095 / 64, 4095, 0),
        (4096 / 64, 2048, 1),
        (8191 / 64, 2048, 2),  # 4095.5 rounds to 4096, which needs one exponent more
        (-8190 / 64, -4095, 1),
        (4095 * 128 / 64, 4095, 7),
        (1e6, 4095, 7),
        (-1e6, -4095, 7),
        (0.5 / 64, 0, 0),  # half to even
        (1.5 / 64, 2, 0),
    ],
)
def test_bias_takes_the_smallest_exponent_that_fits_and_clips_beyond(
    offset: float, mantissa: int, exponent: int
) -> None:
    result = folded(per_node([1.0], [offset]), [conv("input", "a", ONE, 1.0)])
    assert (node(result).bias_mant.tolist(), node(result).bias_exp.tolist()) == ([mantissa], [exponent])


@pytest.mark.parametrize(("threshold", "vth"), [(0.5, 0), (1.5, 2), (2.5, 2), (131071.0, 131071), (1e9, 131071)])
def test_threshold_rounds_half_to_even_and_clips_at_seventeen_bits(threshold: float, vth: int) -> None:
    result = folded(per_node([1.0], [0.0], threshold), [conv("input", "a", ONE, 1.0)])
    assert node(result).vth.tolist() == [vth]
    clipped = [label for label in result.labels if label.step == "threshold register"]
    assert bool(clipped) == (vth == 131071)


def per_edge(threshold: float = 1.0, membrane_exp: int = 0, limit: int = 16, offset: float = 0.0) -> Analog:
    return Analog(threshold, membrane_exp, limit, offset=np.array([offset]))


@pytest.mark.parametrize(
    ("gains", "limit", "multipliers", "unit"),
    [
        ([1.0, 0.5], 16, [2, 1], 0.5),
        ([0.75, -0.5], 16, [3, -2], 0.25),
        ([1.0, 1.0], 16, [1, 1], 1.0),
        ([1.0, 0.0], 16, [1, 0], 1.0),
        ([-2.0, 0.02], 16, [-1, 0], 2.0),  # 0.01 is within 1/32 of 0
        ([1.0, 0.3], 1, [1, 0], 1.0),
        ([1.0, 0.3], 16, [7, 2], 1 / 7),  # 0.3 * 7 = 2.1 is within 7/32 of 2; 0.9 is not within 3/32 of 1
    ],
)  # fmt: skip
def test_norm_edge_takes_the_smallest_multipliers_in_ratio(
    gains: list[float], limit: int, multipliers: list[int], unit: float
) -> None:
    blocks = [conv(name, "a", ONE, 1.0, [gain]) for name, gain in zip("xy", gains, strict=True)]
    result = folded(per_edge(limit=limit), blocks, inputs=("x", "y"))
    assert [weights(result, i).tolist() for i in range(2)] == [[m] for m in multipliers]
    assert node(result).unit.tolist() == pytest.approx([unit])
    assert by_hand(gains, limit) == (multipliers, pytest.approx(unit))


@given(
    st.lists(st.floats(-2, 2).filter(lambda g: abs(g) > 1e-3), min_size=2, max_size=4), st.sampled_from([1, 4, 16, 64])
)
def test_multipliers_follow_the_rule_in_exact_fractions(gains: list[float], limit: int) -> None:
    names = "wxyz"[: len(gains)]
    result = folded(
        per_edge(limit=limit),
        [conv(n, "a", ONE, 1.0, [g]) for n, g in zip(names, gains, strict=True)],
        inputs=tuple(names),
    )
    multipliers, unit = by_hand(gains, limit)
    assert [weights(result, i).tolist() for i in range(len(gains))] == [[m] for m in multipliers]
    assert node(result).unit.tolist() == pytest.approx([unit])


def by_hand(gains: list[float], limit: int) -> tuple[list[int], float]:
    """The rule of `docs/numbers.md` in exact fractions."""
    real = [Fraction(gain) for gain in gains]
    largest = max(abs(value) for value in real)
    for q in range(1, limit + 1):
        scaled = [value / largest * q for value in real]
        if all(abs(value - round(value)) <= Fraction(q, 2 * limit) for value in scaled):
            return [round(value) for value in scaled], float(largest / q)
    raise AssertionError("q = limit always qualifies")


def test_all_gains_zero_leave_no_weights_and_the_largest_unit() -> None:
    blocks = [conv(name, "a", ONE, value, [0.0]) for name, value in (("x", 0.5), ("y", 0.25))]
    result = folded(per_edge(membrane_exp=1), blocks, inputs=("x", "y"))
    assert [weights(result, i).tolist() for i in range(2)] == [[0], [0]]
    assert node(result).unit.tolist() == [0.25]


def test_exact_steps_are_labelled_exact_and_rounded_ones_with_their_error() -> None:
    result = folded(per_node([0.5], [0.1], membrane_exp=3), [conv("input", "a", [[[[3]]]], 0.25)])
    labels = {label.step: label for label in result.labels}
    assert labels["threshold to integer"].status == "exact"
    bias = labels["bias to mantissa and exponent"]
    assert bias.status == "bounded"
    assert bias.bound == pytest.approx(abs(410 / 4096 - 0.1) / 0.5)


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_the_bound_of_norm_edge_holds_for_every_input(seed: int) -> None:
    """|real current - integer current * unit| never exceeds the label's bound, for random and for worst-case inputs."""
    loaded = random_trained_genotype(seed, norm="edge", cells=2, size=4, bits=3)
    before = lower(loaded)
    after = FoldNormalization().apply(before)
    bounds = {label.place: label.bound for label in after.labels if label.step == "edge gains to integer multipliers"}
    rng = np.random.default_rng(seed)
    for old in before.membranes:
        if not isinstance(old, Spiking) or old.analog is None:
            continue
        new = after[old.name]
        assert isinstance(new, Spiking)
        assert new.unit is not None
        unit = np.repeat(new.unit, old.shape[1] * old.shape[2])
        differences = []
        for analog, integer in zip(before.into(old.name), after.into(old.name), strict=True):
            reads = before[analog.source]
            assert analog.analog is not None
            gain = np.ones(old.shape[0]) if analog.analog.gain is None else analog.analog.gain
            exact = analog.geometry.matrix(reads.shape, old.shape).toarray() * analog.analog.value
            exact = exact * np.repeat(gain, old.shape[1] * old.shape[2])[:, None]
            deployed = integer.weights(reads.shape, old.shape).toarray() * unit[:, None]
            peak = max(abs(getattr(reads, "minimum", 0)), getattr(reads, "maximum", 1))
            differences.append((exact - deployed) * peak)
        error = np.concatenate(differences, axis=1)
        stated = bounds.get(old.place) or 0.0
        limit = stated * old.analog.threshold * (1 + 1e-9) + 1e-9
        spikes = rng.random((error.shape[1], 20)) < rng.random(20)
        assert np.abs(error @ spikes).max(initial=0) <= limit
        assert np.maximum(error, 0).sum(axis=1).max(initial=0) <= limit
        assert np.maximum(-error, 0).sum(axis=1).max(initial=0) <= limit
