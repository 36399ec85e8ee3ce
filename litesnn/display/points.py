"""Rows as points: one measure over the values of one setting, or one measure over another, as SVG coordinates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from litesnn.base.text import brief
from litesnn.compiler.report.numbers import px

WIDTH, HEIGHT = 360, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 10, 20, 22
_CHARACTER = 5.8  # width of one in a tick, at 10 px
LONGEST_TICK = 14


@dataclass(frozen=True)
class Mark:
    """One row to draw: where it stands on both axes, which colour it has, whether it is on the front, and its title."""

    x: float
    y: float
    colour: int
    best: bool
    text: str


@dataclass(frozen=True)
class Point:
    """A mark with its coordinates."""

    x: str
    y: str
    mark: Mark


@dataclass(frozen=True)
class Plot:
    """Points with ticks, (position, text) along each axis; `line` joins the lowest of each column, `above` are texts at the top."""

    title: str
    points: tuple[Point, ...]
    x_ticks: tuple[tuple[str, str], ...]
    y_ticks: tuple[tuple[str, str], ...]
    line: str = ""
    above: tuple[tuple[str, str, str], ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT


def columns_plot(title: str, names: Sequence[str], marks: Sequence[Mark], refused: Sequence[int], unit: Scale) -> Plot:
    """A column of points for each of `names`, `x` of a mark being its number; `refused` rows per column are counted at the top."""
    top = max((mark.y for mark in marks), default=0) or 1
    step = (WIDTH - _LEFT - _RIGHT) / len(names)
    places = [_LEFT + step * (number + 0.5) for number in range(len(names))]
    lowest = {
        number: min(mark.y for mark in marks if mark.x == number)
        for number in range(len(names))
        if any(mark.x == number for mark in marks)
    }
    labels = [brief(name, LONGEST_TICK) for name in names]
    every = max(1, -(-int(max(map(len, labels)) * _CHARACTER + 4) // max(1, int(step))))
    return Plot(
        title,
        tuple(Point(px(places[int(mark.x)]), _down(mark.y, top), mark) for mark in marks),
        x_ticks=tuple((px(place), label) for place, label in list(zip(places, labels, strict=True))[::every]),
        y_ticks=unit.ticks(top),
        line=" ".join(f"{px(places[number])},{_down(value, top)}" for number, value in lowest.items()),
        above=tuple(
            (px(place), f"{number} ✕", name)
            for place, number, name in zip(places, refused, names, strict=True)
            if number
        ),
    )


def scatter_plot(
    title: str, marks: Sequence[Mark], across: Scale, up: Scale, *, low: float = 0, high: float | None = None
) -> Plot:
    """One measure over another, both from 0, or the one that goes up from `low` to `high`."""
    right, top = (max((getattr(mark, axis) for mark in marks), default=0) or 1 for axis in ("x", "y"))
    top = top if high is None else high
    return Plot(
        title,
        tuple(Point(_across(mark.x, right), _down(mark.y, top, low), mark) for mark in marks),
        tuple((_across(value, right), text) for value, text in across.values(right)),
        up.ticks(top, low),
    )


@dataclass(frozen=True)
class Scale:
    """How the values of an axis are written."""

    write: Callable[[float], str]

    def values(self, top: float, low: float = 0) -> list[tuple[float, str]]:
        """The lowest of an axis, 0 unless said otherwise, its middle and its highest."""
        return [(value, self.write(value)) for value in (low, (low + top) / 2, top)]

    def ticks(self, top: float, low: float = 0) -> tuple[tuple[str, str], ...]:
        """The same, by their place on a vertical axis."""
        return tuple((_down(value, top, low), text) for value, text in self.values(top, low))


def _across(value: float, right: float) -> str:
    return px(_LEFT + 6 + value / right * (WIDTH - _LEFT - _RIGHT - 16))


def _down(value: float, top: float, low: float = 0) -> str:
    return px(HEIGHT - _BOTTOM - (value - low) / (top - low) * (HEIGHT - _TOP - _BOTTOM))
