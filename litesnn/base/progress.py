"""What every progress bar shows: what is done, how fast, and what remains."""

from __future__ import annotations

import time
from html import escape
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from litesnn.base.notebook import Cell, in_notebook
from litesnn.base.terminal import Terminal
from litesnn.base.text import brief
from litesnn.base.verbosity import VERBOSITY

BETWEEN = 0.2  # seconds between two pictures in a cell


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


def progress_bars(
    description: str,
    *,
    shown: bool = True,
    transient: bool = False,
    console: Console | None = None,
    expected: bool = False,
) -> Progress:
    """Bars where somebody looks: on a terminal's standard error, or in the cell of a notebook; none elsewhere, and with `-q`.

    Parameters
    ----------
    description : a format of `{task}`, see `TextColumn`
    shown : False shows nothing
    transient : the bars go when all is done
    console : instead of standard error
    expected : the time that remains is what a task's field of this name says
    """
    if shown and console is None and not VERBOSITY.quiet and in_notebook():
        return CellProgress(transient)
    console = console or Terminal(stderr=True)
    return Progress(
        *bar_columns(description, expected),
        console=console,
        transient=transient,
        disable=VERBOSITY.quiet or not (shown and console.is_terminal),
    )


class CellProgress(Progress):
    """Bars in the cell of a notebook: HTML that is replaced in place, a few times a second at most."""

    def __init__(self, transient: bool = False) -> None:
        super().__init__(console=Terminal(stderr=True), disable=True, auto_refresh=False)
        self._cell, self._last, self._transient = Cell(), 0.0, transient

    def add_task(self, description: str, *arguments: Any, **fields: Any) -> TaskID:
        """See `Progress`."""
        made = super().add_task(description, *arguments, **fields)
        self._show(now=True)
        return made

    def update(self, task_id: TaskID, **fields: Any) -> None:
        """See `Progress`."""
        super().update(task_id, **fields)
        self._show(now=self.finished)

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        """See `Progress`."""
        super().advance(task_id, advance)
        self._show(now=self.finished)

    def stop(self) -> None:
        """See `Progress`."""
        if self._transient:
            self._cell.clear()
        elif self.tasks:
            self._show(now=True)

    def _show(self, now: bool) -> None:
        if not now and time.monotonic() - self._last < BETWEEN:
            return
        self._last = time.monotonic()
        self._cell.show("\n".join(map(_words, self.tasks)), f"<div>{''.join(map(_bar, self.tasks))}</div>")


def _words(task: Task) -> str:
    """`exact: 40 of 64, 120/s, 2 s left`."""
    total = "" if task.total is None else f" of {task.total:,.0f}"
    speed, left = task.finished_speed or task.speed, task.time_remaining
    rate = "" if not speed else f", {_rate(speed)}"
    remaining = f", {left:,.0f} s left" if left and not task.finished else ""
    return f"{brief(task.description)}: {task.completed:,.0f}{total}{rate}{remaining}"


def _bar(task: Task) -> str:
    value = "" if task.total is None else f' value="{task.completed:g}" max="{task.total:g}"'
    return f'<div><progress{value} style="width: 16rem; vertical-align: middle"></progress> <small>{escape(_words(task))}</small></div>'
