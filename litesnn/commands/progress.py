"""What a command shows while it works: a bar for each engine, or the step at hand."""

from __future__ import annotations

from rich.console import Console
from rich.progress import Progress, TaskID

from litesnn.base.progress import bar_columns
from litesnn.base.terminal import Terminal, styled
from litesnn.base.verbosity import VERBOSITY
from litesnn.commands.consoles import say


class EngineProgress:
    """One bar per engine on standard error, with rate and remaining time; silent when that is not a terminal, or with `-q`."""

    def __init__(self, console: Console | None = None) -> None:
        console = console or Terminal(stderr=True)
        self.bar = Progress(
            *bar_columns("{task.description:>14}"),
            console=console,
            transient=True,
            disable=VERBOSITY.quiet or not console.is_terminal,
        )
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
    """What is being done, one step at a time, on standard error; silent when that is not a terminal, or with `-q`."""

    def __init__(self, title: str) -> None:
        self.title = title
        console = Terminal(stderr=True)
        self.status = console.status(styled(f"{title} ...")) if console.is_terminal and not VERBOSITY.quiet else None

    def __enter__(self) -> StepProgress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.status is not None:
            self.status.stop()

    def __call__(self, step: str) -> None:
        """Show the step."""
        say(f"{self.title}: {step}")
        if self.status is not None:
            self.status.start()
            self.status.update(styled(f"{self.title}: {step}"))
