"""What code 1 is worth, for groups of weights: the step of a whole block, or of each of its output channels.

A group that lies on a grid of the wanted width keeps it; elsewhere the scale rule says the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.grids import ON_GRID
from litesnn.compiler.frontends.real.options import RealOptions

Floats = npt.NDArray[np.float64]
Groups = npt.NDArray[np.int64]
CANDIDATES = np.linspace(0.3, 1.0, 71)  # of the largest magnitude, for the step of least squared error


@dataclass(frozen=True, eq=False)
class Magnitudes:
    """The magnitudes of a block's weights, without zeros: sorted by group (0 .. count - 1), then by size."""

    values: Floats
    groups: Groups
    count: int

    @classmethod
    def of(cls, weights: Floats, groups: Groups, count: int) -> Magnitudes:
        """Of weights and the group of each, both of one shape."""
        kept = weights != 0
        values, members = np.abs(weights[kept]), groups[kept]
        order = np.lexsort((values, members))
        return cls(values[order], members[order], count)

    @classmethod
    def joined(cls, parts: Sequence[Magnitudes]) -> Magnitudes:
        """All magnitudes of several blocks that have the same groups."""
        values, groups = (np.concatenate([getattr(part, name) for part in parts]) for name in ("values", "groups"))
        return cls.of(values, groups, parts[0].count)

    @property
    def sizes(self) -> Groups:
        """Weights in each group."""
        return np.bincount(self.groups, minlength=self.count)

    def at(self, share: float) -> Floats:
        """The magnitude below which a share of each group lies, interpolated; 0 for groups without weights."""
        ends = np.cumsum(self.sizes)
        place = np.maximum(ends - self.sizes, 0) + np.maximum(self.sizes - 1, 0) * share
        low = np.minimum(np.floor(place).astype(np.int64), len(self.values) - 1)
        high = np.minimum(low + 1, np.maximum(ends - 1, 0))
        between = self.values[low] + (place - low) * (self.values[high] - self.values[low])
        found: Floats = np.where(self.sizes > 0, between, 0.0)
        return found

    def total(self, values: Floats) -> Floats:
        """Sums over each group of something per magnitude."""
        sums: Floats = np.bincount(self.groups, values, self.count).astype(np.float64)
        return sums


def group_steps(found: Magnitudes, top: int, options: RealOptions) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """What code 1 of `-top .. top` is worth in each group (0 for one without weights), and whether that is the group's own grid."""
    if not found.values.size:
        return np.zeros(found.count), np.ones(found.count, bool)
    grid = group_grids(found, top)
    largest = found.at(1.0)
    if options.scale_rule == "mse":
        errors = np.stack([_squared_errors(found, largest * part / top, top) for part in CANDIDATES])
        ruled = largest * CANDIDATES[errors.argmin(0)] / top
    elif options.scale_rule == "percentile":
        ruled = found.at(options.percentile / 100) / top
    else:
        ruled = largest / top
    return np.where(grid > 0, grid, ruled), (grid > 0) | (largest == 0)


def group_grids(found: Magnitudes, top: int) -> Floats:
    """The coarsest step of each group that all its magnitudes are whole multiples of, at most `top`; 0 where there is none."""
    steps = np.zeros(found.count)
    smallest, largest = found.at(0.0), found.at(1.0)
    # A division into so many parts would need codes beyond the top.
    parts_max = np.floor((top + 0.5) * smallest / np.where(largest > 0, largest, 1.0)).astype(np.int64)
    values, groups = found.values, found.groups
    for part in range(1, int(parts_max.max(initial=0)) + 1):
        open_groups = (steps == 0) & (parts_max >= part)
        kept = open_groups[groups]
        values, groups = values[kept], groups[kept]
        if not values.size:
            break
        multiples = values * part / smallest[groups]
        off = np.abs(multiples - np.rint(multiples)) > multiples * ON_GRID
        fits = open_groups & (np.bincount(groups, off, found.count) == 0)
        # The largest multiple says the step best.
        steps[fits] = largest[fits] / np.rint(largest[fits] * part / smallest[fits])
    return steps


def _squared_errors(found: Magnitudes, steps: Floats, top: int) -> Floats:
    step = steps[found.groups]
    return found.total((np.minimum(np.rint(found.values / step), top) * step - found.values) ** 2)
