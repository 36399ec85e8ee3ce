"""Labels of what is rounded when a layer becomes integers: against the floating-point run of the same file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.layer import EQUAL, Layer, whole_sums
from litesnn.compiler.frontends.real.quantize import Codes, Weights, rounded_off
from litesnn.compiler.frontends.real.wired import Connection
from litesnn.compiler.graph import (
    DECAY_UNITY,
    VTH_MAX,
    WEIGHT_SHIFT,
    FidelityLabel,
    Lif,
    Membranes,
    Population,
    ProgrammedLif,
    Spiking,
)
from litesnn.compiler.graph.kinds.programmed_lif import RESETS

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class WeightRow:
    """What became of one weight node, for the support table: bits, the real value of code 1 in words, clipped weights, error."""

    bits: int
    step: str
    clipped: int
    error: float


def weight_label(
    connection: Connection, weights: Weights, code: Codes, layer: Layer, source: Population
) -> tuple[FidelityLabel, WeightRow]:
    """How far a block's integers are from its real weights, and the row of its weight node."""
    bits = max(weights.bits, int(np.abs(code.codes).max(initial=0)).bit_length() + 1)
    step = _step(layer.unit * 2.0**code.exponent)
    off = rounded_off(weights.map, layer.unit, code)
    largest = float(off.max(initial=0.0))
    error = 0.0
    if largest:
        # Geometries sum integers: count the errors in millionths of the largest.
        counted = connection.map.geometry(np.ceil(off / largest * 1e6).astype(np.int32))
        positive, _ = counted.sums(connection.map.in_shape, connection.map.out_shape)
        peak = max(map(abs, source.sent))
        error = float((positive * 1e-6 * largest / layer.unit * layer.worth * peak / layer.scale).max())
    place = f"node '{connection.weights or connection.target}'"
    detail = f"{bits} bits, step {step}" + (f", {code.clipped} weight(s) clipped" if code.clipped else "")
    row = WeightRow(bits, step, code.clipped, error)
    if error == 0:
        return FidelityLabel(
            "weights to integers", place, "exact", f"{detail}; the file's weights lie on this grid"
        ), row
    detail += "; synaptic current of the worst channel, all its inputs active, in thresholds"
    return FidelityLabel(step="weights to integers", place=place, status="bounded", detail=detail, bound=error), row


def _step(steps: Floats) -> str:
    low, high = float(steps.min()), float(steps.max())
    return f"{low:.6g}" if low == high else f"{low:.6g} .. {high:.6g} by channel"


def rounding_labels(layer: Layer, population: Membranes, exponent: int) -> list[FidelityLabel]:
    """How far the threshold, the bias and the decays of a population are from the file's; `exponent` is its membrane's."""
    scale = layer.scale
    unit = layer.worth / 2.0**exponent
    labels = _threshold_labels(layer, population, exponent) if isinstance(population, Spiking) else []
    if layer.register_bias.any():
        kept = population.bias
        if layer.node.type == "Threshold" and isinstance(population, Lif) and population.vth is not None:
            kept = kept + (population.vth >> WEIGHT_SHIFT)
        errors = np.abs(kept * unit / 2.0**WEIGHT_SHIFT - layer.register_bias) / scale
        labels.append(_rounded("bias to mantissa and exponent", layer, float(errors.max())))
    if layer.node.type == "Threshold":
        return labels
    labels.extend(_decay_labels(layer, population, unit, scale))
    if layer.rule.reset != "zero":
        labels.append(_reset_label(layer, population))
    return labels


def _threshold_labels(layer: Layer, population: Spiking, exponent: int) -> list[FidelityLabel]:
    assert layer.rule.threshold is not None
    unit = layer.worth / 2.0**exponent
    programmed = isinstance(population, ProgrammedLif)
    error = 0.0 if whole_sums(layer, exponent) and not programmed else threshold_error(layer, population)
    if layer.rule.spike_at and not programmed:
        labels = [_at_label(layer, error)]
    else:
        labels = [_rounded("threshold to integer", layer, error)]
    if layer.rule.spike_at and programmed:
        labels.append(FidelityLabel("spikes at the threshold", layer.place, "exact", "as a programmed neuron compares"))
    clipped = layer.rule.threshold / unit > VTH_MAX + 0.5
    if clipped.any():
        detail = f"{int(clipped.sum())} channel(s) need a threshold above 2^17 - 1 weight units and are clipped to it"
        labels.append(FidelityLabel("threshold register", layer.place, "approximate", detail))
    return labels


