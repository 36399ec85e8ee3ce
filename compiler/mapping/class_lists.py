"""Lists between two populations by source channel and translation class, for any range of target channels: counted, never made.

A class says which taps of the kernel a source position reaches the target through (`mapping.windows`), wherever that is and
whatever margin there is around it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
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


class ClassLists:
    """Of the blocks of a fan, in their formats; `full`: lists hold every target, zeros and all."""

    def __init__(
        self,
        parts: Sequence[BlockTaps],
        formats: Sequence[ListFormat],
        rule: ListRule,
        axes: tuple[Axis, Axis],
        *,
        full: bool,
    ) -> None:
        self.parts, self.formats, self.rule, self.full = parts, formats, rule, full
        self._taps: tuple[Floats, Floats] = axes[0].classes.astype(np.float64), axes[1].classes.astype(np.float64)
        self._longest: dict[tuple[Interval, int], Ints] = {}
        self._memo: dict[Hashable, Any] = {}

    def counts(self, channels: Interval) -> list[Ints]:
        """Synapses per source channel, row class and column class, per block; large, so not remembered."""
        rows, columns = self._taps
        found = []
        for part in self.parts:
            down = np.tensordot(part.counts(channels).astype(np.float64), rows, (1, 1))
            found.append(np.tensordot(down, columns, (1, 1)).astype(np.int64))
        return found

    def words(self, channels: Interval, index_bits: int) -> Ints:
        """Words of sparse lists: what lists take at most, whatever encoding they get; (source channel, row class, column class)."""
        return self.rule.words(sparse_bits(self.counts(channels), self.formats, self.rule, index_bits))

    def longest(self, channels: Interval, index_widths: Sequence[int]) -> list[Ints]:
        """The most of `words` of any source channel, for each index width; (row class, column class) each."""
        missing = [width for width in index_widths if (channels, width) not in self._longest]
        counts = self.counts(channels) if missing else []
        for width in missing:
            bits = sparse_bits(counts, self.formats, self.rule, width)
            self._longest[channels, width] = self.rule.words(bits.max(axis=0))
        return [self._longest[channels, width] for width in index_widths]

    def weight(self, channels: Interval) -> int:
        """Stored weights into a channel range, to find the heaviest."""
        return self._remember(("weight", channels), lambda: sum(int(p.counts(channels).sum()) for p in self.parts))

    def used(self, channels: Interval) -> list[ListFormat]:
        """Formats of the blocks with a weight into a channel range."""
        return [form for part, form in zip(self.parts, self.formats, strict=True) if part.counts(channels).any()]

    def read(self, channels: Interval) -> Bools:
        """Source channels that any weight into the range reads."""

        def find() -> Bools:
            found: Bools = np.any([part.counts(channels).any(axis=(1, 2)) for part in self.parts], axis=0)
            return found

        return self._remember(("read", channels), find)

    def reached(self, channels: Interval) -> Bools:
        """Whether a source neuron of each channel and class has a list: (channel, row class, column class)."""
        return self._remember(("reached", channels), lambda: self._reached(channels))

    def senders(self, channels: Intervals, *, shared: bool) -> Ints:
        """Over several channel ranges, source neurons that have a list, or where channels share axons pixels: (row class, column class)."""

        def count() -> Ints:
            reached = [self._reached(each) for each in channels]
            total: Ints = np.sum([r.any(axis=0) if shared else r.sum(axis=0) for r in reached], axis=0, dtype=np.int64)
            return total

        return self._remember(("senders", channels, shared), count)

    def _reached(self, channels: Interval) -> Bools:
        found: Bools = np.any([(counts > 0) | self.full for counts in self.counts(channels)], axis=0)
        return found

    def _remember(self, key: Hashable, find: Callable[[], Found]) -> Found:
        if key not in self._memo:
            self._memo[key] = find()
        found: Found = self._memo[key]
        return found
