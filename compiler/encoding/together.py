"""One table of format registers for all lists of a core.

Every list would take the encoding and the field widths that are cheapest for it. Where that names more registers than the table
has, the core is set up for less: for every choice of encodings, widths are left out one by one, each time the one whose fields
widen by the fewest bits, and the set-up with the fewest words is taken. It is never above a single encoding that fits by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise

from litesnn.compiler.encoding.choose import Candidates, Choice
from litesnn.compiler.encoding.entries import Widths
from litesnn.compiler.encoding.lists import AxonLists
from litesnn.compiler.encoding.pool import Pool
from litesnn.compiler.encoding.rule import ListRule
from litesnn.compiler.encoding.set_up import SetUp


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
    (choice,) = choose_together(
        [Candidates(lists, rule, only)], rule.formats if registers is None else registers
    ).choices
    return choice


def choose_together(parts: Sequence[Candidates], registers: int) -> SetUp:
    """The set-up of all parts, which together name no more than `registers` registers where that is possible.

    Raises
    ------
    CompileError
        If a target lies beyond the widest index.
    """
    rule = parts[0].rule
    names = tuple(dict.fromkeys(name for part in parts for name in sorted(part.names)))
    pool = Pool(parts)
    index = tuple(width for width in pool.index.tolist() if width in rule.index_widths)
    delay = tuple(sorted({form.delay_bits for part in parts for form in part.lists.formats}))
    full = SetUp(pool, names, Widths(index, rule.skip_widths, delay))
    if full.register_count <= registers:
        return full
    best: SetUp | None = None
    hopeless: list[frozenset[str]] = []
    for count in range(len(names), 0, -1):
        for some in combinations(names, count):
            if any(more.issuperset(some) for more in hopeless):
                continue  # fewer encodings take no fewer words
            start = full if some == names else replace(full, names=some)
            if best is not None and best.register_count <= registers and start.words >= best.words:
                hopeless.append(frozenset(some))
                continue
            best = _narrowed(start, registers, best)
    assert best is not None, "there is at least one encoding"
    return best


def _narrowed(setup: SetUp, registers: int, best: SetUp | None) -> SetUp:
    """The set-up with so few widths that the table holds its registers, or as few as there can be; or `best`, if it is better."""
    bound = None if best is None or best.register_count > registers else best.words
    while setup.register_count > registers and (narrower := _narrower(setup)) is not None:
        setup = narrower
        if best is not None and bound is not None and setup.words >= bound:
            return best  # narrower set-ups take no fewer words
    return (
        setup if best is None else min(best, setup, key=lambda each: (max(each.register_count, registers), each.words))
    )


def _narrower(setup: SetUp) -> SetUp | None:
    """The set-up without the width in use whose fields take the fewest bits as the next wider ones; the widest stay."""
    found: list[tuple[int, str, int]] = []
    for kind in ("index", "skip", "delay"):
        for width, wider in pairwise(getattr(setup.widths, kind)):
            fields = setup.count_fields(kind, width)
            if fields:
                found.append((fields * (wider - width), kind, width))
    if not found:
        return None
    _, kind, width = min(found)
    kept = tuple(other for other in getattr(setup.widths, kind) if other != width)
    return replace(setup, widths=replace(setup.widths, **{kind: kept}))
