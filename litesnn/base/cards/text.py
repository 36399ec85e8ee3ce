"""A card as one line, and as a few lines of plain text."""

from __future__ import annotations

from collections.abc import Iterator

from litesnn.base.cards.card import Card, Rows
from litesnn.base.text import brief

LONGEST_LINE = 300
LONGEST_CELL, LONGEST_LAST = 48, 160
"""Of a table, and of its last column, which may say something."""
LONGEST_TEXT = 240
FIGURES_IN_LINE = 4


def line(card: Card) -> str:
    """`<Kind title: answer; value label, ...>`, at most `LONGEST_LINE` characters."""
    figures = ", ".join(f"{figure.label} {figure.value}" for figure in card.figures[:FIGURES_IN_LINE])
    said = "; ".join(filter(None, (card.answer, figures)))
    return f"<{brief(f'{card.kind} {card.title}: {said}' if said else f'{card.kind} {card.title}', LONGEST_LINE - 2)}>"


def text(card: Card) -> str:
    """All of a card; columns are aligned, and nothing is coloured."""
    return "\n".join(_lines(card))


def _lines(card: Card) -> Iterator[str]:
    yield brief(f"{card.kind} {card.title}", LONGEST_TEXT)
    if card.answer:
        yield brief(card.answer, LONGEST_TEXT)
    if card.detail:
        yield brief(card.detail, LONGEST_TEXT)
    if card.figures:
        yield ""
        cells: list[tuple[str, ...]] = [
            (brief(f.label), brief(f.value), brief(f.note, LONGEST_TEXT)) for f in card.figures
        ]
        yield from _aligned(cells)
    for table in card.tables:
        yield ""
        yield from _table(table)


def _table(table: Rows) -> Iterator[str]:
    if table.title:
        yield brief(table.title, LONGEST_TEXT)
    yield from _aligned([*map(cut, (table.columns, *table.rows))])
    if table.left_out:
        yield f"... {table.left_out}"


def cut(row: tuple[str, ...]) -> tuple[str, ...]:
    """The cells of a row in the length that they may have."""
    return (*(brief(cell, LONGEST_CELL) for cell in row[:-1]), brief(row[-1], LONGEST_LAST))


def _aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
