"""What the lists of a core take with a set-up of format registers, counted for all of them at once, laid out for none.

A set-up names encodings and field widths. Entries of one format that need fields of equal widths form a *cell*: widths are then
looked up per cell, bits summed per run, and the registers in use are those of the cells that any chosen entry is of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import CompileError
from litesnn.compiler.encoding.choose import Candidates, Choice, Register, laid_out, stored_words, widened
from litesnn.compiler.encoding.entries import Encoding, Entries, Layout, Widths
from litesnn.compiler.encoding.lists import ListFormat
from litesnn.compiler.encoding.rule import UNLIMITED

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
NEEDS = 64  # more than any field needs bits


class _Piece(NamedTuple):
    """The entries of one variant of an encoding in one part, in their order."""

    part: int
    place: int
    cell: Ints
    stored: Floats
    run: Ints


class Pool:
    """The entries of all candidates of a core, side by side.

    Attributes
    ----------
    parts, rule : what is stored, and how lists are laid out
    formats, first_format : those of all parts, and the first one of each part
    first_run : (parts + 1,) first run of each part
    variants : of encodings, each with the span of its cells
    form, index_need, skip_need : format and bits needed of every cell: (cells,)
    cell, stored, run, row : of every entry its cell, its stored synapses, its run, and number of its encoding among those of
        its part, times runs, plus run
    """

    def __init__(self, parts: Sequence[Candidates]) -> None:
        self.parts, self.rule = parts, parts[0].rule
        self.first_run: Ints = np.cumsum([0, *(len(part.lists.indptr) - 1 for part in parts)])
        self.first_format: Ints = np.cumsum([0, *(len(part.lists.formats) for part in parts)])
        self.formats = [form for part in parts for form in part.lists.formats]
        self.variants: list[tuple[Encoding, slice]] = []
        needs: list[tuple[Ints, Ints, Ints]] = []
        pieces: list[_Piece] = []
        cells = 0
        for variant in dict.fromkeys(variant for part in parts for variant, _ in part.cut):
            first = cells
            for number, part in enumerate(parts):
                for place, entries in ((i, entries) for i, (other, entries) in enumerate(part.cut) if other == variant):
                    (form, index, skip), cell = _cells(entries, len(part.lists.formats))
                    run = entries.run + self.first_run[number]
                    pieces.append(
                        _Piece(number, place, cell + cells, stored=entries.stored.astype(np.float64), run=run)
                    )
                    needs.append((form + self.first_format[number], index, skip))
                    cells += len(form)
            self.variants.append((variant, slice(first, cells)))
        self.form, self.index_need, self.skip_need = (np.concatenate(each) for each in zip(*needs, strict=True))
        self.code = np.concatenate([np.full(span.stop - span.start, variant.code) for variant, span in self.variants])
        pieces.sort(key=lambda piece: piece[:2])
        self.cell, self.stored, self.run = (np.concatenate([piece[i] for piece in pieces]) for i in (2, 3, 4))
        self.bounds: Ints = np.cumsum([0, *(len(piece.cell) for piece in pieces)])
        places: Ints = np.repeat([piece.place for piece in pieces], np.diff(self.bounds))
        self.row: Ints = places * self.first_run[-1] + self.run

    def allowed(self, names: Sequence[str]) -> Bools:
        """Which encodings of its part a run may take where a core is set up for some: (places, runs)."""
        places = max(len(part.cut) for part in self.parts)
        result: Bools = np.zeros((places, int(self.first_run[-1])), bool)
        for number, part in enumerate(self.parts):
            some = part.named(names)
            result[: len(some), self.first_run[number] : self.first_run[number + 1]] = some[:, None]
        return result


@dataclass(frozen=True, eq=False)
class SetUp:
    """A core set up for some encodings and widths, and what its lists take so."""

    pool: Pool
    names: tuple[str, ...]
    widths: Widths

    @cached_property
    def formats(self) -> list[ListFormat]:
        """The formats of all parts, with delays as wide as they are stored."""
        return [widened(form, self.widths.delay) for form in self.pool.formats]

    @cached_property
    def fields(self) -> Layout:
        """Field widths of every cell."""
        pool = self.pool
        none = np.zeros_like(pool.form)
        cells = Entries(none, none, none, stored=none, base=none, index_need=pool.index_need, skip_need=pool.skip_need)
        return _joined([variant.layout(cells.some(span), pool.rule, self.widths) for variant, span in pool.variants])

    @cached_property
    def bits(self) -> Floats:
        """Bits of every entry, whole and exact: (entries,)."""
        pool = self.pool
        synapse: Floats = np.array([form.synapse_bits for form in self.formats], np.float64)[pool.form]
        synapse += self.fields.per_synapse
        bits: Floats = pool.stored * synapse[pool.cell]
        bits += (pool.rule.header_bits + self.fields.prefix).astype(np.float64)[pool.cell]
        return bits

    @cached_property
    def _cheapest(self) -> tuple[Ints, Bools]:
        """Bits of every run as cheap as it can be, and which entries are stored for that."""
        pool, allowed = self.pool, self.pool.allowed(self.names)
        costs = np.bincount(pool.row, self.bits, allowed.size).reshape(allowed.shape)
        costs = np.where(allowed, costs, np.inf)
        chosen = costs.argmin(axis=0)
        least: Floats = costs.min(axis=0)
        if least.max(initial=0) >= UNLIMITED:
            part = pool.parts[int(np.searchsorted(pool.first_run, least.argmax(), side="right")) - 1]
            raise CompileError(
                f"a list reaches target {int(part.lists.targets.max())}, beyond the {pool.rule.index_widths[-1]} index "
                f"bits of {pool.rule.profile}; split its target population"
            )
        stored: Bools = (chosen * len(least) + np.arange(len(least)))[pool.run] == pool.row
        return least.astype(np.int64), stored

    @cached_property
    def list_words(self) -> list[Ints]:
        """Words of every list, part by part."""
        bits, first = self._cheapest[0], self.pool.first_run.tolist()
        spans = [slice(*span) for span in pairwise(first)]
        return [
            stored_words(part.lists, bits[span], part.rule) for part, span in zip(self.pool.parts, spans, strict=True)
        ]

    @cached_property
    def words(self) -> int:
        """Words of all lists."""
        return sum(int(words.sum()) for words in self.list_words)

    @cached_property
    def _used(self) -> tuple[Ints, Ints]:
        """Stored entries and stored synapses of every cell."""
        pool, stored = self.pool, self._cheapest[1]
        cell, count = pool.cell[stored], len(pool.form)
        return np.bincount(cell, minlength=count), np.bincount(cell, pool.stored[stored], count).astype(np.int64)

    @cached_property
    def registers(self) -> frozenset[Register]:
        """The registers that the table has to name."""
        used = np.flatnonzero(self._used[0])
        columns = (self.pool.code, self.pool.form, self.fields.prefix, self.fields.index, self.fields.skip)
        found = set(zip(*(column[used].tolist() for column in columns), strict=True))
        return frozenset(Register(code, self.formats[form].register, *widths) for code, form, *widths in found)

    @cached_property
    def choices(self) -> list[Choice]:
        """The choice of every part, laid out."""
        pool, stored, found, piece = self.pool, self._cheapest[1], [], 0
        for number, part in enumerate(pool.parts):
            cut = []
            for variant, entries in part.cut:
                span = slice(*pool.bounds[piece : piece + 2].tolist())
                kept = np.flatnonzero(stored[span])
                cells = pool.cell[span][kept]
                layout = Layout(*(getattr(self.fields, field.name)[cells] for field in fields(Layout)))
                cut.append((variant, entries.some(kept), layout, self.bits[span][kept].astype(np.int64)))
                piece += 1
            own = slice(*pool.first_format[number : number + 2].tolist())
            found.append(laid_out(cut, tuple(self.formats[own])))
        return found

    def count_fields(self, kind: str, width: int) -> int:
        """Fields of a width that are stored: one in the prefix of an entry, and one per synapse."""
        (entries, synapses), layout = self._used, self.fields
        if kind == "delay":
            delays = np.array([form.delay_bits for form in self.formats])[self.pool.form]
            return int(synapses[delays == width].sum())
        if kind == "skip":
            return int(synapses[layout.skip == width].sum())
        return int(synapses[layout.index == width].sum() + entries[layout.prefix == width].sum())


def _cells(entries: Entries, formats: int) -> tuple[tuple[Ints, Ints, Ints], Ints]:
    """The cells of some entries, (format, index need, skip need), and which of them each entry is of."""
    key = (entries.run % formats * NEEDS + entries.index_need) * NEEDS + entries.skip_need
    used = np.flatnonzero(np.bincount(key))
    number = np.zeros(int(used.max(initial=-1)) + 1, np.int64)
    number[used] = np.arange(len(used))
    rest, skip = np.divmod(used, NEEDS)
    form, index = np.divmod(rest, NEEDS)
    return (form, index, skip), number[key]


def _joined(layouts: Sequence[Layout]) -> Layout:
    return Layout(*(np.concatenate([getattr(each, field.name) for each in layouts]) for field in fields(Layout)))
