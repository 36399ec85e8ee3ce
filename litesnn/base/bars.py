"""What is shown while a job works: a bar for each engine, or the step at hand; in a terminal, or in a notebook's cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TypeVar

from rich.console import Console
from rich.progress import TaskID

from litesnn.base.notebook import Cell, in_notebook
from litesnn.base.progress import progress_bars
from litesnn.base.terminal import Terminal, say, styled
from litesnn.base.verbosity import VERBOSITY

EngineTold = Callable[[str, int, int], None]
CountTold = Callable[[int, int], None]
StepTold = Callable[[str], None]
Told = TypeVar("Told", bound=Callable[..., None])
_SHOWN: ContextVar[bool] = ContextVar("shown", default=False)
"""Whether the bars of a job are on the screen: those of a job within it stay away."""


class EngineProgress:
    """One bar per engine on standard error, with rate and remaining time, or in the cell of a notebook; silent elsewhere, and with `-q`."""

    def __init__(self, console: Console | None = None) -> None:
        self.bar = progress_bars("{task.description:>14}", console=console, transient=True)
        self.tasks: dict[str, TaskID] = {}

    def __enter__(self) -> EngineProgress:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def __call__(self, engine: str, done: int, total: int) -> None:
        """Show that an engine has done `done` of `total` (samples, or steps for Lava)."""
        if engine not in self.tasks:
            self.tasks[engine] = self.bar.add_task(engine)
            say(f"{engine}: begun, {total:,} to do")
        if done == total:
            say(f"{engine}: all {total:,} done")
        self.bar.update(self.tasks[engine], completed=done, total=total)


class StepProgress:
    """What is being done, one step at a time, on standard error, or in the cell of a notebook; silent elsewhere, and with `-q`."""

    def __init__(self, title: str) -> None:
        self.title = title
        console = Terminal(stderr=True)
        self.cell = Cell() if in_notebook() and not VERBOSITY.quiet else None
        shown = console.is_terminal and not VERBOSITY.quiet and self.cell is None
        self.status = console.status(styled(f"{title} ...")) if shown else None

    def __enter__(self) -> StepProgress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.status is not None:
            self.status.stop()
        if self.cell is not None:
            self.cell.clear()

    def __call__(self, step: str) -> None:
        """Show the step."""
        say(f"{self.title}: {step}")
        if self.status is not None:
            self.status.start()
            self.status.update(styled(f"{self.title}: {step}"))
        if self.cell is not None:
            self.cell.show(f"{self.title}: {step}")


@contextmanager
def engine_progress(progress: EngineTold | bool | None) -> Iterator[EngineTold | None]:
    """What a job tells how far it is: a caller's own function, or with True bars of ours; None where nothing is shown."""
    with _told(progress, EngineProgress) as told:
        yield told


@contextmanager
def counted_progress(progress: CountTold | bool | None, engine: str) -> Iterator[CountTold | None]:
    """The same of a job with one engine, which tells (done, total)."""
    if progress is not True:
        yield progress or None
        return
    with engine_progress(True) as told:
        yield None if told is None else partial(told, engine)


@contextmanager
def step_progress(progress: StepTold | bool | None, title: str) -> Iterator[StepTold | None]:
    """The same of a job that goes step by step."""
    with _told(progress, lambda: StepProgress(title)) as told:
        yield told


@contextmanager
def _told(progress: Told | bool | None, bars: Callable[[], AbstractContextManager[Told]]) -> Iterator[Told | None]:
    """A caller's own function, or with True ours, unless a job around this one shows some."""
    if progress is not True or _SHOWN.get():
        yield None if progress is True else progress or None
        return
    token = _SHOWN.set(True)
    try:
        with bars() as shown:
            yield shown
    finally:
        _SHOWN.reset(token)
