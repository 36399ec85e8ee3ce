"""What slices of a population take of all its fans with population lists and the same axes: counted together, class by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.fan_rows import Use
from litesnn.compiler.mapping.longest_lists import LongestLists
from litesnn.compiler.mapping.model import Interval, Intervals, lengths
from litesnn.compiler.mapping.windows import Axis
from litesnn.compiler.margin import numbers_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
TOGETHER = 2**24  # source channels times classes that are counted at once, at most


class _Side(NamedTuple):
    """Intervals along one axis, equal ones once: source positions of every class, lengths, margins; and which one each is."""

    classes: Floats
    lengths: Ints
    margins: Ints
    which: Ints


class _Lists(NamedTuple):
    """Onto one channel range: words of all lists of each class, words of the longest one, and input axons of a position of it."""

    words: Floats
    longest: Floats
    axons: Floats


class FanGroup:
    """Fans of one population, all with population lists, and with the same axes.

    All counts are whole numbers far below 2^53, so that floating point is exact.
    """

    def __init__(self, fans: Sequence[Fan], lists: LongestLists | None = None) -> None:
        """`lists`, where they have been counted already."""
        self.fans, self.rule = tuple(fans), fans[0].rule
        self.rows, self.columns = fans[0].rows, fans[0].columns
        self._lists = LongestLists(fans) if lists is None else lists
        self._known: dict[tuple[Interval, int], _Lists] = {}
        self._sides: dict[tuple[bool, Intervals], _Side] = {}
        self._boxes: dict[tuple[Intervals, Intervals, Intervals], Use] = {}

    def like(self, fans: Sequence[Fan]) -> FanGroup:
        """The same blocks, with other axons or margins."""
        return FanGroup(fans, self._lists)

    def use(self, channels: Intervals, rows: Intervals, columns: Intervals) -> Use:
        """What the boxes of a grid take, (channels, rows, columns) each; single boxes, which are asked for again, are remembered."""
        boxes = channels, rows, columns
        if max(map(len, boxes)) > 1:
            return self._use(*boxes)
        if boxes not in self._boxes:
            self._boxes[boxes] = self._use(*boxes)
        return self._boxes[boxes]

    def words(self, channels: Interval, index_widths: Sequence[int]) -> list[Floats]:
        """Words of the lists of one source position of every class, for each index width; (row class, column class) each."""
        atoms = [fan.atoms(channels) for fan in self.fans]
        return [np.tensordot(atoms, longest, 1) for longest in self._lists.words(channels, index_widths)]

    def axons(self, channels: Interval) -> Floats:
        """Input axons of one source position of every class, (row class, column class)."""
        axons: Floats = np.sum([fan.entering(channels) for fan in self.fans], axis=0, dtype=np.float64)
        return axons

    def total_words(self, channels: Intervals, rows: Intervals, columns: Intervals, index: int) -> int:
        """Words of all boxes of a grid, with `index` bits for each target."""
        words = np.sum([self._of(each, index).words for each in channels], axis=0)
        down, across = self.sides(rows, columns)
        copies = self.copies(down, across)[down.which[:, None], across.which]
        return int((words * copies.sum(axis=(0, 1))).sum())

    def longest_words(self, channels: Interval, index: int) -> int:
        """Words of the longest list into a channel range, wherever it lies."""
        return int(self._of(channels, index).longest.max(initial=0))

    def sides(self, rows: Intervals, columns: Intervals) -> tuple[_Side, _Side]:
        """Row and column intervals as they see the sources."""
        return self._side(self.rows, rows), self._side(self.columns, columns)

    def copies(self, down: _Side, across: _Side) -> Floats:
        """At most how often lists of each class are stored, as bases are limited: (rows, columns, row class, column class)."""
        pixels = np.outer(down.lengths + down.margins, across.lengths + across.margins)
        pages = -(-pixels[:, :, None, None] // self.rule.base_targets) * self.rule.base_alignment
        copies: Floats = np.minimum(down.classes[:, None, :, None] * across.classes[None, :, None, :], pages)
        return copies

    def _use(self, channels: Intervals, rows: Intervals, columns: Intervals) -> Use:
        down, across = self.sides(rows, columns)
        sides = lengths(channels)[:, None, None], down.lengths[:, None], across.lengths
        most = numbers_of(sides, (down.margins[:, None], across.margins)).reshape(len(channels), -1).max(axis=1)
        widths = [self.rule.index_width(numbers) for numbers in most.tolist()]
        found = [self._of(*each) for each in zip(channels, widths, strict=True)]
        words, longest, axons = (np.stack(each) for each in zip(*found, strict=True))
        stored = np.tensordot(words, self.copies(down, across), ((1, 2), (2, 3)))
        longest = np.where((down.classes > 0)[None, :, :, None], longest[:, None], 0).max(axis=2)
        longest = np.where((across.classes > 0)[None, None], longest[:, :, None], 0).max(axis=3)
        entering = np.matmul(np.matmul(down.classes, axons), across.classes.T)
        own = slice(None), down.which[:, None], across.which
        return Use(*(each[own].astype(np.int64) for each in (stored, entering, longest)))

    def _of(self, channels: Interval, index: int) -> _Lists:
        if (channels, index) not in self._known:
            (longest,), (words,) = self._lists.words(channels, (index,)), self.words(channels, (index,))
            self._known[channels, index] = _Lists(words, longest.max(axis=0), self.axons(channels))
        return self._known[channels, index]

    def _side(self, axis: Axis, intervals: Intervals) -> _Side:
        key = axis is self.rows, intervals
        if key not in self._sides:
            self._sides[key] = _side(axis, intervals)
        return self._sides[key]


def _side(axis: Axis, intervals: Intervals) -> _Side:
    counts, sizes, margins = axis.multiplicity(intervals), lengths(intervals), axis.margins(intervals)
    seen: dict[tuple[int, int, bytes], int] = {}
    keys = zip(sizes.tolist(), margins.tolist(), map(bytes, counts), strict=True)
    which = np.array([seen.setdefault(key, len(seen)) for key in keys], np.int64)
    first = np.array([which.tolist().index(number) for number in range(len(seen))], np.int64)
    return _Side(counts[first].astype(np.float64), sizes[first], margins[first], which)


def fan_groups(fans: Sequence[Fan]) -> tuple[FanGroup, ...]:
    """The fans with population lists, by their axes."""
    groups: dict[tuple[Axis, Axis], list[list[Fan]]] = {}
    for fan in (fan for fan in fans if fan.classed):
        lists = groups.setdefault((fan.rows, fan.columns), [[]])
        channels = sum(other.source.shape[0] for other in [*lists[-1], fan])
        if lists[-1] and channels * len(fan.rows.classes) * len(fan.columns.classes) > TOGETHER:
            lists.append([])
        lists[-1].append(fan)
    return tuple(FanGroup(own) for lists in groups.values() for own in lists)
