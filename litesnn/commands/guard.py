"""What Python and typer print by themselves: errors of usage, warnings, log records and tracebacks, with their text shown as data."""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

from litesnn.base.text import visible
from litesnn.commands.standing import standing_options, version_option

# typer holds click in itself in newer versions and beside itself in older ones: its error is found through typer's own.
_USAGE_ERROR = cast(
    "type[Exception]", next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "UsageError")
)


class ShownUsage:
    """Mixed into typer's commands: what an error of usage repeats of the arguments is shown, not obeyed."""

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """See `click.Command.make_context`."""
        with _usage_shown():
            return super().make_context(*arguments, **settings)  # type: ignore[misc]

    def invoke(self, *arguments: Any, **settings: Any) -> Any:
        """See `click.Command.invoke`."""
        with _usage_shown():
            return super().invoke(*arguments, **settings)  # type: ignore[misc]


class ShownGroup(ShownUsage, TyperGroup):
    """A group of commands."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.params.append(version_option())


class ShownCommand(ShownUsage, TyperCommand):
    """A command of a group, with the options that every command has."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.params += standing_options(version_shown=False)


class LoneCommand(ShownUsage, TyperCommand):
    """A command that is a program by itself."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.params += standing_options(version_shown=True)


@contextmanager
def _usage_shown() -> Iterator[None]:
    try:
        yield
    except _USAGE_ERROR as error:
        error.message = visible(str(error.message))  # type: ignore[attr-defined]
        raise


class _ShownRecords(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


def guard() -> None:
    """Make what Python prints by itself pass as well: warnings, and log records nobody else handles."""
    plain = warnings.formatwarning
    warnings.formatwarning = lambda *about, **more: visible(plain(*about, **more))
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(_ShownRecords())


def guard_tracebacks() -> None:
    """The same for tracebacks of our bugs, whose messages may repeat what a file holds."""
    sys.excepthook = _show_traceback


def _show_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.stderr.write(visible("".join(traceback.format_exception(kind, error, trace))))
