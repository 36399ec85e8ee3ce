"""Lists between two populations by source channel and translation class, for any range of target channels: counted, never made.

A class says which taps of the kernel a source position reaches the target through (`mapping.windows`), wherever that is and
whatever margin there is around it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding import ListFormat, ListRule
from litesnn.compiler.mapping.fan_rows import BlockTaps, sparse_bits
from litesnn.compiler.mapping.model import Interval, Intervals
from litesnn.compiler.mapping.windows import Axis

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Found = TypeVar("Found")


def by_class(taps: Any, rows: Any, columns: Any) -> Any:
    """Sums over the taps of every class: of (kernel rows, n, kernel columns) the (row classes, n, column classes)."""
    down = rows @ taps.reshape(len(taps), -1)
    return (down.reshape(-1, taps.shape[2]) @ columns.T).reshape(len(rows), taps.shape[1], -1)


class ClassLists:
    """Of the blocks of a fan, in their formats; `full`: lists hold every target, zeros and all."""

    def __init__(
        self,
        parts: Sequence[BlockTaps],
        formats: Sequence[ListFormat],
        rule: ListRule,
        axes: tuple[Axis, Axis],
        *,
        targets: int,
        full: bool,
    ) -> None:
        """`targets`: target channels."""
        self.parts, self.formats, self.rule, self.targets, self.full = parts, formats, rule, targets, full
        self._classes: tuple[Floats, Floats] = axes[0].classes.astype(np.float64), axes[1].classes.astype(np.float64)
        self._memo: dict[Hashable, Any] = {}

    def counts(self, channels: Interval) -> list[Ints]:
        """Synapses per source channel, row class and column class, per block; large, so not remembered."""
        return [self._by_class(part.counts(channels)).astype(np.int64) for part in self.parts]

    def words(self, channels: Interval, index_bits: int) -> Ints:
        """Words of sparse lists: what lists take at most, whatever encoding they get; (source channel, row class, column class)."""
        return self.rule.words(sparse_bits(self.counts(channels), self.formats, self.rule, index_bits))

    def weights(self, channels: Intervals) -> Ints:
        """Stored weights into each channel range."""
        weights: Ints = np.sum([each.sum(axis=1) for each in self._all_taps(channels)], axis=0)
        return weights

    def most_words(self, channels: Intervals) -> tuple[Ints, Ints]:
        """Of a source pixel that sees all taps, into each channel range: words of the longest list, and how many lists it has."""
        counts = self._all_taps(channels)
        words = self.rule.words(sparse_bits(counts, self.formats, self.rule, self.rule.index_widths[-1]))
        return words.max(axis=1), (words > 0).sum(axis=1)

    def used(self, channels: Interval) -> list[ListFormat]:
        """Formats of the blocks with a weight into a channel range."""

        def find() -> list[ListFormat]:
            return [form for part, form in zip(self.parts, self.formats, strict=True) if part.counts(channels).any()]

        return self._remember(("used", channels), find)

    def read(self, channels: Interval) -> int:
        """How many source channels weights into the range read."""

        def count() -> int:
            return int(np.any([taps > 0 for taps in self._all_taps((channels,))], axis=0).sum())

        return self._remember(("read", channels), count)

    def reached(self, channels: Interval) -> Bools:
        """Whether a source neuron of each channel and class has a list: (channel, row class, column class)."""
        return self._remember(("reached", channels), lambda: self._reached(channels))

    def senders(self, channels: Intervals, *, shared: bool) -> Ints:
        """Over several channel ranges, source neurons that have a list, or where channels share axons pixels: (row class, column class)."""

        total: Ints = np.sum([self._senders(each)[shared] for each in channels], axis=0, dtype=np.int64)
        return total

    def _senders(self, channels: Interval) -> tuple[Ints, Bools]:
        """How many source channels have a list, and whether any has: (row class, column class)."""

        def count() -> tuple[Ints, Bools]:
            reached = self._reached(channels)
            return reached.sum(axis=0), reached.any(axis=0)

        return self._remember(("senders", channels), count)

    def _reached(self, channels: Interval) -> Bools:
        found: Bools = self._by_class(np.sum([part.counts(channels) for part in self.parts], axis=0)) > 0
        return found | self.full

    def _all_taps(self, channels: Intervals) -> list[Ints]:
        """Synapses from every source channel into each channel range, per block; (channel ranges, source channels) each."""
        first, last = np.array(channels).T
        return [below[last] - below[first] for below in self._below]

    @cached_property
    def _below(self) -> list[Ints]:
        """Per block, synapses from every source channel into all channels below each, (channels + 1, source channels)."""
        below = [[part.counts((0, last)).sum(axis=(1, 2)) for last in range(self.targets + 1)] for part in self.parts]
        return [np.array(each) for each in below]

    def _by_class(self, taps: Ints) -> Floats:
        """Sums over the taps of every class, (source channel, row class, column class)."""
        found: Floats = by_class(taps.transpose(1, 0, 2).astype(np.float64), *self._classes).transpose(1, 0, 2)
        return found

    def _remember(self, key: Hashable, find: Callable[[], Found]) -> Found:
        if key not in self._memo:
            self._memo[key] = find()
        found: Found = self._memo[key]
        return found
