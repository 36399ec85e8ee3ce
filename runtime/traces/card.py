"""The card of a comparison of traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.cards.card import Card, Figure, Rows, State

if TYPE_CHECKING:
    from litesnn.runtime.traces.compare import TraceComparison

_SAID: dict[bool | None, tuple[str, State]] = {
    None: ("Nothing was compared.", "open"),
    True: ("Every value agrees.", "good"),
    False: ("Values differ.", "bad"),
}


def comparison_card(result: TraceComparison) -> Card:
    """Whether all is equal, register by register, and where the first difference is."""
    answer, state = _SAID[result.equal]
    first = result.first
    rows = [(row.population, row.register, f"{row.values:,}", f"{row.differing:,}") for row in result.registers]
    return Card(
        kind="TraceComparison",
        title=f"of {result.samples} samples",
        answer=answer,
        detail="" if first is None else f"first in '{first.population}', sample {first.sample}, step {first.step}",
        state=state,
        figures=(Figure("compared", f"{result.values:,}"), Figure("differing", f"{result.differing:,}")),
        tables=(Rows.of("registers", ("population", "register", "compared", "differing"), rows, len(rows)),),
    )
