"""What every progress bar shows: what is done, how fast, and what remains."""

from __future__ import annotations

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class RateColumn(ProgressColumn):
    """What is done per second, over the last seconds."""

    def render(self, task: Task) -> Text:
        """See `ProgressColumn.render`."""
        speed = task.finished_speed or task.speed
        return Text("" if not speed else _rate(speed), style="dim")


def _rate(per_second: float) -> str:
    if per_second < 1:
        return f"{1 / per_second:,.1f} s each"
    return f"{per_second:,.1f}/s" if per_second < 100 else f"{per_second:,.0f}/s"


class ExpectedColumn(ProgressColumn):
    """The time that is expected, as the task's field `expected` says it."""

    def render(self, task: Task) -> Text:
        """See `ProgressColumn.render`."""
        return Text(str(task.fields.get("expected", "")), style="cyan")


def bar_columns(description: str, expected: bool = False) -> tuple[ProgressColumn, ...]:
    """Description, bar, done of all, rate, elapsed and remaining time; the last as the task's own field where it is `expected`."""
    return (
        TextColumn(description, markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeElapsedColumn(),
        ExpectedColumn() if expected else TimeRemainingColumn(),
    )
