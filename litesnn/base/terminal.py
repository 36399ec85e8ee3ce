"""The one place through which everything that LiteSNN prints reaches a terminal; text is data there, never markup or control.

Results, tables, errors and progress go through a `Terminal`; what Python and typer print by themselves (warnings, log records,
tracebacks, errors of usage) is seen to in `litesnn.commands.guard`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

from rich.console import Console
from rich.segment import Segment
from rich.text import Text

from litesnn.base.text import visible
from litesnn.base.verbosity import VERBOSITY

if TYPE_CHECKING:
    from rich.console import ConsoleOptions, RenderableType


class Terminal(Console):
    """A console without markup, emoji codes and highlighting, on which control characters of what is printed are shown as escapes.

    Style is given beside the text: `print(text, style=...)`, `styled(text, style)`, `assembled(text, (text, style), ...)`.
    """

    def __init__(
        self,
        *,
        stderr: bool = False,
        width: int | None = None,
        soft_wrap: bool = False,
        file: IO[str] | None = None,
        record: bool = False,
        force_terminal: bool | None = None,
    ) -> None:
        super().__init__(
            stderr=stderr,
            width=width,
            soft_wrap=soft_wrap,
            file=file,
            record=record,
            force_terminal=force_terminal,
            markup=False,
            emoji=False,
            highlight=False,
        )

    def render_str(self, text: str, **options: Any) -> Text:
        """See `Console.render_str`; markup and emoji codes stay as they are written."""
        return super().render_str(visible(text), **{**options, "markup": False, "emoji": False})

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """See `Console.render`; the last stage before the terminal, whatever the text came through."""
        if isinstance(renderable, Text) and visible(renderable.plain) != renderable.plain:
            renderable = Text(
                visible(renderable.plain), renderable.style, justify=renderable.justify, end=renderable.end
            )
        for segment in super().render(renderable, options):
            unchanged = segment.control or visible(segment.text) == segment.text
            yield segment if unchanged else segment._replace(text=visible(segment.text))


def stderr_console() -> Terminal:
    """What is said beside the results goes here."""
    console = Terminal(stderr=True)
    console = console if console.is_terminal else Terminal(stderr=True, width=140)
    console.quiet = VERBOSITY.quiet
    return console


def say(step: str) -> None:
    """Say a step of a verbose command on standard error, with the seconds since its start."""
    if VERBOSITY.verbose:
        stderr_console().print(f"[{VERBOSITY.seconds:8.2f} s] {step}", style="dim")


def styled(text: str, style: str = "") -> Text:
    """Text with a style, control characters as escapes (rich's own `Text` would drop some of them)."""
    return Text(visible(text), style)


def assembled(*parts: str | tuple[str, str]) -> Text:
    """One text of parts, some with a style."""
    return Text.assemble(*(styled(part) if isinstance(part, str) else styled(*part) for part in parts))
