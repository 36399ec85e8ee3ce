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
from litesnn.compiler.mapping.views import Views
from litesnn.compiler.mapping.windows import Axis
from litesnn.compiler.margin import numbers_of

Floats = npt.NDArray[np.float64]
TOGETHER = 2**24  # source channels times classes that are counted at once, at most


class _Lists(NamedTuple):
    """Onto one channel range, by class: words of all lists, words of the longest one, and input axons of a position."""

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
        self.views = Views((fans[0].rows, fans[0].columns), self.rule)
        self._lists = LongestLists(fans) if lists is None else lists
        self._known: dict[tuple[Interval, int], _Lists] = {}

    def like(self, fans: Sequence[Fan]) -> FanGroup:
        """The same blocks, with other axons or margins."""
        return FanGroup(fans, self._lists)

    def use(self, channels: Intervals, rows: Intervals, columns: Intervals) -> Use:
        """What the boxes of a grid take, (channels, rows, columns) each."""
        view = self.views.of(rows, columns)
        down, across = view.down, view.across
        sides = lengths(channels)[:, None, None], down.lengths[:, None], across.lengths
        most = numbers_of(sides, (down.margins[:, None], across.margins)).reshape(len(channels), -1).max(axis=1)
        found = [
            self._of(each, self.rule.index_width(numbers))
            for each, numbers in zip(channels, most.tolist(), strict=True)
        ]
        words, longest, axons = (np.array(each) for each in zip(*found, strict=True))
        stored, entering = words @ view.copies.T, axons @ view.positions.T
        lists = np.where(view.positions > 0, longest[:, None], 0).max(axis=2)
        shape, own = (len(channels), len(down.lengths), -1), (slice(None), down.which[:, None], across.which)
        return Use(*(each.reshape(shape)[own].astype(np.int64) for each in (stored, entering, lists)))

    def words(self, channels: Interval, index_widths: Sequence[int]) -> list[Floats]:
        """Words of the lists of one source position of every class, for each index width; (classes,) each."""
        atoms = np.array([fan.atoms(channels) for fan in self.fans], np.float64)
        lists = self._lists.words(channels, index_widths)
        return [atoms @ longest.reshape(len(atoms), -1) for longest in lists]

    def axons(self, channels: Interval) -> Floats:
        """Input axons of one source position of every class, (classes,)."""
        axons: Floats = np.sum([fan.entering(channels) for fan in self.fans], axis=0, dtype=np.float64).ravel()
        return axons

    def total_words(self, channels: Intervals, rows: Intervals, columns: Intervals, index: int) -> int:
        """Words of all boxes of a grid, with `index` bits for each target."""
        words = np.sum([self._of(each, index).words for each in channels], axis=0)
        _, copies = self.views.of(rows, columns).whole
        return int((copies @ words).sum())

    def longest_words(self, channels: Interval, index: int) -> int:
        """Words of the longest list into a channel range, wherever it lies."""
        return int(self._of(channels, index).longest.max(initial=0))

    def _of(self, channels: Interval, index: int) -> _Lists:
        if (channels, index) not in self._known:
            (longest,), (words,) = self._lists.words(channels, (index,)), self.words(channels, (index,))
            self._known[channels, index] = _Lists(words, longest.max(axis=0).ravel(), self.axons(channels))
        return self._known[channels, index]


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
