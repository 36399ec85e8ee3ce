"""Entries: how one encoding cuts runs into pieces, and what the pieces cost. All lists at once, never a loop over lists.

    bits of an entry = header + prefix + stored synapses * (weight + delay + index or skip)

`stored` counts the zeros that dense entries insert; the prefix is the index of the first target, where there is one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding.lists import AxonLists
from litesnn.compiler.encoding.rule import ListRule, bit_length, round_up
from litesnn.compiler.encoding.runs import Runs

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Entries:
    """Entries in the order of their runs, one array element each.

    Attributes
    ----------
    run, first, synapses : the run, its synapse the entry starts with, and how many follow
    stored : synapses in memory, inserted zeros included
    base : target of the first stored synapse
    index_need, skip_need : bits that the largest index and skip of the entry need
    """

    run: Ints
    first: Ints
    synapses: Ints
    stored: Ints
    base: Ints
    index_need: Ints
    skip_need: Ints

    def some(self, numbers: Ints | slice) -> Entries:
        """Some of the entries."""
        return Entries(*(getattr(self, name)[numbers] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Widths:
    """The index, skip and delay widths that format registers were set up for; of delays those that formats ask for."""

    index: tuple[int, ...]
    skip: tuple[int, ...]
    delay: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Layout:
    """Bits of each entry: prefix (index of the first target), then `index` or `skip` per stored synapse."""

    prefix: Ints
    index: Ints
    skip: Ints

    def some(self, numbers: Ints) -> Layout:
        """The fields of some of the entries."""
        return Layout(self.prefix[numbers], self.index[numbers], self.skip[numbers])

    @property
    def per_synapse(self) -> Ints:
        """Bits per stored synapse besides weight and delay."""
        return self.index + self.skip


class Fields(NamedTuple):
    """Whether entries have an index in the prefix, and an index or a skip per stored synapse."""

    prefix: bool = False
    indices: bool = False
    skips: bool = False


class Encoding(ABC):
    """One way to store a run.

    Attributes
    ----------
    name : as profiles call it
    code : the compression code in the format register
    placed : whether a synapse's place in its entry gives its target
    of_rows : the encoding that takes its part for kernel rows, which span all targets; None: itself
    """

    name: ClassVar[str]
    code: ClassVar[int]
    placed: ClassVar[bool] = False
    of_rows: ClassVar[str | None] = None

    @classmethod
    def variants(cls, rule: ListRule) -> tuple[Encoding, ...]:
        """The variants of it that make sense under a rule; cheaper ones win, earlier ones win ties."""
        return (cls(),)

    @abstractmethod
    def entries(self, runs: Runs, rule: ListRule) -> Entries:
        """Cut every run into entries."""

    @abstractmethod
    def fields(self, rule: ListRule) -> Fields:
        """The fields of its entries."""

    def worth(self, runs: Runs, rule: ListRule) -> Bools:
        """Runs that it may store in fewer bits than all earlier variants of the encoding, with some widths: (runs,).

        Widths are any of the rule's, the widest skip among them, and delays at most `Runs.widest_delay`.
        """
        return np.ones(len(runs), bool)

    def entries_of(self, some: Bools, runs: Runs, rule: ListRule) -> Entries:
        """The entries of some runs, their runs and synapses numbered among all."""
        if some.all():
            return self.entries(runs, rule)
        numbers = np.flatnonzero(some)
        part, synapses = runs.some(numbers)
        entries = self.entries(part, rule)
        return replace(entries, run=numbers[entries.run], first=synapses[entries.first])

    def layout(self, entries: Entries, rule: ListRule, widths: Widths) -> Layout:
        """Field widths of every entry, each rounded up to one that a register was set up for."""
        index, skip = round_up(entries.index_need, widths.index), round_up(entries.skip_need, widths.skip)
        return Layout(*(field * width for field, width in zip(self.fields(rule), (index, index, skip), strict=True)))

    def entry_bits(self, entries: Entries, lists: AxonLists, rule: ListRule, widths: Widths) -> Ints:
        """Bits of every entry."""
        layout = self.layout(entries, rule, widths)
        synapse = lists.runs.synapse_bits[entries.run]
        bits: Ints = rule.header_bits + layout.prefix + entries.stored * (synapse + layout.per_synapse)
        return bits

    def bits(self, lists: AxonLists, rule: ListRule, widths: Widths | None = None) -> Ints:
        """Bits of every run, 0 for an empty one; (lists * formats,)."""
        entries = self.entries(lists.runs, rule)
        bits = self.entry_bits(entries, lists, rule, widths or all_widths(rule))
        return sum_by(entries.run, bits, len(lists.indptr) - 1)

    def words(self, lists: AxonLists, rule: ListRule, widths: Widths | None = None) -> Ints:
        """Words of every list; (lists,)."""
        return rule.words(self.bits(lists, rule, widths).reshape(len(lists), -1).sum(axis=1))


def all_widths(rule: ListRule) -> Widths:
    """Every width that the registers offer."""
    return Widths(rule.index_widths, rule.skip_widths)


def sum_by(groups: Ints, values: Ints, count: int) -> Ints:
    """Sum of the values of each group; exact below 2^53."""
    sums: Ints = np.bincount(groups, weights=values, minlength=count).astype(np.int64)
    return sums


def cut(starts: npt.NDArray[np.bool_], size: int) -> tuple[Ints, Ints]:
    """Segments that begin where `starts` is set, cut further into pieces of at most `size` synapses: (first, length)."""
    first = np.flatnonzero(starts)
    length = np.diff(first, append=len(starts))
    if length.max(initial=0) <= size:
        return first, length
    pieces = -(-length // size)
    number = np.arange(int(pieces.sum())) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    offset = number * size
    return np.repeat(first, pieces) + offset, np.minimum(np.repeat(length, pieces) - offset, size)


def make_entries(
    runs: Runs, first: Ints, synapses: Ints, stored: Ints, base: Ints, largest: Ints, skip: Ints | None = None
) -> Entries:
    """Entries from their first synapses; `largest` is the largest index each has to hold, `skip` its largest skip."""
    return Entries(
        run=runs.owner[first],
        first=first,
        synapses=synapses,
        stored=stored,
        base=base,
        index_need=bit_length(largest),
        skip_need=np.zeros_like(first) if skip is None else bit_length(skip),
    )