def threshold_error(layer: Layer, population: Membranes) -> float:
    """How far the integer thresholds of a spiking population are from the file's, in thresholds: of the worst channel that fits."""
    assert isinstance(population, Spiking)
    assert population.vth is not None
    assert population.unit is not None
    assert layer.rule.threshold is not None
    steps = population.unit / (2.0**WEIGHT_SHIFT if isinstance(population, ProgrammedLif) else 1)
    held = layer.rule.threshold / steps <= population.highest_threshold + 0.5
    off = np.abs(population.vth * steps - layer.rule.threshold) / layer.scale
    return float(off[held & (off > EQUAL)].max(initial=0))


def _reset_label(layer: Layer, population: Membranes) -> FidelityLabel:
    if isinstance(population, ProgrammedLif):
        return FidelityLabel("reset", layer.place, "exact", f"{RESETS[population.reset]}, as a program of the neuron's")
    detail = f"a spike {RESETS[layer.rule.reset]} in the file, and sets it to zero on the chip: what exceeds the threshold is lost"
    return FidelityLabel("reset by subtraction", layer.place, "approximate", detail)


def _decay_labels(layer: Layer, population: Membranes, unit: Floats, scale: Floats) -> list[FidelityLabel]:
    channels = np.zeros(population.shape[0])
    membrane, current = channels + population.decay_mantissa, channels + population.current_mantissa
    labels = [_decay_label("membrane decay to 12 bits", layer, layer.rule.decay, membrane)]
    if layer.rule.current_decay is not None:
        labels.append(_decay_label("current decay to 12 bits", layer, layer.rule.current_decay, current))
    # A decay takes a truncated unit back in as many steps as a state lasts.
    lasting = np.where(membrane < DECAY_UNITY, DECAY_UNITY / np.maximum(DECAY_UNITY - membrane, 1), 0)
    if layer.rule.has_current:
        lasting = lasting + DECAY_UNITY / np.maximum(DECAY_UNITY - current, 1)
    if lasting.any():
        error = float((unit / 2.0**WEIGHT_SHIFT / scale * lasting).max())
        labels.append(_rounded("leak truncated toward zero", layer, error))
    return [label for label in labels if label is not None]


def _decay_label(step: str, layer: Layer, real: Floats, mantissas: Floats) -> FidelityLabel | None:
    """How far 4096ths are from decays (C,): of the worst channel; None where nothing is remembered."""
    kept = mantissas / DECAY_UNITY
    if not (real.any() or kept.any()):
        return None
    off = np.abs(kept - real)
    errors = np.where(off > 0, off / np.maximum(np.maximum(1 - real, off), 2.0**-52), 0)
    worst = int(errors.argmax())
    detail = f"{mantissas[worst]:.0f}/4096 for {real[worst]:.6g}: share of a state that is off after many steps"
    several = len(np.unique(mantissas))
    if several > 1:
        detail = f"{several} decays, the worst {detail}"
    error = float(errors[worst])
    status: Literal["exact", "bounded"] = "exact" if error == 0 else "bounded"
    return FidelityLabel(step=step, place=layer.place, status=status, detail=detail, bound=error or None)


def _rounded(step: str, layer: Layer, error: float) -> FidelityLabel:
    if error == 0:
        return FidelityLabel(step, layer.place, "exact", "nothing is rounded")
    return FidelityLabel(
        step=step,
        place=layer.place,
        status="bounded",
        detail="membrane of the worst channel, in thresholds",
        bound=error,
    )


def _at_label(layer: Layer, error: float) -> FidelityLabel:
    """Spikes at the threshold on a chip that spikes above it."""
    step = "spikes at the threshold"
    if error == 0:
        detail = "every membrane is a whole number of weight units: at the threshold is above one unit less"
        return FidelityLabel(step, layer.place, "exact", detail)
    detail = (
        "the membrane leaks or has a bias that is no whole number of weight units, so it can stand between the threshold and one "
        "unit less, where the chip spikes too: membrane of the worst channel, in thresholds (the comparison's 'differing' measures it)"
    )
    return FidelityLabel(step=step, place=layer.place, status="bounded", detail=detail, bound=error)
