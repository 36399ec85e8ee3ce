"""The options that every command has: `-q`, `-v`, `--version`, and the names of the help."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperOption

from litesnn.base.verbosity import VERBOSITY
from litesnn.base.version import __version__

HELP_NAMES = {"help_option_names": ["-h", "--help"]}


def standing_options(version_shown: bool) -> list[TyperOption]:
    """New options for one command; `--version` is taken everywhere, and named in the help where `version_shown`."""
    return [
        _flag(["-q", "--quiet"], _quiet, "Print errors alone; files and --json as ever."),
        _flag(["-v", "--verbose"], _verbose, "Say each step on standard error, and where an error was raised."),
        version_option(hidden=not version_shown),
    ]


def version_option(hidden: bool = False) -> TyperOption:
    """`--version`, which ends the command."""
    return _flag(["--version"], _version, "Print the version and stop.", is_eager=True, hidden=hidden)


def _flag(names: list[str], callback: Any, text: str, **more: Any) -> TyperOption:
    return TyperOption(
        param_decls=names, is_flag=True, default=False, expose_value=False, callback=callback, help=text, **more
    )


def _quiet(context: typer.Context, parameter: object, value: bool) -> None:
    VERBOSITY.quiet = value


def _verbose(context: typer.Context, parameter: object, value: bool) -> None:
    VERBOSITY.verbose = value


def _version(context: typer.Context, parameter: object, value: bool) -> None:
    if value and not context.resilient_parsing:
        print(f"litesnn {__version__}")
        raise typer.Exit
