"""How boxes of a population see its sources: how many source positions of each class, and how often lists of each are stored."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding import ListRule
from litesnn.compiler.mapping.model import Intervals, lengths
from litesnn.compiler.mapping.windows import Axis

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Side(NamedTuple):
    """Intervals along one axis, equal ones once: source positions of every class, lengths, margins; and which one each is."""

    classes: Floats
    lengths: Ints
    margins: Ints
    which: Ints


class View(NamedTuple):
    """How boxes see the sources, equal ones once: sides, source positions of every class, and copies of its lists, (boxes, classes)."""

    down: Side
    across: Side
    positions: Floats
    copies: Floats

    @property
    def whole(self) -> tuple[Floats, Floats]:
        """Positions and copies of all boxes, (rows, columns, classes) each."""
        shape, which = (
            (len(self.down.lengths), len(self.across.lengths), -1),
            (self.down.which[:, None], self.across.which),
        )
        return self.positions.reshape(shape)[which], self.copies.reshape(shape)[which]


class Views:
    """Of boxes whose sides see the sources through two axes, of rows and of columns."""

    def __init__(self, axes: tuple[Axis, Axis], rule: ListRule) -> None:
        self.axes, self.rule = axes, rule
        self._sides: tuple[dict[Intervals, Side], ...] = {}, {}
        self._views: dict[tuple[Intervals, Intervals], View] = {}

    def of(self, rows: Intervals, columns: Intervals) -> View:
        """How the boxes of some rows and columns see the sources."""
        key = rows, columns
        if key not in self._views:
            self._views[key] = self._view(*(self._side(number, each) for number, each in enumerate(key)))
        return self._views[key]

    def _side(self, number: int, intervals: Intervals) -> Side:
        known = self._sides[number]
        if intervals not in known:
            known[intervals] = _side(self.axes[number], intervals)
        return known[intervals]

    def _view(self, down: Side, across: Side) -> View:
        positions = down.classes[:, None, :, None] * across.classes[:, None, :]
        positions = positions.reshape(len(down.lengths) * len(across.lengths), -1)
        pixels = np.outer(down.lengths + down.margins, across.lengths + across.margins).reshape(-1, 1)
        # Bases are limited: at most so many of the lists of a class are stored.
        pages = -(-pixels // self.rule.base_targets) * self.rule.base_alignment
        return View(down, across, positions, np.minimum(positions, pages))


def _side(axis: Axis, intervals: Intervals) -> Side:
    counts, sizes, margins = axis.multiplicity(intervals), lengths(intervals), axis.margins(intervals)
    seen: dict[tuple[int, int, bytes], int] = {}
    keys = zip(sizes.tolist(), margins.tolist(), map(bytes, counts), strict=True)
    which = np.array([seen.setdefault(key, len(seen)) for key in keys], np.int64)
    first = np.array([which.tolist().index(number) for number in range(len(seen))], np.int64)
    return Side(counts[first].astype(np.float64), sizes[first], margins[first], which)
