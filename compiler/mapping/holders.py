"""Where a population lies, and how much of each part of it the slices that read it reach: per translation class, or per position."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.model import Interval, Intervals, Slice
from litesnn.compiler.mapping.usage import Demand
from litesnn.compiler.mapping.windows import Axis

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Reader = tuple[Fan, Slice]


class Holders:
    """The boxes of one source population and their cores; arrays over boxes."""

    def __init__(self, name: str, cores: list[tuple[Slice, ...]]) -> None:
        found = [(part, core) for core, slices in enumerate(cores) for part in slices if part.population == name]
        self.cores = np.array([core for _, core in found], np.int64)
        boxes = [part for part, _ in found]
        self.rows, self.row = _distinct([part.rows for part in boxes])
        self.columns, self.column = _distinct([part.columns for part in boxes])
        self.first = np.array([part.channels[0] for part in boxes], np.int64)
        self.last = np.array([part.channels[1] for part in boxes], np.int64)
        self._seen: dict[tuple[Axis, Interval, bool], Floats] = {}

    def reached(self, group: list[Reader], weight: Floats | None = None) -> Floats:
        """Weight of the neurons of each box that any of the readers of a core reaches.

        Of all neurons at a pixel if any of them is, where they share axons; `weight` (C,) or (C, H, W), without it 1 for each
        neuron, or for each pixel.
        """
        fan, part = group[0]
        shared = fan.axon == "shared"
        if len(group) > 1 or (weight is not None and weight.ndim == 3):
            return self._pixels(union(group), weight) if shared else self._neurons(union(group), weight)
        reached = fan.reached(part.channels).astype(np.float64)
        if not shared and weight is not None:
            reached *= weight[:, None, None]
        own = self._in_boxes(reached)
        found = self._by_class(fan, part, (own > 0).astype(np.float64) if shared else own)
        return found * self._in_boxes(weight) if shared and weight is not None else found

    def _in_boxes(self, values: Floats) -> Floats:
        """Sums over the channels of each box of values (C, ...)."""
        below = _below(values)
        found: Floats = below[self.last] - below[self.first]
        return found

    def _by_class(self, fan: Fan, part: Slice, values: Floats) -> Floats:
        """Sums over the positions of each box of its values by class, (boxes, row class, column class)."""
        down = self._counts(fan.rows, part.rows, columns=False)
        across = self._counts(fan.columns, part.columns, columns=True)
        found: Floats = (np.matmul(values, across[:, :, None])[:, :, 0] * down).sum(axis=1)
        return found

    def _counts(self, axis: Axis, targets: Interval, *, columns: bool) -> Floats:
        """How many source positions of each class every box has along an axis, for some target positions: (boxes, classes)."""
        key = axis, targets, columns
        if key not in self._seen:
            intervals, which = (self.columns, self.column) if columns else (self.rows, self.row)
            classes, count = axis.touched(*targets), len(axis.classes)
            found = np.stack([np.bincount(classes[first:last], minlength=count) for first, last in intervals])
            self._seen[key] = found.astype(np.float64)[which]
        return self._seen[key]

    def _neurons(self, reached: Bools, weight: Floats | None) -> Floats:
        """Weight of the neurons of each box that are reached."""
        below = _below(self._by_position(reached * _spread(weight)))
        found: Floats = below[self.last, self.row, self.column] - below[self.first, self.row, self.column]
        return found

    def _pixels(self, reached: Bools, weight: Floats | None) -> Floats:
        """Weight of all neurons at those pixels of each box of which any neuron is reached."""
        ranges, which = np.unique(np.stack([self.first, self.last], axis=1), axis=0, return_inverse=True)
        pixels = np.zeros((len(ranges), *reached.shape[1:]))
        for number, (first, last) in enumerate(ranges):
            pixels[number] = reached[first:last].any(axis=0)
            if weight is not None:
                pixels[number] *= weight[first:last].sum(axis=0)
        found: Floats = self._by_position(pixels)[which.ravel(), self.row, self.column]
        return found

    def _by_position(self, values: Floats | Bools) -> Floats:
        """Sums over each row and column interval of values by position: (n, rows, columns) of (n, H, W)."""
        down, across = (
            _inside(each, size) for each, size in zip((self.rows, self.columns), values.shape[1:], strict=True)
        )
        summed: Floats = np.matmul(np.matmul(down, values), across.T)
        return summed


def _below(values: Floats) -> Floats:
    """Sums over all channels below each, (C + 1, ...) of (C, ...)."""
    below = np.zeros((len(values) + 1, *values.shape[1:]))
    np.cumsum(values, axis=0, out=below[1:])
    return below


def _inside(intervals: Intervals, size: int) -> Floats:
    """1 where a position is inside an interval, else 0: (intervals, positions)."""
    first, last = np.array(intervals, np.int64).reshape(-1, 2).T
    inside: Floats = ((np.arange(size) >= first[:, None]) & (np.arange(size) < last[:, None])).astype(np.float64)
    return inside


def readers_of(slices: tuple[Slice, ...], demands: dict[str, Demand]) -> dict[str, list[Reader]]:
    """Source population -> what reads it on a core."""
    readers: dict[str, list[Reader]] = {}
    for part in slices:
        for fan in demands[part.population].fans:
            readers.setdefault(fan.source.name, []).append((fan, part))
    return readers


def bundles(group: list[Reader]) -> Iterator[list[Reader]]:
    """Readers on one core by the axons they need: own lists of a neuron hang on one axon, shared kernels on one each."""
    if own := [reader for reader in group if reader[0].kind == "neuron"]:
        yield own
    yield from ([reader] for reader in group if reader[0].kind != "neuron")


def union(group: list[Reader]) -> Bools:
    """Neurons of the source population that any of the readers reaches, (C, H, W)."""
    result = np.zeros(group[0][0].source.shape, bool)
    for fan, part in group:
        rows, columns = fan.rows.touched(*part.rows), fan.columns.touched(*part.columns)
        result |= fan.reached(part.channels)[:, rows[:, None], columns[None, :]]
    return result


def _spread(weight: Floats | None) -> Floats:
    """Weights that multiply an array (C, H, W)."""
    if weight is None:
        return np.ones(1)
    return weight if weight.ndim == 3 else weight[:, None, None]


def _distinct(intervals: list[Interval]) -> tuple[Intervals, Ints]:
    distinct = tuple(sorted(set(intervals)))
    index = {interval: i for i, interval in enumerate(distinct)}
    return distinct, np.array([index[interval] for interval in intervals], np.int64)
