"""Accuracy against cores: a point for each run that has both, and the line of those that no other run beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from litesnn.compiler.report.numbers import count, percent
from litesnn.display.points import Mark, Plot, Scale, scatter_plot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litesnn.search.run.found import FoundRun

CORES = "chip_cores"
ACCURACIES = {"accuracy_fixed": "test accuracy, fixed", "accuracy": "supernet accuracy"}
"""What is drawn of a run, the first that it has; each kind is a picture of its own."""
COLOURS = 8


@dataclass(frozen=True)
class _Point:
    name: str
    number: int
    cores: float
    accuracy: float


def pareto_plots(runs: Mapping[str, FoundRun]) -> list[Plot]:
    """A picture for each kind of accuracy that two or more runs have beside cores; colours are those of the runs by their order."""
    plots = []
    for measure, title in ACCURACIES.items():
        points = [
            _Point(name, number, run.result[CORES], run.result[measure])
            for number, (name, run) in enumerate(runs.items())
            if CORES in run.result and measure == _first(run)
        ]
        if len(points) > 1:
            plots.append(_plot(f"{title} (up) over cores (across)", points))
    return plots


def front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Places of (cores, accuracy) that no other beats: none has as few cores and as much accuracy, and one of both better."""
    return [
        place
        for place, (cores, accuracy) in enumerate(points)
        if not any(c <= cores and a >= accuracy and (c, a) != (cores, accuracy) for c, a in points)
    ]


def _first(run: FoundRun) -> str | None:
    return next((name for name in ACCURACIES if name in run.result), None)


def _plot(title: str, points: Sequence[_Point]) -> Plot:
    best = set(front([(point.cores, point.accuracy) for point in points]))
    lowest, highest = (choose(point.accuracy for point in points) for choose in (min, max))
    margin = max((highest - lowest) * 0.15, 0.005)
    marks = [
        Mark(
            point.cores,
            point.accuracy,
            colour=point.number % COLOURS,
            best=place in best,
            text=f"{point.name}: {percent(point.accuracy, 2)} on {count(point.cores)} cores",
        )
        for place, point in enumerate(points)
    ]
    plot = scatter_plot(
        title,
        marks,
        Scale(count),
        Scale(lambda value: percent(value, 1)),
        low=max(0.0, lowest - margin),
        high=highest + margin,
    )
    at = [plot.points[place] for place in sorted(best, key=lambda place: (points[place].cores, points[place].accuracy))]
    return replace(plot, line=" ".join(f"{point.x},{point.y}" for point in at))
