"""The chooser: per run the cheapest encoding among those that a core is set up for.

With every width on offer the choice of each run is the cheapest there is. Where that takes more format registers than a core
has, `together` finds the set-up that all of its lists share.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import CompileError
from litesnn.compiler.encoding.dense import Dense
from litesnn.compiler.encoding.entries import (
    Encoding,
    Entries,
    Layout,
    sum_by,
)
from litesnn.compiler.encoding.kernel_row import KernelRow
from litesnn.compiler.encoding.lists import AxonLists, ListFormat
from litesnn.compiler.encoding.registers import Register, distinct_registers
from litesnn.compiler.encoding.rule import ListRule
from litesnn.compiler.encoding.run_length import RunLength
from litesnn.compiler.encoding.sparse import Sparse
from litesnn.compiler.encoding.stored import stored_lists

Ints = npt.NDArray[np.int64]

ENCODINGS: dict[str, type[Encoding]] = {encoding.name: encoding for encoding in (Sparse, RunLength, Dense, KernelRow)}
NAMES = {encoding.code: name for name, encoding in ENCODINGS.items()}


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
        return stored_lists([lists]).words(sum_by(self.entries.run, self.bits, len(lists.indptr) - 1), rule)


class Candidates:
    """Every way to store some lists.

    Attributes
    ----------
    variants : of encodings, earlier ones taken where both cost the same
    names : the encodings there are, of rows by those whose part they take
    """

    def __init__(self, lists: AxonLists, rule: ListRule, only: Sequence[str] | None = None) -> None:
        self.lists, self.rule = lists, rule
        names = tuple(only) if only is not None else _allowed(lists, rule)
        self.variants = tuple(variant for name in names for variant in _encoding(name).variants(rule))
        self.names = frozenset(_of_lists(variant.name) for variant in self.variants)

    @property
    def alike(self) -> Hashable:
        """Equal for lists that can be cut together."""
        return self.variants, self.lists.whole, self.lists.width if self.lists.whole or self.lists.rows else None

    def named(self, names: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which variants are of some encodings; all of them where none is, as rows keep theirs: (variants,)."""
        some = np.array([_of_lists(variant.name) in names for variant in self.variants], bool)
        return some if some.any() else ~some


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


def laid_out(cut: Sequence[tuple[Encoding, Entries, Layout, Ints]], formats: tuple[ListFormat, ...]) -> Choice:
    """The choice that stores some entries of each variant, with their fields and bits."""
    order = np.argsort(np.concatenate([entries.run for _, entries, _, _ in cut]), kind="stable")

    def gather(parts: Sequence[Ints]) -> Ints:
        merged: Ints = np.concatenate(parts)[order]
        return merged

    entries = Entries(*(gather([getattr(e, name) for _, e, _, _ in cut]) for name in Entries.__dataclass_fields__))
    layout = Layout(*(gather([getattr(part, name) for _, _, part, _ in cut]) for name in Layout.__dataclass_fields__))
    code = gather([np.full(len(e.run), variant.code) for variant, e, _, _ in cut])
    registers, register = distinct_registers(code, entries.run % len(formats), layout, formats)
    return Choice(
        code=code,
        entries=entries,
        layout=layout,
        bits=gather([bits for _, _, _, bits in cut]),
        formats=formats,
        registers=registers,
        register=register,
    )


def widened(form: ListFormat, widths: Sequence[int]) -> ListFormat:
    """The format with delays stored in the narrowest of some widths that holds them."""
    width = next((width for width in widths if width >= form.delay_bits), form.delay_bits)
    return form if width == form.delay_bits else replace(form, delay_bits=width)
