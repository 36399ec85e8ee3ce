"""Groups of SANA-FE neurons as populations of the graph, their parameters in Lava's words."""

from __future__ import annotations

from typing import Any

import numpy as np

from litesnn.compiler.frontends.sanafe.description import Floats, Group, Ints, Shape
from litesnn.compiler.frontends.sanafe.grids import Grid, decays
from litesnn.compiler.frontends.sanafe.somas import Somas
from litesnn.compiler.graph import BIAS_EXP_MAX, BIAS_MANT_MAX, STATE_MAX, Membranes, ProgrammedLif, Readout, Source

INPUT_BITS = 13
"""Of values that the host writes into neurons: a signed register of a bias."""


def spike_source(name: str, shape: Shape) -> Source:
    """An input of spikes."""
    return Source.whole(name, shape, (0, 1), 0, arrival=0)


def value_source(group: Group, name: str, shape: Shape, values: Ints) -> Source:
    """An input of values that the host writes into neurons, as wide as those of the file need; `ImportFileError` beyond a bias."""
    low, high = int(values.min()), int(values.max())
    bits = max(high.bit_length(), (-low - 1).bit_length() if low < 0 else 0, 1) + (low < 0)
    if bits > INPUT_BITS - (low >= 0):
        most = 1 << INPUT_BITS - 1
        group.place.refuse(
            f"found biases {low} .. {high} in units of its weights; allowed of an input: {-most} .. {most - 1}"
        )
    span = (-(1 << bits - 1), (1 << bits - 1) - 1) if low < 0 else (0, (1 << bits) - 1)
    return Source.whole(name, shape, span, bits, arrival=0)


def make_population(
    group: Group, somas: Somas, grid: Grid, shape: Shape, *, is_output: bool, biased: bool
) -> Membranes:
    """The population of a group.

    Parameters
    ----------
    is_output : whether the host reads it; it is a readout where its threshold is beyond any membrane
    biased : whether its biases are constants of it, and not the network's input

    Raises
    ------
    ImportFileError
        For values that no register holds.
    """
    threshold, bias = (
        grid.membrane(somas.threshold),
        grid.membrane(somas.bias) if biased else np.zeros(group.size, np.int64),
    )
    mantissa, exponent = _bias(group, _per_channel(bias, shape))
    common: dict[str, Any] = {
        "name": group.name,
        "shape": shape,
        "channels": tuple(range(shape[0])),
        "genotype_channels": shape[0],
        "place": group.place.path,
        "dv": _decay(_per_channel(decays(somas), shape)),
        "bias_mant": mantissa,
        "bias_exp": exponent,
    }
    if threshold.min() > STATE_MAX and is_output:
        return Readout(**common)
    if threshold.max() > STATE_MAX:
        group.place.refuse(
            f"found threshold {somas.threshold.max():g}, which no membrane reaches (its integers end at {STATE_MAX}); allowed: lower "
            "ones, or such in all neurons of the last group, whose potentials are then the answer"
        )
    vth = _per_channel(threshold, shape)
    return ProgrammedLif(**common, vth=vth, reset=somas.reset, spike_at=somas.spike_at, is_output=is_output)


def uniform(values: Floats, shape: Shape) -> bool:
    """Whether values (n,) are alike within each channel."""
    table = values.reshape(shape[0], -1)
    return bool((table == table[:, :1]).all())


def _per_channel(values: Ints, shape: Shape) -> Ints:
    return values.reshape(shape[0], -1)[:, 0].copy()


def _decay(values: Ints) -> int | Ints:
    return int(values[0]) if (values == values[0]).all() else values


def _bias(group: Group, bias: Ints) -> tuple[Ints, Ints]:
    """Mantissa and exponent per channel that say exactly `bias`, with the least exponent."""
    exponent = np.zeros_like(bias)
    for candidate in range(1, BIAS_EXP_MAX + 1):
        exponent = np.where(np.abs(bias >> exponent) > BIAS_MANT_MAX, candidate, exponent)
    mantissa = bias >> exponent
    off = (mantissa << exponent != bias) | (np.abs(mantissa) > BIAS_MANT_MAX)
    if off.any():
        group.place.refuse(
            f"found a bias of {int(bias[off][0])} membrane units; allowed: {BIAS_MANT_MAX} * 2^0..{BIAS_EXP_MAX} exactly, what its "
            "register holds"
        )
    return mantissa, exponent
