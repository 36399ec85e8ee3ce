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
        self.lists = ClassLists(self.parts, self.formats, rule, axes, targets=target.shape[0], full=full)
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

    def weights(self, channels: Intervals) -> Ints:
        """What each channel range takes, to find the heaviest: (2, channel ranges).

        Of population lists words and axons at a source pixel that sees all taps; of others stored weights, and nothing.
        """
        if not self.classed:
            weights = self.lists.weights(channels)
            return np.stack([weights, np.zeros_like(weights)])
        longest, lists = self.lists.most_words(channels)
        return np.stack([longest * lists, lists if self.axon == "discrete" else np.minimum(lists, 1)])

    def use(self, channels: Interval, rows: Intervals, columns: Intervals) -> Use:
        """What the boxes of one channel range take, (rows, columns) each; not of population lists, which `FanGroup` counts.

        Single boxes, which are asked for again and again, are remembered.
        """
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
        targets = (channels[1] - channels[0]) * int(np.outer(lengths(rows), lengths(columns)).max())
        index = self.rule.index_width(targets)
        inside = (down > 0)[:, None, :, None] & (across > 0)[None, :, None, :]
        lists = self._memory("words", (channels, index), lambda: self.lists.words(channels, index))
        length = np.where(inside, lists.max(axis=0), 0)
        axons_of = (lists > 0).sum(axis=0)
        return Use(down @ lists.sum(axis=0) @ across.T, down @ axons_of @ across.T, length.max(axis=(2, 3)))

    def axons(self, channels: Interval, rows: Intervals, columns: Intervals) -> Ints:
        """Input axons of the boxes of one channel range, (rows, columns)."""
        if not self.classed:
            return self.use(channels, rows, columns).axons
        axons: Ints = self.rows.multiplicity(rows) @ self.entering(channels) @ self.columns.multiplicity(columns).T
        return axons

    def entering(self, channels: Interval) -> Ints:
        """Input axons of one source position of every class, where it has population lists: (row class, column class)."""
        if self.axon == "discrete":
            return self.lists.senders((channels,), shared=False)
        axons: Ints = np.full((len(self.rows.classes), len(self.columns.classes)), min(self.atoms(channels), 1))
        axons[0], axons[:, 0] = 0, 0
        return axons

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
        if self.axon != "shared":
            return self.reached(channels)
        sending: Bools = self.lists.senders((channels,), shared=True)[None] > 0
        return sending

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

    def atoms(self, channels: Interval) -> int:
        """Lists that each population list has."""
        read = self.lists.read(channels)
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

    def _memory(self, name: str, key: Any, count: Any) -> Any:
        if (name, key) not in self._memo:
            self._memo[name, key] = count()
        return self._memo[name, key]
