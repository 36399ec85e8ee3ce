"""A population cut into boxes, and sums over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.model import Intervals, Slice, lengths

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """A population cut into boxes: every combination of the intervals of its three axes."""

    population: str
    channels: Intervals
    rows: Intervals
    columns: Intervals

    @classmethod
    def of(cls, part: Slice) -> Grid:
        """The grid of one box."""
        return cls(part.population, (part.channels,), (part.rows,), (part.columns,))

    def __len__(self) -> int:
        return len(self.channels) * len(self.rows) * len(self.columns)

    @property
    def slices(self) -> list[Slice]:
        """The boxes: channels outermost, columns innermost."""
        return [Slice(self.population, c, y, x) for c in self.channels for y in self.rows for x in self.columns]

    @property
    def boxes(self) -> tuple[Intervals, Intervals, Intervals]:
        """The intervals of channels, rows and columns."""
        return self.channels, self.rows, self.columns

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channel ranges, rows and columns of boxes."""
        return len(self.channels), len(self.rows), len(self.columns)

    @property
    def neurons(self) -> Ints:
        """Neurons per box, (channels, rows, columns)."""
        neurons: Ints = lengths(self.channels)[:, None, None] * lengths(self.rows)[:, None] * lengths(self.columns)
        return neurons


def below(values: Ints) -> Ints:
    """Sums of a (C, H, W) array over all that lies below each corner, (C + 1, H + 1, W + 1)."""
    summed = np.zeros(tuple(size + 1 for size in values.shape), np.int64)
    summed[1:, 1:, 1:] = values.cumsum(axis=0).cumsum(axis=1).cumsum(axis=2)
    return summed


def box_sums(summed: Ints, grid: Grid) -> Ints:
    """Sum over every box of a grid of the array whose `below` is given."""
    for axis, intervals in enumerate((grid.channels, grid.rows, grid.columns)):
        edges = np.array(intervals)
        summed = summed.take(edges[:, 1], axis=axis) - summed.take(edges[:, 0], axis=axis)
    return summed
