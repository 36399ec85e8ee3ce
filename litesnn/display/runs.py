"""Runs in the terminal: what came of each, beside the settings that differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from litesnn.compiler.report.numbers import MISSING, count, percent, si
from litesnn.search.run.comparison import Comparison, written
from litesnn.search.run.found import FoundRun
from litesnn.search.run.pace import told

if TYPE_CHECKING:
    from rich.table import Table

MOST_SETTINGS = 6  # columns of the terminal's table
Unit = Literal["share", "B", "count"]


@dataclass(frozen=True)
class Measure:
    """A result that is worth a column: its title, and how it is written."""

    title: str
    unit: Unit = "count"


MEASURES = {
    "accuracy_fixed": Measure("test, fixed", "share"),
    "accuracy_float": Measure("test, float", "share"),
    "validation_accuracy": Measure("validation", "share"),
    "accuracy": Measure("supernet accuracy", "share"),
    "best_score": Measure("best score"),
    "chip_cores": Measure("cores"),
    "synapse_memory": Measure("synapse memory", "B"),
    "latency": Measure("latency, steps"),
    "model_size": Measure("model size", "B"),
    "bit_syn_ops": Measure("Bit-SynOps"),
    "timesteps": Measure("T"),
}
"""In the order in which they are shown; others stand in JSON, CSV and the page's curves."""


def shown_measures(comparison: Comparison) -> list[str]:
    """Those of `MEASURES` that some run has; all that there are where a method has none of them."""
    return [name for name in MEASURES if name in comparison.measures] or list(comparison.measures)


def value_of(name: str, value: float | None) -> str:
    """A result as its measure is written."""
    if value is None:
        return MISSING
    unit = MEASURES.get(name, Measure(name)).unit
    return percent(value, 2) if unit == "share" else si(value, "B") if unit == "B" else count(value)


def title_of(name: str) -> str:
    """Of a column."""
    return MEASURES[name].title if name in MEASURES else name.replace("_", " ")


def time_of(run: FoundRun) -> str:
    """How long a run has worked."""
    return MISSING if run.seconds is None else told(run.seconds, run.seconds)


def state_of(run: FoundRun) -> str:
    """`done`, or how far it is."""
    return "done" if run.state == "done" else f"{run.state}, {run.done} of {run.total}"


def comparison_table(comparison: Comparison) -> Table:
    """A row for each run."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from litesnn.base.text import visible

    settings, measures = comparison.differing[:MOST_SETTINGS], shown_measures(comparison)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("run", "method", "data", "state", *settings):
        table.add_column(title, no_wrap=title == "run")
    for title in (*map(title_of, measures), "time"):
        table.add_column(title, justify="right")
    for name, run in comparison.runs.items():
        told_settings = [written(run.settings.get(setting)) or MISSING for setting in settings]
        results = [value_of(measure, run.result.get(measure)) for measure in measures]
        cells = [name, run.method, run.dataset, state_of(run), *told_settings, *results, time_of(run)]
        table.add_row(*(Text(visible(cell)) for cell in cells))
    return table


def comparison_notes(comparison: Comparison) -> Iterator[str]:
    """Settings that found no column, and the spread over seeds."""
    left = comparison.differing[MOST_SETTINGS:]
    if left:
        yield f"{len(left)} more settings differ: {', '.join(left)} (-o FILE.csv has all)"
    for group in comparison.groups:
        spread = ", ".join(
            spread_of(name, group.measures[name]) for name in shown_measures(comparison) if name in group.measures
        )
        yield f"{len(group.runs)} seeds ({', '.join(group.runs)}), mean ± standard deviation: {spread}"


def spread_of(name: str, found: tuple[float, float]) -> str:
    """A mean and a standard deviation in the measure's unit."""
    middle, spread = (value_of(name, value) for value in found)
    return f"{title_of(name)} {middle} ± {spread}"
