"""A card as HTML for a notebook's cell: the report's look, without a script, and nothing of it outside the card.

Colours are mixed from that of the text around it, so that the card is right on any ground, light or dark.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from litesnn.base.cards.card import Card, Figure, Rows
from litesnn.base.cards.text import LONGEST_LAST, LONGEST_TEXT, cut
from litesnn.base.text import brief

MARKS = {"good": "✓", "bad": "✗", "open": "○"}


def html(card: Card) -> str:
    """The card with its style; text is escaped, whoever wrote it."""
    style = (files(__package__) / "card.css").read_text("utf-8")
    return f'<div class="litesnn-card"><style>{style}</style>{"".join(_parts(card))}</div>'


def _parts(card: Card) -> Iterator[str]:
    yield f'<p class="kind">{_shown(card.kind)}</p><p class="title">{_shown(card.title)}</p>'
    if card.answer:
        mark = f'<span class="mark" aria-hidden="true">{MARKS[card.state]}</span>'
        detail = f' <span class="detail">{_shown(card.detail, LONGEST_TEXT)}</span>' if card.detail else ""
        yield f'<p class="answer {card.state}">{mark} <strong>{_shown(card.answer, LONGEST_TEXT)}</strong>{detail}</p>'
    elif card.detail:
        yield f'<p class="answer"><span class="detail">{_shown(card.detail, LONGEST_TEXT)}</span></p>'
    if card.figures:
        yield f'<dl class="tiles">{"".join(map(_tile, card.figures))}</dl>'
    yield from map(_table, card.tables)


def _tile(figure: Figure) -> str:
    note = f"<span>{_shown(figure.note, LONGEST_TEXT)}</span>" if figure.note else ""
    return f'<div class="tile {figure.state}"><dt>{_shown(figure.label)}</dt><dd><b>{_shown(figure.value)}</b>{note}</dd></div>'


def _table(table: Rows) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in cut(table.columns))
    rows = "".join(map(_row, table.rows))
    more = f'<p class="more">{table.left_out}</p>' if table.left_out else ""
    caption = f"<caption>{_shown(table.title, LONGEST_TEXT)}</caption>" if table.title else ""
    body = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{_shown(table.title)}">{body}</div>{more}'


def _row(row: tuple[str, ...]) -> str:
    *first, last = cut(row)
    said = ' class="text"' if len(last) > LONGEST_LAST // 4 else ""
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in first)}<td{said}>{escape(last)}</td></tr>"


def _shown(text: str, most: int = 80) -> str:
    return escape(brief(text, most))
