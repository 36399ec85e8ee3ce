"""Small line charts as SVG paths: values per epoch or step, scaled into a box, with an axis."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from litesnn.compiler.report.numbers import count, px, si

WIDTH, HEIGHT = 360, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 14, 8, 20
_LONG = 100_000


@dataclass(frozen=True)
class Line:
    """One curve: its name, the points of an SVG polyline, which of the eight colours it has, and whether it is dashed."""

    name: str
    points: str
    colour: int
    dashed: bool = False

    @property
    def lone(self) -> tuple[str, str] | None:
        """The only point of a curve that has no other, which a line would not show."""
        x, _, y = self.points.partition(",")
        return (x, y) if self.points and " " not in self.points else None


@dataclass(frozen=True)
class Chart:
    """Curves with ticks, (position, text) along each axis; `marks` are positions across, drawn at the top."""

    title: str
    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[str, str], ...]
    y_ticks: tuple[tuple[str, str], ...]
    marks: tuple[str, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT


def line_chart(
    title: str,
    curves: Mapping[str, Sequence[float]],
    low: float | None = None,
    high: float | None = None,
    *,
    first: int = 1,
    dashed: Collection[str] = (),
    marks: Sequence[int] = (),
) -> Chart:
    """Curves over epochs 1, 2, ... or whatever begins at `first`; the value axis spans the values unless `low` or `high` say otherwise."""
    length = max(len(values) for values in curves.values())
    series = {name: list(zip(range(first, length + first), values, strict=False)) for name, values in curves.items()}
    across = (first, first + max(length - 1, 1))
    chart = _chart(title, series, across, _span([v for c in curves.values() for v in c], low, high))
    return replace(
        chart,
        lines=tuple(replace(line, dashed=line.name in dashed) for line in chart.lines),
        marks=tuple(_across(mark, across) for mark in marks),
    )


def series_chart(title: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> Chart:
    """Curves through (x, y), each with its own x; one without points keeps its colour and draws nothing."""
    xs, ys = ([point[axis] for points in series.values() for point in points] for axis in (0, 1))
    return _chart(title, series, _span(xs, None, None), _span(ys, None, None))


def path_chart(title: str, name: str, points: Sequence[tuple[float, float]]) -> Chart:
    """One path through (x, y)."""
    xs, ys = zip(*points, strict=True)
    return _chart(title, {name: list(points)}, _span(xs, None, None), _span(ys, None, None))


def _chart(
    title: str,
    series: Mapping[str, Sequence[tuple[float, float]]],
    x_span: tuple[float, float],
    y_span: tuple[float, float],
) -> Chart:
    def across(value: float) -> str:
        return _across(value, x_span)

    def down(value: float) -> str:
        return px(HEIGHT - _BOTTOM - (value - y_span[0]) / (y_span[1] - y_span[0]) * (HEIGHT - _TOP - _BOTTOM))

    lines = tuple(
        Line(name, " ".join(f"{across(x)},{down(y)}" for x, y in points if isfinite(y)), i % 8)
        for i, (name, points) in enumerate(series.items())
    )
    return Chart(
        title,
        lines,
        tuple((across(value), _tick(value)) for value in x_span),
        tuple((down(value), _tick(value)) for value in (y_span[0], sum(y_span) / 2, y_span[1])),
    )


def _tick(value: float) -> str:
    """A number in the room that an axis has: in thousands or millions where it is long."""
    return count(value) if abs(value) < _LONG else si(value, "").strip().replace("-", "−")


def _across(value: float, span: tuple[float, float]) -> str:
    return px(_LEFT + (value - span[0]) / (span[1] - span[0]) * (WIDTH - _LEFT - _RIGHT))


def _span(values: Sequence[float], low: float | None, high: float | None) -> tuple[float, float]:
    finite = [value for value in values if isfinite(value)] or [0.0]
    bottom = min(finite) if low is None else low
    top = max(finite) if high is None else high
    return (bottom, top) if top > bottom else (bottom, bottom + max(abs(bottom), 1.0) * 0.1)
