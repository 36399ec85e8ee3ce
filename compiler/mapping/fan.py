"""What a slice of one population reads from one other population: synapse words, axons, and which neurons.

A `Fan` holds the blocks between two populations that are stored together, as `compiler.encoding` lays them out: per source
neuron, as kernel rows (Loihi 2) or as population lists (Loihi 1). Lists that depend on where a slice lies on the map are
costed from per-tap synapse counts and the translation classes of `windows`, so no convolution is ever unrolled.
"""

from __future__ import annotations

import copy
from dataclasses import replace
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
from litesnn.compiler.mapping.class_lists import ClassLists
from litesnn.compiler.mapping.fan_rows import BlockTaps, Stored, Use, stored_rows
from litesnn.compiler.mapping.model import Interval, Intervals, lengths
from litesnn.compiler.mapping.windows import Axis
from litesnn.compiler.margin import numbers_of

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
        axes, full = (self.rows, self.columns), kind == "neuron" and stored_whole(blocks, rule)
        self.lists = ClassLists(self.parts, self.formats, rule, axes, full=full)
        self._whole = kind == "row" or blocks[0].geometry.window is None
        self._memo: dict[Any, Any] = {}

    def carried_by(self, axon: AxonKind) -> Fan:
        """The same blocks, reached by another kind of axons."""
        found = copy.copy(self)
        found.axon, found._memo = axon, {}
        return found

    def spaced_by(self, rows: tuple[Axis, ...], columns: tuple[Axis, ...]) -> Fan:
        """The same blocks, onto slices with the margins that these axes need."""
        found = copy.copy(self)
        found._memo = {}
        found.rows, found.columns = replace(self.rows, spaced_by=rows), replace(self.columns, spaced_by=columns)
        return found

    @property
    def delay_bits(self) -> int:
        """Bits of the longest delay."""
        return max(form.delay_bits for form in self.formats)

    def weight(self, channels: Interval) -> int:
        """Stored weights into a channel range, to find the heaviest."""
        return self.lists.weight(channels)

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
        index = self.index_width(int(self.numbers(channels[1] - channels[0], rows, columns).max()))
        inside = (down > 0)[:, None, :, None] & (across > 0)[None, :, None, :]
        if self.kind == "neuron":
            lists = self._memory("words", (channels, index), lambda: self.lists.words(channels, index))
            length = np.where(inside, lists.max(axis=0), 0)
            axons_of = (lists > 0).sum(axis=0)
            return Use(down @ lists.sum(axis=0) @ across.T, down @ axons_of @ across.T, length.max(axis=(2, 3)))
        atoms = self.atoms(channels)
        length = np.where(inside, self.lists.longest(channels, (index,))[0], 0)
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
            return frozenset(
                Register(code, (*form.register[:3], 0), prefix_bits=0, index_bits=0, skip_bits=0)
                for form in self.lists.used(channels)
            )

        result: frozenset[Register] = self._memory("registers", channels, count)
        return result

    def reached(self, channels: Interval) -> Bools:
        """Whether a source neuron of each channel and class has a list: (channel, row class, column class)."""
        return self.lists.reached(channels)

    def sending(self, channels: Interval) -> Bools:
        """`reached` of what has axons of its own: neurons, or pixels (as one channel) where channels share them."""
        reached = self.reached(channels)
        return np.any(reached, axis=0, keepdims=True) if self.axon == "shared" else reached

    def senders(self, channels: Intervals) -> Ints:
        """`sending` of several channel ranges, summed over them and over source channels: (row class, column class)."""
        return self.lists.senders(channels, shared=self.axon == "shared")

    def least_bits(self) -> Ints:
        """Weight and delay bits of every source neuron's synapses, by channel and class."""
        counts = self.lists.counts((0, self.target.shape[0]))
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
            return np.sum([self.atoms(each) * self.lists.longest(each, (index,))[0] for each in channels], axis=0)

        longest: Ints = self._memory("longest", (channels, index), count)
        return int((longest * self.copies(rows, columns, down, across).sum(axis=(0, 1))).sum())

    def longest_words(self, channels: Interval, index: int) -> int:
        """Words of the longest population list into a channel range, wherever it lies."""
        return int(self.lists.longest(channels, (index,))[0].max(initial=0))

    def atoms(self, channels: Interval) -> int:
        """Lists that each population list has."""
        read = int(self.lists.read(channels).sum())
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

    def copies(self, rows: Intervals, columns: Intervals, down: Ints, across: Ints) -> Ints:
        """At most how often lists of each class are stored, as bases are limited: (rows, columns, row class, column class)."""
        pixels = np.outer(lengths(rows) + self.rows.margins(rows), lengths(columns) + self.columns.margins(columns))
        pages = -(-pixels[:, :, None, None] // self.rule.base_targets) * self.rule.base_alignment
        copies: Ints = np.minimum(down[:, None, :, None] * across[None, :, None, :], pages)
        return copies

    def numbers(self, channels: int, rows: Intervals, columns: Intervals) -> Ints:
        """Numbers on a core that boxes of so many channels take, margins included: (rows, columns)."""
        sides = np.array([[channels]]), lengths(rows)[:, None], lengths(columns)[None]
        return numbers_of(sides, (self.rows.margins(rows)[:, None], self.columns.margins(columns)[None]))

    def index_width(self, targets: int) -> int:
        """Bits of the index of one of so many targets."""
        needed = (targets - 1).bit_length()
        return next((width for width in self.rule.index_widths if width >= needed), self.rule.index_widths[-1])

    def _memory(self, name: str, key: Any, count: Any) -> Any:
        if (name, key) not in self._memo:
            self._memo[name, key] = count()
        return self._memo[name, key]
