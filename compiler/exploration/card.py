"""The card of an exploration: its rows, the best ones first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.cards.card import Card, Figure, Rows
from litesnn.compiler.report.numbers import MISSING, count, size

if TYPE_CHECKING:
    from litesnn.compiler.exploration.document import Exploration, Row


def exploration_card(found: Exploration) -> Card:
    """Of an exploration; a row's number is its place in `rows`."""
    from litesnn.compiler.exploration.document import written

    best = frozenset(found.front)
    order = [*found.front, *(number for number in range(len(found.rows)) if number not in best)]
    settings = found.settings[:2]
    rows = (
        (
            number,
            found.rows[number].profile,
            *(written(found.rows[number].settings[setting.figure]) for setting in settings),
            *_figures(found.rows[number]),
            _said(found, number),
        )
        for number in order
    )
    columns = ("row", "profile", *(setting.leaf for setting in settings), "cores", "memory", "latency", "")
    return Card(
        kind="Exploration",
        title=f"of {found.name}",
        detail="" if found.trained else "Not trained: memory and cores are those of random weights.",
        figures=(
            Figure("rows", count(len(found.rows)), f"of {count(found.rows_in_all)}"),
            Figure("fit", count(found.fitting)),
            Figure("best", count(len(found.front)), "no other beats them in cores, memory and latency"),
        ),
        tables=(Rows.of("rows, the best first", columns, rows, len(found.rows)),),
    )


def _figures(row: Row) -> tuple[str, str, str]:
    figures = row.figures
    if figures is None:
        return MISSING, MISSING, MISSING
    return count(figures.cores), size(figures.memory_bits), count(figures.latency)


def _said(found: Exploration, number: int) -> str:
    refused = found.rows[number].refused
    if refused is not None:
        return f"{refused.code}: {refused.message}"
    return "best" if number in found.front else ""
