"""The options that every command has: `-q`, `-v`, `--version`, and the names of the help."""

from __future__ import annotations

from typing import Annotated, Any

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
        _plugins(),
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


NAMED_PLUGINS: list[str] = []
"""Modules that the command's `--plugin` named, for the next command that is shown."""


def _use(context: typer.Context, value: list[str] | None) -> None:
    if context.resilient_parsing:
        return
    NAMED_PLUGINS[:] = value or ()
    if not value:
        return
    from litesnn.commands.exits import errors_to_exit

    with errors_to_exit():
        from litesnn.jobs.plugins import use_plugin

        for module in value:
            use_plugin(module)


PluginOption = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin",
        metavar="MODULE",
        callback=_use,
        is_eager=True,
        expose_value=False,
        help="Module with operations, spaces or neurons of your own (`litesnn docs own-space`); repeat it for more.",
    ),
]


def _plugins() -> Any:
    app = typer.Typer(add_completion=False)

    def command(plugin: PluginOption = None) -> None:
        """Only for its parameter."""

    app.command()(command)
    return get_command(app).params[0]


def _quiet(context: typer.Context, value: bool) -> None:
    VERBOSITY.quiet = value


def _verbose(context: typer.Context, value: bool) -> None:
    VERBOSITY.verbose = value


def _version(context: typer.Context, value: bool) -> None:
    if value and not context.resilient_parsing:
        print(f"litesnn {__version__}")
        raise typer.Exit
