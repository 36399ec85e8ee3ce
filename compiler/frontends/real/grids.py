"""Grids: steps that all weights of something are whole multiples of, as quantized networks have them.

A chain of linear nodes whose weights lie on grids is composed in whole numbers, so that sums stay whole, whatever the step is: what
an overlapping average adds up are ninths of the weights' step, not numbers that differ in their last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ON_GRID = 2.0**-18  # relative: what float32 can hold of a multiple of a step of up to 8 bits
WIDEST = 127  # the largest code of a weight node
WHOLE_MAX = 2.0**53  # float64 counts up to here


@dataclass(frozen=True)
class Grid:
    """Weights that are whole numbers of `step`; `largest` is the largest number that any one weight node of the chain has."""

    step: float
    largest: int = 0

    def behind(self, other: Grid) -> Grid:
        """The grid of two chains, one behind the other."""
        return Grid(self.step * other.step, max(self.largest, other.largest))


def grid_of(weights: Floats) -> tuple[Grid, Floats] | None:
    """The coarsest grid of a node's weights and the whole numbers on it; None where there is none of 8 bits."""
    magnitudes = np.abs(weights[weights != 0])
    if not magnitudes.size:
        return Grid(1.0), weights
    step = coarsest_step(magnitudes, WIDEST)
    if step is None:
        return None
    whole: Floats = np.rint(weights / step)
    return Grid(step, int(np.abs(whole).max())), whole


def common_grid(grids: Sequence[Grid | None]) -> Grid | None:
    """The coarsest grid whose step all grids' steps are whole multiples of, up to the widest code; None where there is none."""
    known = [grid for grid in grids if grid is not None]
    step = coarsest_step(np.array([grid.step for grid in known]), WIDEST) if len(known) == len(grids) else None
    return None if step is None else Grid(step, max(grid.largest for grid in known))


def coarsest_step(magnitudes: Floats, top: int) -> float | None:
    """The coarsest step that all magnitudes (positive, at least one) are whole multiples of, at most `top`; None where there is none."""
    values = np.unique(magnitudes)
    for part in range(1, top + 1):
        step = values[0] / part
        multiples = values / step
        if multiples[-1] > top + 0.5:
            return None
        if (np.abs(multiples - np.rint(multiples)) <= multiples * ON_GRID).all():
            # The largest multiple says the step best.
            return float(values[-1] / np.rint(multiples[-1]))
    return None
