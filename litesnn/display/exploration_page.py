"""The page of an exploration: what is best, each measure over each setting, and all rows; one file that opens offline and runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from litesnn.compiler.exploration.document import Exploration, Figures, Row, written
from litesnn.compiler.report.html import page_style
from litesnn.compiler.report.numbers import count, size, words
from litesnn.display.exploration import NUMBERS, bound_by, number_of, refused_by, remarks
from litesnn.display.points import Mark, Plot, Scale, columns_plot, scatter_plot
from litesnn.display.search_page import search_template

MEASURES: dict[str, tuple[str, Scale]] = {
    "cores": ("cores", Scale(count)),
    "memory_bits": ("synaptic memory as encoded", Scale(size)),
    "latency": ("latency, steps", Scale(count)),
    "packet_hops": ("packets × hops", Scale(count)),
}
COLOURS = 8
Drawn = list[tuple[int, Row, Figures]]
"""Rows that have figures and fit, with their numbers."""


def render_exploration(found: Exploration) -> str:
    """The page."""
    return search_template("exploration.html.j2").render(view=_view(found), found=found, style=page_style())


def _view(found: Exploration) -> dict[str, Any]:
    drawn = [(i, row, row.figures) for i, row in enumerate(found.rows) if row.fits and row.figures is not None]
    colours = {name: i % COLOURS for i, name in enumerate(sorted({figures.binds for _, _, figures in drawn}))}

    def mark(x: float, y: float, number: int, row: Row, figures: Figures) -> Mark:
        text = f"row {number + 1}: {_named(found, row)}; " + ", ".join(
            f"{title} {number_of(figures, name)}" for name, title in NUMBERS
        )
        return Mark(
            x, y, colour=colours[figures.binds], best=number in found.front, text=f"{text}; binds: {bound_by(figures)}"
        )

    trade_off = scatter_plot(
        "synaptic memory (up) over cores (across)",
        [mark(figures.cores, figures.memory_bits, number, row, figures) for number, row, figures in drawn],
        Scale(count),
        Scale(size),
    )
    return {
        "tiles": _tiles(found, drawn),
        "remarks": remarks(found),
        "trade_off": trade_off,
        "axes": [
            {
                "name": name,
                "plots": [
                    _plot(found, drawn, measure, values, value_of, mark) for measure in MEASURES if _has(drawn, measure)
                ],
            }
            for name, values, value_of in _axes(found)
            if drawn
        ],
        "binding": [(words(name) or "nothing", colour) for name, colour in colours.items()],
        "columns": [title for _, title in NUMBERS],
        "rows": [_row(found, number, row) for number, row in enumerate(found.rows)],
    }


def _axes(found: Exploration) -> Iterable[tuple[str, list[str], Callable[[Row], str]]]:
    """What was gone through: its name, its values, and the value of a row."""
    if len(found.profiles) > 1:
        yield "profile", [target.name for target in found.profiles], lambda row: row.profile
    for setting in found.settings:
        name = setting.figure
        if len(setting.values) > 1:
            yield name, [written(value) for value in setting.values], lambda row, name=name: written(row.settings[name])  # type: ignore[misc]


def _has(drawn: Drawn, measure: str) -> bool:
    return any(getattr(figures, measure) is not None for _, _, figures in drawn)


def _plot(
    found: Exploration,
    drawn: Drawn,
    measure: str,
    values: list[str],
    value_of: Callable[[Row], str],
    mark: Callable[..., Mark],
) -> Plot:
    title, scale = MEASURES[measure]
    column = {value: number for number, value in enumerate(values)}
    refused = [sum(not row.fits and value_of(row) == value for row in found.rows) for value in values]
    marks = [
        mark(column[value_of(row)], getattr(figures, measure) or 0, number, row, figures)
        for number, row, figures in drawn
    ]
    return columns_plot(title, values, marks, refused, scale)


def _tiles(found: Exploration, drawn: Drawn) -> list[tuple[str, str, str]]:
    tiles = [
        (
            "rows",
            count(len(found.rows)),
            f"{count(found.fitting)} fit, {count(len(found.rows) - found.fitting)} refused",
        ),
        ("best", count(len(found.front)), "no other beats them in cores, memory and latency"),
    ]
    for measure, title in (("cores", "fewest cores"), ("memory_bits", "least memory"), ("latency", "lowest latency")):
        if drawn:
            number, row, figures = min(drawn, key=lambda item: getattr(item[2], measure))
            tiles.append((title, number_of(figures, measure), f"row {number + 1}: {_named(found, row)}"))
    return tiles


def _named(found: Exploration, row: Row) -> str:
    settings = [f"{setting.leaf} {written(row.settings[setting.figure])}" for setting in found.settings]
    return ", ".join([*([row.profile] if len(found.profiles) > 1 or not settings else []), *settings])


def _row(found: Exploration, number: int, row: Row) -> dict[str, Any]:
    return {
        "number": number + 1,
        "profile": row.profile,
        "settings": [written(row.settings[setting.figure]) for setting in found.settings],
        "figures": [number_of(row.figures, name) for name, _ in NUMBERS],
        "binds": bound_by(row.figures),
        "refused": "" if row.refused is None else refused_by(row.refused),
        "place": "" if row.refused is None else row.refused.place,
        "message": "" if row.refused is None else row.refused.message,
        "best": number in found.front,
    }
