"""A core set up for some encodings and field widths: what its lists take so, counted at once, laid out for none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import CompileError
from litesnn.compiler.encoding.choose import Choice, laid_out
from litesnn.compiler.encoding.entries import Layout, Widths
from litesnn.compiler.encoding.lists import ListFormat
from litesnn.compiler.encoding.pool import Pool, Prices
from litesnn.compiler.encoding.registers import Register, distinct_registers, register_keys
from litesnn.compiler.encoding.rule import UNLIMITED

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SetUp:
    """A core set up for some encodings and widths, and what its lists take so."""

    pool: Pool
    names: tuple[str, ...]
    widths: Widths

    @property
    def _prices(self) -> Prices:
        return self.pool.prices(self.widths)

    @cached_property
    def _cheapest(self) -> tuple[Ints, Ints]:
        """Bits of every run as cheap as it can be, and the place of the variant it takes for that."""
        pool = self.pool
        bits = np.where(pool.allowed(self.names), self._prices.bits, np.inf)
        chosen = bits.argmin(axis=0)
        least = bits[chosen, np.arange(len(chosen))]
        if least.max(initial=0) >= UNLIMITED:
            part = pool.parts[int(np.searchsorted(pool.first_run, least.argmax(), side="right")) - 1]
            raise CompileError(
                f"a list reaches target {int(part.lists.targets.max())}, beyond the {pool.rule.index_widths[-1]} index "
                f"bits of {pool.rule.profile}; split its target population"
            )
        return least.astype(np.int64), chosen

    @cached_property
    def _words(self) -> Ints:
        """Words of every list of all parts."""
        return self.pool.lists.words(self._cheapest[0], self.pool.rule)

    @property
    def list_words(self) -> list[Ints]:
        """Words of every list, part by part."""
        return np.split(self._words, np.cumsum([len(part.lists) for part in self.pool.parts])[:-1])

    @property
    def words(self) -> int:
        """Words of all lists."""
        return int(self._words.sum())

    @cached_property
    def _used(self) -> tuple[Ints, Ints, Ints]:
        """The cells of stored entries, and how many entries and synapses are of each."""
        entries, synapses = self.pool.used(self._cheapest[1])
        cells = np.flatnonzero(entries)
        return cells, entries[cells], synapses[cells]

    @property
    def _named(self) -> tuple[Ints, Ints, Layout, list[ListFormat]]:
        """What the registers of stored entries name: code, format and field widths of every cell, and the formats."""
        cells, prices = self._used[0], self._prices
        return self.pool.code[cells], self.pool.cell_form[cells], prices.layout.some(cells), prices.formats

    @cached_property
    def register_count(self) -> int:
        """How many registers the table has to name."""
        return len(set(register_keys(*self._named).tolist()))

    @property
    def registers(self) -> frozenset[Register]:
        """The registers that the table has to name."""
        return frozenset(distinct_registers(*self._named)[0])

    @cached_property
    def choices(self) -> list[Choice]:
        """The choice of every part, laid out."""
        pool, prices, found = self.pool, self._prices, []
        for number, first in enumerate(pool.first_run[:-1].tolist()):
            cut = []
            for variant, stored in pool.stored(number, self._cheapest[1]):
                cells = pool.cells(variant, first + stored.run, pool.classes(stored))
                layout = prices.layout.some(cells)
                bits = pool.rule.header_bits + layout.prefix + stored.stored * prices.synapse[cells]
                cut.append((variant, stored, layout, bits))
            own = slice(*pool.first_format[number : number + 2].tolist())
            found.append(laid_out(cut, tuple(prices.formats[own])))
        return found

    def count_fields(self, kind: str, width: int) -> int:
        """Fields of a width that are stored: one in the prefix of an entry, and one per synapse."""
        (cells, entries, synapses), layout = self._used, self._prices.layout
        if kind == "delay":
            delays = np.array([form.delay_bits for form in self._prices.formats])[self.pool.cell_form[cells]]
            return int(synapses[delays == width].sum())
        if kind == "skip":
            return int(synapses[layout.skip[cells] == width].sum())
        return int(synapses[layout.index[cells] == width].sum() + entries[layout.prefix[cells] == width].sum())
