"""Small line charts as SVG paths: values per epoch, scaled into a box, with an axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from litesnn.compiler.report.numbers import count, px

WIDTH, HEIGHT = 360, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 8, 20


@dataclass(frozen=True)
class Line:
    """One curve: its name, the points of an SVG polyline, and which of the eight colours it has."""

    name: str
    points: str
    colour: int

    @property
    def lone(self) -> tuple[str, str] | None:
        """The only point of a curve that has no other, which a line would not show."""
        x, _, y = self.points.partition(",")
        return (x, y) if self.points and " " not in self.points else None


@dataclass(frozen=True)
class Chart:
    """Curves with ticks: (position, text) along each axis."""

    title: str
    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[str, str], ...]
    y_ticks: tuple[tuple[str, str], ...]
    width: int = WIDTH
    height: int = HEIGHT


def line_chart(
    title: str, curves: Mapping[str, Sequence[float]], low: float | None = None, high: float | None = None
) -> Chart:
    """Curves over epochs 1, 2, ...; the value axis spans the values unless `low` or `high` say otherwise."""
    length = max(len(values) for values in curves.values())
    series = {name: list(zip(range(1, length + 1), values, strict=False)) for name, values in curves.items()}
    return _chart(title, series, (1, max(length, 2)), _span([v for c in curves.values() for v in c], low, high))


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
        return px(_LEFT + (value - x_span[0]) / (x_span[1] - x_span[0]) * (WIDTH - _LEFT - _RIGHT))

    def down(value: float) -> str:
        return px(HEIGHT - _BOTTOM - (value - y_span[0]) / (y_span[1] - y_span[0]) * (HEIGHT - _TOP - _BOTTOM))

    lines = tuple(
        Line(name, " ".join(f"{across(x)},{down(y)}" for x, y in points if isfinite(y)), i % 8)
        for i, (name, points) in enumerate(series.items())
    )
    return Chart(
        title,
        lines,
        tuple((across(value), count(value)) for value in x_span),
        tuple((down(value), count(value)) for value in (y_span[0], sum(y_span) / 2, y_span[1])),
    )


def _span(values: Sequence[float], low: float | None, high: float | None) -> tuple[float, float]:
    finite = [value for value in values if isfinite(value)] or [0.0]
    bottom = min(finite) if low is None else low
    top = max(finite) if high is None else high
    return (bottom, top) if top > bottom else (bottom, bottom + max(abs(bottom), 1.0) * 0.1)
