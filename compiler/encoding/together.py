"""One table of format registers for all lists of a core.

Every list would take the encoding and the field widths that are cheapest for it. Where that names more registers than the table
has, the core is set up for less: for every choice of encodings, widths are left out one by one, each time the one whose fields
widen by the fewest bits, and the set-up with the fewest words is taken. It is never above a single encoding that fits by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, pairwise

import numpy as np

from litesnn.compiler.encoding.choose import Candidates, Choice, Register
from litesnn.compiler.encoding.entries import Widths
from litesnn.compiler.encoding.lists import AxonLists
from litesnn.compiler.encoding.rule import ListRule


@dataclass(frozen=True, eq=False)
class _SetUp:
    """A core set up for some encodings and widths, and what its lists take so."""

    parts: Sequence[Candidates]
    names: tuple[str, ...]
    widths: Widths

    @cached_property
    def choices(self) -> list[Choice]:
        """The choice of every part."""
        return [part.cheapest(self.widths, self._names(part)) for part in self.parts]

    @cached_property
    def registers(self) -> frozenset[Register]:
        """The registers that the table has to name."""
        return frozenset(register for choice in self.choices for register in choice.registers)

    @cached_property
    def words(self) -> int:
        """Words of all lists."""
        pairs = zip(self.parts, self.choices, strict=True)
        return sum(int(choice.list_words(part.lists, part.rule).sum()) for part, choice in pairs)

    def narrower(self) -> _SetUp | None:
        """The set-up without the width in use whose fields take the fewest bits as the next wider ones; the widest stay."""
        found: list[tuple[int, str, int]] = []
        for kind in ("index", "skip", "delay"):
            for width, wider in pairwise(getattr(self.widths, kind)):
                fields = sum(_fields(choice, kind, width) for choice in self.choices)
                if fields:
                    found.append((fields * (wider - width), kind, width))
        if not found:
            return None
        _, kind, width = min(found)
        kept = tuple(other for other in getattr(self.widths, kind) if other != width)
        return replace(self, widths=replace(self.widths, **{kind: kept}))

    def _names(self, part: Candidates) -> tuple[str, ...]:
        """The encodings of a part: rows keep theirs where all that the core is set up for are none of them."""
        return tuple(name for name in self.names if name in part.names) or tuple(sorted(part.names))


def choose(lists: AxonLists, rule: ListRule, registers: int | None = None, only: Sequence[str] | None = None) -> Choice:
    """The cheapest encoding of every run, of lists that have a core's registers to themselves.

    Parameters
    ----------
    registers : format registers to use at most, by default all of the core
    only : encodings to choose among, by default those of the rule

    Raises
    ------
    CompileError
        If a target lies beyond the widest index.
    """
    (choice,) = choose_together([Candidates(lists, rule, only)], rule.formats if registers is None else registers)
    return choice


def choose_together(parts: Sequence[Candidates], registers: int) -> list[Choice]:
    """The choice for every part, which together name no more than `registers` registers where that is possible.

    Raises
    ------
    CompileError
        If a target lies beyond the widest index.
    """
    if not parts:
        return []
    rule = parts[0].rule
    names = tuple(dict.fromkeys(name for part in parts for name in sorted(part.names)))
    widest = max(part.widest for part in parts)
    index = tuple(width for width in rule.index_widths if width < widest)
    last = tuple(width for width in rule.index_widths if width >= widest)[:1] or rule.index_widths[-1:]
    delay = tuple(sorted({form.delay_bits for part in parts for form in part.lists.formats}))
    full = _SetUp(parts, names, Widths((*index, *last), rule.skip_widths, delay))
    if len(full.registers) <= registers:
        return full.choices
    best: _SetUp | None = None
    for count in range(len(names), 0, -1):
        for some in combinations(names, count):
            start = replace(full, names=some)
            if best is not None and len(best.registers) <= registers and start.words >= best.words:
                continue  # narrower set-ups take no fewer words
            found = _narrowed(start, registers)
            best = found if best is None else min(best, found, key=lambda setup: _rank(setup, registers))
    assert best is not None, "there is at least one encoding"
    return best.choices


def _rank(setup: _SetUp, registers: int) -> tuple[int, int]:
    return max(len(setup.registers), registers), setup.words


def _narrowed(setup: _SetUp, registers: int) -> _SetUp:
    """The set-up with so few widths that the table holds its registers, or as few as there can be."""
    while len(setup.registers) > registers and (narrower := setup.narrower()) is not None:
        setup = narrower
    return setup


def _fields(choice: Choice, kind: str, width: int) -> int:
    """Fields of a width that entries have: one in the prefix, and one per stored synapse."""
    layout, stored = choice.layout, choice.entries.stored
    if kind == "delay":
        delays = np.array([form.delay_bits for form in choice.formats])
        return int(stored[delays[choice.entries.run % len(delays)] == width].sum())
    if kind == "skip":
        return int(stored[layout.skip == width].sum())
    return int(stored[layout.index == width].sum()) + int(np.count_nonzero(layout.prefix == width))
