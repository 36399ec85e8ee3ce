"""The options that every command has: `-q`, `-v`, `--version`, and the names of the help."""

from __future__ import annotations

from typing import Any

import typer
from typer.main import get_command

from litesnn.base.verbosity import VERBOSITY
from litesnn.base.version import __version__

HELP_NAMES = {"help_option_names": ["-h", "--help"]}


def standing_options(version_shown: bool) -> list[Any]:
    """New options for one command; `--version` is taken everywhere, and named in the help where `version_shown`."""
    return [
        _flag(["-q", "--quiet"], _quiet, "Print errors alone; files and --json as ever."),
        _flag(["-v", "--verbose"], _verbose, "Say each step on standard error, and where an error was raised."),
        version_option(hidden=not version_shown),
    ]


def version_option(hidden: bool = False) -> Any:
    """`--version`, which ends the command."""
    return _flag(["--version"], _version, "Print the version and stop.", is_eager=True, hidden=hidden)


def _flag(names: list[str], callback: Any, text: str, **more: Any) -> Any:
    """As typer makes it of a function's parameter: what its own classes take differs from version to version."""
    app = typer.Typer(add_completion=False)

    def command(
        flag: bool = typer.Option(False, *names, callback=callback, help=text, expose_value=False, **more),
    ) -> None:
        """Only for its parameter."""

    app.command()(command)
    made = get_command(app).params[0]
    made.name = names[-1].lstrip("-")
    return made


def _quiet(context: typer.Context, value: bool) -> None:
    VERBOSITY.quiet = value


def _verbose(context: typer.Context, value: bool) -> None:
    VERBOSITY.verbose = value


def _version(context: typer.Context, value: bool) -> None:
    if value and not context.resilient_parsing:
        print(f"litesnn {__version__}")
        raise typer.Exit
