"""All ways to store the lists of a core, counted side by side: what each run takes in each variant of an encoding.

Entries of one variant and format that need fields of equal widths form a *cell*; needs are equal if they take the same
width of those that the rule offers, so that no set-up of some of these tells them apart. What a run takes in a variant
is then so many entries and stored synapses of some cells, whatever the widths.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding.choose import Candidates, widened
from litesnn.compiler.encoding.entries import Encoding, Entries, Layout, Widths
from litesnn.compiler.encoding.lists import ListFormat
from litesnn.compiler.encoding.rule import UNLIMITED, round_up
from litesnn.compiler.encoding.runs import joined_runs
from litesnn.compiler.encoding.stored import stored_lists
from litesnn.compiler.encoding.taken import Counts, Taken, taken

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
NEEDS = 64  # more than any field needs bits


class Group(NamedTuple):
    """Parts that are cut together.

    Attributes
    ----------
    parts, runs : their numbers, and those of their runs among all of the core
    places, cut : variants by their place among all that the parts may be stored in, and the entries of each
    worth : runs that each variant may be the cheapest for, and has entries of: (variants, runs)
    """

    parts: tuple[int, ...]
    runs: Ints
    places: list[int]
    cut: list[tuple[Encoding, Entries]]
    worth: Bools


@dataclass(frozen=True, eq=False)
class Prices:
    """What is taken with some widths.

    Attributes
    ----------
    formats : of all parts, with delays as wide as they are stored
    layout, synapse : field widths of every cell, and bits of a stored synapse: (cells,)
    bits : of every run in each variant of its part: (places, runs)
    """

    formats: list[ListFormat]
    layout: Layout
    synapse: Ints
    bits: Floats


class Pool:
    """The entries of all candidates of a core, side by side.

    Attributes
    ----------
    parts, rule : what is stored, and how lists are laid out
    formats, first_format : those of all parts, and the first one of each part
    first_run : (parts + 1,) first run of each part
    form : (runs,) format of each run among those of all parts
    groups : the parts and their entries
    variants, places : of encodings, and how many of them a part has at most
    index, skip : widths of their fields, in classes; cells are numbered (variant, format, index class, skip class)
    """

    def __init__(self, parts: Sequence[Candidates]) -> None:
        self.parts, self.rule = parts, parts[0].rule
        self.first_run: Ints = np.cumsum([0, *(len(part.lists.runs) for part in parts)])
        self.first_format: Ints = np.cumsum([0, *(len(part.lists.formats) for part in parts)])
        self.formats = [form for part in parts for form in part.lists.formats]
        own: list[Ints] = [np.tile(np.arange(len(part.lists.formats)), len(part.lists)) for part in parts]
        self.form: Ints = np.concatenate(own) + np.repeat(self.first_format[:-1], np.diff(self.first_run))
        alike: dict[Hashable, list[int]] = {}
        for number, part in enumerate(parts):
            alike.setdefault(part.alike, []).append(number)
        self.widest = 0
        self.groups = [self._group(numbers) for numbers in alike.values()]
        self.variants = list(dict.fromkeys(variant for group in self.groups for variant, _ in group.cut))
        self.places = max(len(group.cut) for group in self.groups)
        self.index = _offered(self.rule.index_widths, self.widest)
        self.skip = _offered(
            self.rule.skip_widths, max(int(e.skip_need.max(initial=0)) for group in self.groups for _, e in group.cut)
        )
        self.lists = stored_lists([part.lists for part in parts])
        self._prices: dict[Widths, Prices] = {}
        self._allowed: dict[tuple[str, ...], Bools] = {}

    def _group(self, numbers: list[int]) -> Group:
        widest_delay = max(form.delay_bits for form in self.formats)
        joined = joined_runs([self.parts[number].lists.runs for number in numbers], widest_delay)
        runs = np.concatenate([np.arange(*self.first_run[number : number + 2]) for number in numbers])
        variants = self.parts[numbers[0]].variants
        worth = np.array([variant.worth(joined, self.rule) for variant in variants])
        cut = [v.entries_of(some, joined, self.rule) for v, some in zip(variants, worth, strict=True)]
        self.widest = max(self.widest, *map(_widest, cut))
        if self.widest < int(joined.targets.max(initial=0)).bit_length():  # what is left out may need a wider index
            left = [v.entries_of(~some, joined, self.rule) for v, some in zip(variants, worth, strict=True)]
            self.widest = max(self.widest, *map(_widest, left))
        places = [place for place, some in enumerate(worth) if some.any() or place == 0]
        return Group(
            parts=tuple(numbers),
            runs=runs,
            places=places,
            cut=[(variants[place], cut[place]) for place in places],
            worth=worth[places],
        )

    @cached_property
    def code(self) -> Ints:
        """Compression code of every cell."""
        return np.repeat([v.code for v in self.variants], len(self.formats) * self._classes)

    @cached_property
    def cell_form(self) -> Ints:
        """Format of every cell."""
        return np.tile(np.repeat(np.arange(len(self.formats)), self._classes), len(self.variants))

    @property
    def _classes(self) -> int:
        return len(self.index) * len(self.skip)

    def classes(self, entries: Entries, unit: int = 1) -> Ints:
        """Index and skip class of each entry in one number, counted in units: all skip classes if there are no skips."""
        index, skip = (np.searchsorted(each, np.arange(NEEDS)) for each in (self.index, self.skip))
        found: Ints = (index * (len(self.skip) // unit))[entries.index_need]
        return found + skip[entries.skip_need] if unit == 1 else found

    def cells(self, variant: Encoding, runs: Ints, classes: Ints) -> Ints:
        """The cells of entries of a variant, from their runs and classes."""
        number = self.variants.index(variant) * len(self.formats)
        return (number + self.form[runs]) * self._classes + classes

    def stored(self, number: int, chosen: Ints) -> list[tuple[Encoding, Entries]]:
        """The entries of one part where each run takes the variant in some place."""
        group = next(group for group in self.groups if number in group.parts)
        before = [self.parts[other].lists.runs for other in group.parts[: group.parts.index(number)]]
        run, synapse = sum(map(len, before)), sum(len(runs.targets) for runs in before)
        found = []
        for place, (variant, entries) in enumerate(group.cut):
            first, last = np.searchsorted(entries.run, (run, run + len(self.parts[number].lists.runs)))
            own = entries.some(first + np.flatnonzero(chosen[group.runs[entries.run[first:last]]] == place))
            found.append((variant, replace(own, run=own.run - run, first=own.first - synapse)))
        return found

    @cached_property
    def _taken(self) -> Taken:
        """What every run takes in every place; row `place * runs + run`."""
        counts = [
            self._counted(group, place, variant, entries)
            for place in range(self.places)
            for group in self.groups
            for variant, entries in group.cut[place : place + 1]
        ]
        return taken(counts, (self.places * len(self.form), len(self.code)))

    def _counted(self, group: Group, place: int, variant: Encoding, entries: Entries) -> Counts:
        unit = 1 if variant.fields(self.rule).skips else len(self.skip)
        key = entries.run * (self._classes // unit) + self.classes(entries, unit)
        number = np.bincount(key)
        used = np.flatnonzero(number > 0)
        run, classes = np.divmod(used, self._classes // unit)
        run, synapses = group.runs[run], np.bincount(key, entries.stored).astype(np.int64)
        cells = self.cells(variant, run, classes * unit)
        return Counts(place * len(self.form) + run, cells, number[used], synapses[used])

    def prices(self, widths: Widths) -> Prices:
        """What is taken with some widths, computed once for all encodings that go with them."""
        if widths not in self._prices:
            self._prices[widths] = self._priced(widths)
        return self._prices[widths]

    def _priced(self, widths: Widths) -> Prices:
        formats = [widened(form, widths.delay) for form in self.formats]
        index, skip = round_up(self.index, widths.index)[:, None], round_up(self.skip, widths.skip)
        shape = (len(self.variants), len(self.formats), len(index), len(skip))
        fields = np.array([variant.fields(self.rule) for variant in self.variants]).T[..., None, None, None]
        grids = [field * width for field, width in zip(fields, (index, index, skip), strict=True)]
        layout = Layout(*(np.broadcast_to(grid, shape).ravel() for grid in grids))
        synapse = np.array([form.synapse_bits for form in formats])[self.cell_form] + layout.per_synapse
        bits = self._taken.bits(self.rule.header_bits + layout.prefix, synapse)
        return Prices(formats, layout, synapse, bits.reshape(self.places, -1))

    def used(self, chosen: Ints) -> tuple[Ints, Ints]:
        """Stored entries and synapses of every cell where each run takes the variant in some place."""
        return self._taken.of_rows(chosen * len(chosen) + np.arange(len(chosen)))

    def allowed(self, names: tuple[str, ...]) -> Bools:
        """Which variants of its part a run may take where a core is set up for some encodings: (places, runs)."""
        if names not in self._allowed:
            result: Bools = np.zeros((self.places, len(self.form)), bool)
            for group in self.groups:
                some = self.parts[group.parts[0]].named(names)[group.places]
                result[: len(some), group.runs] = some[:, None] & group.worth
            self._allowed[names] = result
        return self._allowed[names]


def _widest(entries: Entries) -> int:
    return int(entries.index_need.max(initial=0))


def _offered(widths: Sequence[int], widest: int) -> Ints:
    """Widths up to the one that holds the widest need; `UNLIMITED` where none does."""
    last = bisect_left(widths, widest)
    return np.array([*widths[:last], *(widths[last : last + 1] or [UNLIMITED])])
