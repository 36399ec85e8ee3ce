"""SANA-FE's values as integers: weights in units of 2^-k with the least k of 0 .. 6 that holds them, all else in membrane units.

A membrane unit is 1/64 of a weight unit, so with k = 0 it is the 64th that SANA-FE truncates to: every step is the same. With finer
weights nothing is lost as long as nothing leaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from litesnn.compiler.frontends.sanafe.description import Floats, Ints
from litesnn.compiler.frontends.sanafe.somas import Somas
from litesnn.compiler.graph import DECAY_UNITY, FidelityLabel
from litesnn.compiler.graph.kinds.registers import WEIGHT_SHIFT

FINEST = 6
"""SANA-FE drops what is below 2^-6 in the step after it arrived."""


@dataclass(frozen=True, eq=False)
class Grid:
    """The units of one group: `bits` of fraction of its weights, and the labels of what was rounded."""

    place: str
    bits: int
    labels: tuple[FidelityLabel, ...] = ()

    def weights(self, values: Floats) -> Ints:
        """Weights in whole units."""
        return _whole(np.ldexp(values, self.bits))

    def membrane(self, values: Floats) -> Ints:
        """Thresholds and biases in membrane units."""
        return _whole(np.ldexp(values, self.bits + WEIGHT_SHIFT))


def grid_of(place: str, arriving: Iterable[Floats], somas: Somas) -> Grid:
    """The grid of a group, from all weights and values of an input that reach it."""
    widest = [_fraction_bits(values) for values in arriving]
    bits = min(max(widest, default=0), FINEST)
    grid = Grid(place, bits)
    return Grid(place, bits, tuple(_labels(grid, max(widest, default=0) > FINEST, somas)))


def _fraction_bits(values: Floats) -> int:
    """The least number of fraction bits that holds all values; one above `FINEST` where that many do not."""
    for bits in range(FINEST + 1):
        scaled = np.ldexp(values, bits)
        if (scaled == np.rint(scaled)).all():
            return bits
    return FINEST + 1


def decays(somas: Somas) -> Ints:
    """dv of 4096 per neuron, the nearest."""
    return DECAY_UNITY - _whole(somas.decay * DECAY_UNITY)


def _labels(grid: Grid, rounded: bool, somas: Somas) -> Iterator[FidelityLabel]:
    least = float(somas.threshold.min())
    leaks = bool((somas.decay < 1).any())
    if rounded:
        detail = "weights are rounded to 64ths, which SANA-FE drops what is below of, a step later"
        yield FidelityLabel("weights", grid.place, status="bounded", detail=detail, bound=_of(2.0**-FINEST / 2, least))
    for what, values in (("thresholds", somas.threshold), ("biases", somas.bias)):
        off = np.abs(np.ldexp(grid.membrane(values).astype(np.float64), -grid.bits - WEIGHT_SHIFT) - values)
        if off.any():
            unit = 2 ** (grid.bits + WEIGHT_SHIFT)
            detail = f"{what} are rounded to {unit}ths, by up to {off.max():.2g}"
            yield FidelityLabel(what, grid.place, status="bounded", detail=detail, bound=_of(float(off.max()), least))
    kept = 1 - decays(somas) / DECAY_UNITY
    if leaks and grid.bits:
        detail = f"potentials are truncated to {2 ** (grid.bits + WEIGHT_SHIFT)}ths when they leak, in SANA-FE to 64ths"
        yield FidelityLabel("truncation", grid.place, status="bounded", detail=detail, bound=_of(2.0**-FINEST, least))
    if (kept != somas.decay).any():
        off = np.abs(kept - somas.decay)
        detail = f"leak_decay is rounded to 4096ths, by up to {off.max():.2g}: a potential may differ by a 64th a step"
        yield FidelityLabel(
            "decay", grid.place, status="bounded", detail=detail, bound=_of(2.0**-FINEST, least) + float(off.max())
        )


def _of(value: float, threshold: float) -> float:
    """A potential in units of the threshold; that of a neuron which spikes above 0 counts as 1."""
    return value / (threshold or 1.0)


def _whole(values: Floats) -> Ints:
    """The nearest integers; what is beyond any register stays beyond all of them."""
    whole: Ints = np.clip(np.rint(values), -(2**40), 2**40).astype(np.int64)
    return whole
