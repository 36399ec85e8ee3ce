"""The chooser: per run the cheapest encoding among those that a core is set up for.

With every width on offer the choice of each run is the cheapest there is. Where that takes more format registers than a core
has, `together` finds the set-up that all of its lists share.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import CompileError
from litesnn.compiler.encoding.dense import Dense
from litesnn.compiler.encoding.entries import (
    Encoding,
    Entries,
    Layout,
    Widths,
    sum_by,
    synapse_bits,
)
from litesnn.compiler.encoding.kernel_row import KernelRow
from litesnn.compiler.encoding.lists import AxonLists, ListFormat, WeightRegister
from litesnn.compiler.encoding.rule import UNLIMITED, ListRule, round_up
from litesnn.compiler.encoding.run_length import RunLength
from litesnn.compiler.encoding.sparse import Sparse

Ints = npt.NDArray[np.int64]

FIELD = 64  # more than any field is wide

ENCODINGS: dict[str, type[Encoding]] = {encoding.name: encoding for encoding in (Sparse, RunLength, Dense, KernelRow)}
NAMES = {encoding.code: name for name, encoding in ENCODINGS.items()}


class Register(NamedTuple):
    """A format register: encoding (compression code), weight format, and field widths in bits."""

    code: int
    weights: WeightRegister
    prefix_bits: int
    index_bits: int
    skip_bits: int


@dataclass(frozen=True, eq=False)
class Choice:
    """Entries as they stand in memory, ordered by run: what was chosen, field by field.

    Attributes
    ----------
    code : encoding of each entry (compression code)
    entries, layout : the entries and their field widths
    bits : bits of each entry
    formats : those of the lists, with delays as wide as they are stored
    registers : the distinct format registers; entry `i` uses `registers[register[i]]`
    """

    code: Ints
    entries: Entries
    layout: Layout
    bits: Ints
    formats: tuple[ListFormat, ...]
    registers: tuple[Register, ...]
    register: Ints

    def list_words(self, lists: AxonLists, rule: ListRule) -> Ints:
        """Words of every list as stored: population lists at the length of their longest, rows with at least one."""
        bits = sum_by(self.entries.run // len(lists.formats), self.bits, len(lists))
        words = rule.words(bits)
        if lists.rows:
            words = np.maximum(words, 1)
        if lists.atoms > 1:
            words = np.repeat(words.reshape(-1, lists.atoms).max(axis=1), lists.atoms)
        return words


class Candidates:
    """Every way to store some lists, cut into entries once."""

    def __init__(self, lists: AxonLists, rule: ListRule, only: Sequence[str] | None = None) -> None:
        self.lists, self.rule = lists, rule
        names = tuple(only) if only is not None else _allowed(lists, rule)
        variants = [variant for name in names for variant in _encoding(name).variants(rule)]
        self._cut = [(variant, variant.entries(lists, rule)) for variant in variants]
        self._known: dict[object, Choice] = {}
        self.widest = max((int(entries.index_need.max(initial=0)) for _, entries in self._cut), default=0)
        """Bits of the largest index that any entry has to hold."""
        self.names = frozenset(_of_lists(variant.name) for variant, _ in self._cut)
        """The encodings there are, of rows by those whose part they take."""

    def cheapest(self, widths: Widths, names: Collection[str]) -> Choice:
        """The cheapest of the named encodings for every run, with registers of the given widths."""
        index = tuple(round_up(np.arange(self.widest + 1), widths.index).tolist())
        formats = tuple(
            replace(f, delay_bits=next((w for w in widths.delay if w >= f.delay_bits), f.delay_bits))
            for f in self.lists.formats
        )
        key = (index, widths.skip, formats, frozenset(names))
        if key not in self._known:
            part = [(variant, entries) for variant, entries in self._cut if _of_lists(variant.name) in names]
            self._known[key] = _cheapest(part, replace(self.lists, formats=formats), self.rule, widths)
        return self._known[key]


def _allowed(lists: AxonLists, rule: ListRule) -> tuple[str, ...]:
    if lists.rows:
        return tuple(_encoding(name).of_rows or name for name in rule.row_encodings)
    return rule.encodings


def _of_lists(name: str) -> str:
    """The encoding whose part one of rows takes, or the encoding itself."""
    return next((other for other, encoding in ENCODINGS.items() if encoding.of_rows == name), name)


def _encoding(name: str) -> type[Encoding]:
    if name not in ENCODINGS:
        raise CompileError(
            f"found encoding '{name}', which synapse memory has nothing for; it has: {', '.join(ENCODINGS)}"
        )
    return ENCODINGS[name]


def _cheapest(cut: Sequence[tuple[Encoding, Entries]], lists: AxonLists, rule: ListRule, widths: Widths) -> Choice:
    runs = len(lists.indptr) - 1
    layouts = [variant.layout(entries, rule, widths) for variant, entries in cut]
    bits = [
        rule.header_bits + layout.prefix + entries.stored * (_weight_bits(lists, entries) + layout.per_synapse)
        for (_, entries), layout in zip(cut, layouts, strict=True)
    ]
    costs = np.stack([sum_by(e.run, np.minimum(b, UNLIMITED), runs) for (_, e), b in zip(cut, bits, strict=True)])
    if costs.min(axis=0).max(initial=0) >= UNLIMITED:
        raise CompileError(
            f"a list reaches target {int(lists.targets.max())}, beyond the {rule.index_widths[-1]} index bits of "
            f"{rule.profile}; split its target population"
        )
    chosen = costs.argmin(axis=0)
    kept = [np.flatnonzero(chosen[entries.run] == number) for number, (_, entries) in enumerate(cut)]
    run = np.concatenate([e.run[keep] for (_, e), keep in zip(cut, kept, strict=True)])
    order = np.argsort(run, kind="stable")

    def gather(parts: Sequence[Ints]) -> Ints:
        merged: Ints = np.concatenate([part[keep] for part, keep in zip(parts, kept, strict=True)])[order]
        return merged

    entries = Entries(*(gather([getattr(e, name) for _, e in cut]) for name in Entries.__dataclass_fields__))
    layout = Layout(*(gather([getattr(part, name) for part in layouts]) for name in Layout.__dataclass_fields__))
    code = gather([np.full(len(e.run), variant.code) for variant, e in cut])
    registers, register = _registers(code, entries, layout, lists.formats)
    return Choice(
        code=code,
        entries=entries,
        layout=layout,
        bits=gather(bits),
        formats=lists.formats,
        registers=registers,
        register=register,
    )


def _weight_bits(lists: AxonLists, entries: Entries) -> Ints:
    per_format: Ints = synapse_bits(lists)[entries.run % len(lists.formats)]
    return per_format


def _registers(
    code: Ints, entries: Entries, layout: Layout, formats: Sequence[ListFormat]
) -> tuple[tuple[Register, ...], Ints]:
    """Distinct format registers, and which one each entry uses; formats that differ in delay alone share one."""
    weights = sorted({form.register for form in formats})
    number = np.array([weights.index(form.register) for form in formats], np.int64)
    key = code * len(weights) + number[entries.run % len(formats)]
    for field in (layout.prefix, layout.index, layout.skip):
        key = key * FIELD + field
    registers = []
    unique, register = np.unique(key, return_inverse=True)
    for rest in unique.tolist():
        fields = []
        for _ in range(3):
            rest, bits = divmod(rest, FIELD)
            fields.append(bits)
        kind, form = divmod(rest, len(weights))
        registers.append(Register(kind, weights[form], *reversed(fields)))
    return tuple(registers), register.astype(np.int64)
