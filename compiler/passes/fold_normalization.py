"""Normalization folding: affine normalization becomes integer weights, a threshold and a bias per channel.

The arithmetic is the contract in `docs/numbers.md`, step for step. With one normalization per node it is exact up to the
rounding of threshold and bias; with one per edge, edges of different gain meet at one membrane through the smallest integer
multipliers that fit, and the step is labelled with the error of the worst channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import (
    WEIGHT_SHIFT,
    Analog,
    FidelityLabel,
    Graph,
    Membranes,
    Population,
    Spiking,
    SynapseBlock,
    bias_registers,
)
from litesnn.compiler.passes.base import Pass

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class FoldNormalization(Pass):
    """Turn every `Analog` membrane into integer weights, `vth`, `bias_mant` and `bias_exp`."""

    name = "fold-normalization"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        populations: list[Population] = []
        blocks: list[SynapseBlock] = []
        labels: list[FidelityLabel] = []
        for population in graph.populations:
            incoming = graph.into(population.name)
            if isinstance(population, Membranes) and population.analog is not None:
                folded = _fold(graph, population, population.analog, incoming)
                populations.append(folded.population)
                blocks.extend(folded.blocks)
                labels.extend(folded.labels)
            else:
                populations.append(population)
                blocks.extend(incoming)
        return graph.rebuild(populations, blocks).labelled(*labels)


@dataclass(frozen=True)
class _Folded:
    population: Membranes
    blocks: list[SynapseBlock]
    labels: list[FidelityLabel]


def _fold(graph: Graph, population: Membranes, analog: Analog, incoming: Sequence[SynapseBlock]) -> _Folded:
    labels: list[FidelityLabel] = []
    if analog.gain is not None:
        blocks, unit = _common_unit(population, analog, analog.gain, incoming)
    else:
        blocks, unit, error = _multipliers(graph, population, analog, incoming)
        if error > 0:
            labels.append(
                FidelityLabel(
                    step="edge gains to integer multipliers",
                    place=population.place,
                    status="bounded",
                    detail="synaptic current of the worst channel, all its inputs active, in thresholds",
                    bound=error,
                )
            )
    offset = analog.bias if analog.bias is not None else analog.offset
    real = np.zeros(population.shape[0]) if offset is None else offset
    mantissa, exponent = bias_registers(2**WEIGHT_SHIFT * real / unit)
    changed = replace(population, analog=None, unit=unit, bias_mant=mantissa, bias_exp=exponent).folded(
        analog.threshold / unit
    )
    labels.extend(_rounding_labels(changed, analog, offset))
    return _Folded(changed, blocks, labels)


def _common_unit(
    population: Membranes, analog: Analog, gain: Floats, incoming: Sequence[SynapseBlock]
) -> tuple[list[SynapseBlock], Floats]:
    """`norm: node`: a channel's values are powers of two apart, the gain only sets sign, threshold and bias.

    Powers that differ from channel to channel become factors of the codes, their common part the block's exponent.
    """
    values = _values(incoming, len(gain))
    smallest = values.min(axis=0)
    base = smallest * 2.0**-analog.membrane_exp
    sign = np.sign(gain).astype(np.int64)
    unit = np.where(gain == 0, base, np.abs(gain) * base)
    blocks = []
    for block, exponents in zip(incoming, np.frexp(values / smallest)[1].astype(np.int64) - 1, strict=True):
        shared = int(exponents.min())
        factors = sign * 2 ** (exponents - shared)
        blocks.append(_folded_block(block, factors, shared + analog.membrane_exp))
    return blocks, unit


def _multipliers(
    graph: Graph, population: Membranes, analog: Analog, incoming: Sequence[SynapseBlock]
) -> tuple[list[SynapseBlock], Floats, float]:
    """`norm: edge`: per channel the smallest integers in the ratio of the edges' gains, and the worst relative error."""
    count = population.shape[0]
    values = _values(incoming, count)
    real = values * np.stack([_gain(block, count) for block in incoming])
    largest = np.abs(real).max(axis=0)
    live = largest > 0
    ratio = real / np.where(live, largest, 1.0)
    limit = analog.multiplier_max
    chosen: Ints = np.full(count, limit, np.int64)
    for q in range(limit - 1, 0, -1):
        error = np.abs(ratio * q - np.rint(ratio * q)).max(axis=0)
        chosen = np.where(error <= q / (2 * limit), q, chosen)
    multiplier = np.rint(ratio * chosen).astype(np.int64)
    scale = 2.0**-analog.membrane_exp
    unit = np.where(live, (largest / chosen) * scale, values.max(axis=0) * scale)
    blocks = [
        _folded_block(block, factor, analog.membrane_exp) for block, factor in zip(incoming, multiplier, strict=True)
    ]
    worst = np.zeros(count)
    for block, value, factor in zip(incoming, real, multiplier, strict=True):
        source = graph[block.source]
        positive, negative = block.geometry.sums(source.shape, population.shape)
        peak = max(map(abs, source.sent))
        worst += np.abs(value - factor * (largest / chosen)) * (positive + negative) * peak
    return blocks, unit, float((worst / analog.threshold).max())


def _values(incoming: Sequence[SynapseBlock], count: int) -> Floats:
    """Value of code 1 per block and target channel, (blocks, C)."""
    values = []
    for block in incoming:
        assert block.analog is not None, "lowering gives every block into an analog membrane a value"
        values.append(np.broadcast_to(block.analog.value, count))
    return np.stack(values)


def _gain(block: SynapseBlock, count: int) -> Floats:
    gain = None if block.analog is None else block.analog.gain
    return np.ones(count) if gain is None else gain


def _folded_block(block: SynapseBlock, factors: Ints, exponent: int) -> SynapseBlock:
    return replace(block, geometry=block.geometry.scale_targets(factors), exponent=exponent, analog=None)


def _rounding_labels(population: Membranes, analog: Analog, offset: Floats | None) -> list[FidelityLabel]:
    """How far threshold, bias and the truncated decay are from their real values, in thresholds, worst channel."""
    assert population.unit is not None
    labels = []
    membrane_unit = population.unit / 2**WEIGHT_SHIFT
    if isinstance(population, Spiking) and population.vth is not None:
        threshold = population.vth * 2.0**population.vth_shift * membrane_unit
        error = np.abs(threshold - analog.threshold) / analog.threshold
        highest = population.highest_threshold
        silent = population.vth == highest
        if (~silent).any():
            labels.append(_rounded("threshold to integer", population, float(error[~silent].max())))
        if silent.any():
            limit = f"2^{highest.bit_length()} - 1"
            detail = f"{int(silent.sum())} channel(s) need a threshold above {limit} and are clipped to it"
            labels.append(FidelityLabel("threshold register", population.place, "approximate", detail))
    if offset is not None:
        error = np.abs(population.bias * membrane_unit - offset) / analog.threshold
        labels.append(_rounded("bias to mantissa and exponent", population, float(error.max())))
    lost = np.broadcast_to(population.dv, population.shape[:1]) / 4096
    if (lost > 0).any():
        leak = float((membrane_unit[lost > 0] / lost[lost > 0]).max() / analog.threshold)
        labels.append(_rounded("leak truncated toward zero", population, leak))
    return labels


def _rounded(step: str, population: Membranes, error: float) -> FidelityLabel:
    if error == 0:
        return FidelityLabel(step, population.place, "exact", "no rounding was needed")
    return FidelityLabel(
        step=step,
        place=population.place,
        status="bounded",
        detail="membrane of the worst channel, in thresholds",
        bound=error,
    )
