"""What a slice of one population reads from one other population: synapse words, axons, and which neurons.

A `Fan` holds the blocks between two populations that are stored together, as `compiler.encoding` lays them out: per source
neuron, as kernel rows (Loihi 2) or as population lists (Loihi 1). Lists that depend on where a slice lies on the map are
costed from per-tap synapse counts and the translation classes of `windows`, so no convolution is ever unrolled.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding import (
    ListRule,
    Register,
    Tile,
    list_format,
    neuron_lists,
    stored_whole,
)
from litesnn.compiler.encoding import list_words as encoded_words
from litesnn.compiler.encoding.kernel_row import KernelRow
from litesnn.compiler.encoding.sparse import Sparse
from litesnn.compiler.graph import Population, SynapseBlock
from litesnn.compiler.mapping.axons import AxonKind
from litesnn.compiler.mapping.fan_rows import BlockTaps, Stored, Use, sparse_words, stored_rows
from litesnn.compiler.mapping.model import Interval, Intervals, lengths
from litesnn.compiler.mapping.windows import Axis

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Kind = Literal["neuron", "row", "population"]


class Fan:
    """Blocks from `source` to `target` of one storage kind and one window.

    `kind`: each source neuron has an axon and a list of its own (`neuron`); one axon carries the whole source and its lists
    are kernel rows, kept once per slice (`row`); or lists are kept once per kind of source pixel and slice, all channels at
    equal length (`population`). `axon`: of the source neurons, see `mapping.axons`.
    """

    def __init__(
        self,
        source: Population,
        target: Population,
        blocks: list[SynapseBlock],
        rule: ListRule,
        kind: Kind,
        axon: AxonKind = "discrete",
    ) -> None:
        self.source, self.target, self.blocks = source, target, blocks
        self.rule, self.kind, self.axon = rule, kind, axon
        self.formats = [list_format(block, rule) for block in blocks]
        self.parts = [BlockTaps(block, source, target) for block in blocks]
        self.rows = Axis(source.shape[1], target.shape[1], self.parts[0].rows)
        self.columns = Axis(source.shape[2], target.shape[2], self.parts[0].columns)
        self._full = kind == "neuron" and stored_whole(blocks, rule)
        self._whole = kind == "row" or blocks[0].geometry.window is None
        self._memo: dict[Any, Any] = {}

    @property
    def delay_bits(self) -> int:
        """Bits of the longest delay."""
        return max(form.delay_bits for form in self.formats)

    def weight(self, channels: Interval) -> int:
        """Stored weights into a channel range, to find the heaviest."""
        return int(self._memory("weight", channels, lambda: sum(int(p.counts(channels).sum()) for p in self.parts)))

    def use(self, channels: Interval, rows: Intervals, columns: Intervals) -> Use:
        """What the boxes of one channel range take; single boxes, which are asked for again and again, are remembered."""
        if len(rows) == len(columns) == 1:
            result: Use = self._memory("use", (channels, rows, columns), lambda: self._use(channels, rows, columns))
            return result
        return self._use(channels, rows, columns)

    def _use(self, channels: Interval, rows: Intervals, columns: Intervals) -> Use:
        shape = (len(rows), len(columns))
        if self._whole:
            words, axons, longest = self._stored(channels)
            return Use(np.full(shape, words), np.full(shape, axons), np.full(shape, longest))
        across, down = self.columns.multiplicity(columns), self.rows.multiplicity(rows)
        box = (channels[1] - channels[0]) * max(b - a for a, b in rows) * max(b - a for a, b in columns)
        lists = self._class_words(channels, self.index_width(box))
        inside = (down > 0)[:, None, :, None] & (across > 0)[None, :, None, :]
        if self.kind == "neuron":
            length = np.where(inside, lists.max(axis=0), 0)
            axons_of = (lists > 0).sum(axis=0)
            return Use(down @ lists.sum(axis=0) @ across.T, down @ axons_of @ across.T, length.max(axis=(2, 3)))
        atoms = self.atoms(channels)
        length = np.where(inside, lists.max(axis=0), 0)
        copies = self.copies(rows, columns, down, across)
        if self.axon == "discrete":
            shared = down @ self.reached(channels).sum(axis=0) @ across.T
        else:
            shared = min(atoms, 1) * down[:, 1:].sum(axis=1)[:, None] * across[:, 1:].sum(axis=1)[None, :]
        return Use(atoms * (length * copies).sum(axis=(2, 3)), shared, length.max(axis=(2, 3)))

    def registers(self, channels: Interval) -> frozenset[Register]:
        """Format registers that the lists need at least: one per weight format, whatever the widths of its other fields.

        What a core stores its lists in is chosen for all of them together (`mapping.memory_image`).
        """

        def count() -> frozenset[Register]:
            window = self.blocks[0].geometry.window
            rows = self.kind == "row" and window is not None and not window.depthwise
            code = KernelRow.code if rows else Sparse.code
            used = [form for part, form in zip(self.parts, self.formats, strict=True) if part.counts(channels).any()]
            return frozenset(
                Register(code, (*form.register[:3], 0), prefix_bits=0, index_bits=0, skip_bits=0) for form in used
            )

        result: frozenset[Register] = self._memory("registers", channels, count)
        return result

    def reached(self, channels: Interval) -> Bools:
        """Whether a source neuron of each channel and class has a list: (channel, row class, column class)."""
        result: Bools = self._memory("reached", channels, lambda: self._reached(channels))
        return result

    def sending(self, channels: Interval) -> Bools:
        """`reached` of what has axons of its own: neurons, or pixels (as one channel) where channels share them."""
        reached = self.reached(channels)
        return np.any(reached, axis=0, keepdims=True) if self.axon == "shared" else reached

    def senders(self, channels: Intervals) -> Ints:
        """`sending` of several channel ranges, summed over them and over source channels: (row class, column class)."""

        def count() -> Ints:
            reached = [self._reached(each) for each in channels]
            total: Ints = np.sum(
                [r.any(axis=0) if self.axon == "shared" else r.sum(axis=0) for r in reached], axis=0, dtype=np.int64
            )
            return total

        result: Ints = self._memory("senders", channels, count)
        return result

    def least_bits(self) -> Ints:
        """Weight and delay bits of every source neuron's synapses, by channel and class."""
        counts = self._counts((0, self.target.shape[0]))
        bits: Ints = np.sum([c * f.synapse_bits for c, f in zip(counts, self.formats, strict=True)], axis=0)
        return bits

    def least_words(self) -> int:
        """Words of a shared fan's lists into the whole target, weight and delay bits alone, each weight stored once."""
        channels = (0, self.target.shape[0])
        taps = np.sum(
            [p.counts(channels) * f.synapse_bits for p, f in zip(self.parts, self.formats, strict=True)], axis=0
        )
        bits = taps if self.kind == "row" else taps.sum(axis=(1, 2))
        return int((-(-bits // self.rule.word_bits)).sum())

    @property
    def classed(self) -> bool:
        """Whether it has population lists, by the class of a source pixel."""
        return self.kind == "population" and not self._whole

    def total_words(self, channels: Intervals, rows: Intervals, columns: Intervals, index: int) -> int:
        """`use` summed over all boxes of a grid; `index` bits of population lists."""
        if not self.classed:
            return sum(int(self.use(each, rows, columns).words.sum()) for each in channels)
        down, across = self.rows.multiplicity(rows), self.columns.multiplicity(columns)

        def count() -> Any:
            return np.sum([self.atoms(each) * self._class_words(each, index).max(axis=0) for each in channels], axis=0)

        longest: Ints = self._memory("longest", (channels, index), count)
        return int((longest * self.copies(rows, columns, down, across).sum(axis=(0, 1))).sum())

    def longest_words(self, channels: Interval, index: int) -> int:
        """Words of the longest population list into a channel range, wherever it lies."""
        return int(self._class_words(channels, index).max(initial=0))

    def atoms(self, channels: Interval) -> int:
        """Lists that each population list has."""
        read = int(self._read(channels).sum())
        return self.source.shape[0] if self.axon == "shared" and read else read

    def _stored(self, channels: Interval) -> Stored:
        """Words, axons, longest list and registers of lists that are the same wherever the slice lies on the map."""

        def count() -> Stored:
            if self.kind == "row":
                return stored_rows(self.blocks, self.formats, self.parts, self.rule, self.source.shape, channels)
            tile = Tile(channels, (0, self.target.shape[1]), (0, self.target.shape[2]))
            lists = neuron_lists(self.blocks, self.source.shape, self.target.shape, tile, self.rule)
            words = encoded_words(lists, self.rule)
            return int(words.sum()), int(np.count_nonzero(words)), int(words.max(initial=0))

        result: Stored = self._memory("stored", channels, count)
        return result

    def _class_words(self, channels: Interval, index_bits: int) -> Ints:
        """Words of sparse lists by source channel and class: what lists take at most, whatever encoding they get."""

        def count() -> Ints:
            return sparse_words(self._counts(channels), self.formats, self.rule, index_bits)

        result: Ints = self._memory("words", (channels, index_bits), count)
        return result

    def longest_lists(self, channels: Interval, index_widths: Iterable[int]) -> dict[int, Ints]:
        """Words of the longest of `_class_words` by class, for each index width; not remembered, as ranges are many."""
        counts = self._counts(channels)
        return {width: sparse_words(counts, self.formats, self.rule, width).max(axis=0) for width in index_widths}

    def _read(self, channels: Interval) -> Bools:
        """Source channels that any weight into the range reads."""

        def count() -> Bools:
            read: Bools = np.any([part.counts(channels).any(axis=(1, 2)) for part in self.parts], axis=0)
            return read

        result: Bools = self._memory("read", channels, count)
        return result

    def _counts(self, channels: Interval) -> list[Ints]:
        """Synapses per source channel and class, per block; large, so not remembered."""
        rows, columns = self.rows.classes.astype(np.int64), self.columns.classes.astype(np.int64)
        return [np.matmul(np.matmul(rows, part.counts(channels)), columns.T) for part in self.parts]

    def _reached(self, channels: Interval) -> Bools:
        found: Bools = np.any([(counts > 0) | self._full for counts in self._counts(channels)], axis=0)
        return found

    def copies(self, rows: Intervals, columns: Intervals, down: Ints, across: Ints) -> Ints:
        """At most how often lists of each class are stored, as bases are limited: (rows, columns, row class, column class)."""
        pixels = np.outer(lengths(rows), lengths(columns))[:, :, None, None]
        pages = -(-pixels // self.rule.base_targets) * self.rule.base_alignment
        copies: Ints = np.minimum(down[:, None, :, None] * across[None, :, None, :], pages)
        return copies

    def index_width(self, targets: int) -> int:
        """Bits of the index of one of so many targets."""
        needed = (targets - 1).bit_length()
        return next((width for width in self.rule.index_widths if width >= needed), self.rule.index_widths[-1])

    def _memory(self, name: str, key: Any, count: Any) -> Any:
        if (name, key) not in self._memo:
            self._memo[name, key] = count()
        return self._memo[name, key]
