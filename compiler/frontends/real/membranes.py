"""One layer as the chip holds it: integer weights, threshold, bias and decay, and how far each is from the file's real value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.analysis.arrivals import bounds
from litesnn.compiler.frontends.real.layer import EQUAL, Layer, current_du, membrane_dv, needs_program, whole_sums
from litesnn.compiler.frontends.real.rounding import rounding_labels, threshold_error
from litesnn.compiler.graph import (
    BIAS_EXP_MAX,
    BIAS_MANT_MAX,
    DECAY_UNITY,
    STATE_MAX,
    VTH_MAX,
    WEIGHT_SHIFT,
    FidelityLabel,
    Graph,
    Leaky,
    Lif,
    Membranes,
    Population,
    ProgrammedLif,
    Readout,
    Spiking,
    SynapseBlock,
    bias_registers,
)
from litesnn.compiler.profile import portable_accumulator

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
VTH_WANTED = 1024  # thresholds at least this fine are rounded by less than 0.05 %
SHIFT_MAX = 7  # the largest weight exponent


def build_membranes(
    layer: Layer, sources: Sequence[Population], timesteps: int
) -> tuple[Membranes, int, list[FidelityLabel]]:
    """The population of a layer, the exponent its blocks are shifted up by, and the labels of its rounding.

    The exponent is the smallest that makes thresholds fine enough, as long as weights, sums and thresholds fit.
    """
    population, sums = _population(layer, 0), None
    for exponent in range(SHIFT_MAX + 1):
        wider = _population(layer, exponent)
        if exponent:
            sums = sums or _reach(layer, _population(layer, 0), sources, timesteps)
            if not _fits(layer, wider, exponent, sums):
                exponent -= 1
                break
        population = wider
        if _fine(layer, population, exponent):
            break
    return population, exponent, rounding_labels(layer, population, exponent)


def _population(layer: Layer, exponent: int) -> Leaky:
    unit = layer.worth / 2.0**exponent
    mantissa, bias_exp = bias_registers(layer.register_bias * 2.0**WEIGHT_SHIFT / unit)
    common: dict[str, Any] = {
        "name": layer.node.name,
        "shape": layer.shape,
        "channels": tuple(range(layer.shape[0])),
        "genotype_channels": layer.shape[0],
        "place": layer.place,
        "du": current_du(layer.rule),
        "dv": membrane_dv(layer.rule),
        "unit": unit,
    }
    if layer.rule.threshold is None:
        return Readout(**common, bias_mant=mantissa, bias_exp=bias_exp)
    if needs_program(layer, exponent):
        registers: dict[str, Any] = {"bias_mant": mantissa, "bias_exp": bias_exp, "is_output": layer.is_output}
        least, fine = int(layer.rule.spike_at), np.rint(layer.rule.threshold / unit * 2.0**WEIGHT_SHIFT)
        vth = np.clip(fine, least, STATE_MAX).astype(np.int64)
        return ProgrammedLif(**common, **registers, vth=vth, reset=layer.rule.reset, spike_at=layer.rule.spike_at)
    vth = _threshold(layer, unit, exponent)
    if layer.node.type == "Threshold":
        # Of the last step's membrane 1/4096 is left; what a silent neuron keeps of it must not lift an equal sum over the threshold.
        mantissa, bias_exp = bias_registers(layer.register_bias * 2.0**WEIGHT_SHIFT / unit - (vth >> WEIGHT_SHIFT))
    return Lif(**common, vth=vth, bias_mant=mantissa, bias_exp=bias_exp, is_output=layer.is_output)


def _threshold(layer: Layer, unit: Floats, exponent: int) -> Ints:
    """The register `vth` per channel: the chip spikes where the membrane is above vth weight units."""
    assert layer.rule.threshold is not None
    exact = layer.rule.threshold / unit
    if layer.rule.spike_at:  # at vth or above is above vth - 1, where membranes are whole numbers of units
        vth = np.ceil(exact * (1 - EQUAL)) - 1
    elif whole_sums(layer, exponent):
        vth = np.floor(exact * (1 + EQUAL))
    else:
        vth = np.rint(exact)
    register: Ints = np.clip(vth, 0, VTH_MAX).astype(np.int64)
    return register


def _fine(layer: Layer, population: Membranes, exponent: int) -> bool:
    threshold = population.threshold
    if threshold is None:
        return not np.any(membrane_dv(layer.rule)) and not layer.register_bias.any()
    whole = whole_sums(layer, exponent) and not (needs_program(layer, exponent) and threshold_error(layer, population))
    return whole or int(threshold.min()) >> WEIGHT_SHIFT >= VTH_WANTED


@dataclass(frozen=True)
class _Reach:
    """Largest magnitudes at exponent 0: synaptic sum and, in membrane units, the current and the membrane."""

    accumulator: int
    current: int
    membrane: int


def _reach(layer: Layer, population: Leaky, sources: Sequence[Population], timesteps: int) -> _Reach:
    others = [source for source in sources if source.name != population.name]
    found = bounds(Graph.build(timesteps, [*others, population], list(layer.blocks)), population)
    sums = int(max(-found.accumulator_low.min(), found.accumulator_high.max()))
    membrane = int(max(-found.membrane_low.min(), found.membrane_high.max()))
    memory = DECAY_UNITY / (int(np.min(population.du)) + 1)
    return _Reach(sums, int((sums << WEIGHT_SHIFT) * memory), int(membrane * memory))


def _fits(layer: Layer, population: Membranes, exponent: int, reach: _Reach) -> bool:
    largest = max((block.exponent for block in layer.blocks), default=0)
    fitting = True
    if isinstance(population, Spiking):
        assert population.vth is not None
        fitting = int(population.vth.max()) < population.highest_threshold
    return (
        largest + exponent <= SHIFT_MAX
        and reach.accumulator << exponent <= portable_accumulator()
        and max(reach.current, reach.membrane) << exponent <= STATE_MAX
        and fitting
        and int(np.abs(population.bias >> BIAS_EXP_MAX).max(initial=0)) < BIAS_MANT_MAX
    )


def shifted(block: SynapseBlock, exponent: int) -> SynapseBlock:
    """A block with the membrane's exponent."""
    return replace(block, exponent=block.exponent + exponent)
