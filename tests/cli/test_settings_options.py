"""Options made from settings classes: what was given reaches the settings, what was not given stays a preset's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from typer.testing import CliRunner

from litesnn.base.settings.setting import Setting
from litesnn.commands.settings_options import NONE_GIVEN, Options, settings_options


@dataclass(frozen=True)
class Pace:
    """A few settings."""

    steps: Annotated[int, Setting("How many steps.", low=1, option=True)] = 4
    slow: Annotated[bool, Setting("Slowly.", option=True)] = False
    even: Annotated[bool, Setting("Evenly.", option=True, flag="--uneven", off="Unevenly.")] = True
    hidden: Annotated[int, Setting("No option.")] = 1


def run(defaults: Pace | None, *arguments: str) -> tuple[dict[str, Any], str]:
    """What a command was given, and its help."""
    found: dict[str, Any] = {}
    app = typer.Typer()

    @app.command()
    @settings_options(given=Options(Pace, defaults))
    def command(name: Annotated[str, typer.Option(help="A name.")] = "", given: Mapping[str, Any] = NONE_GIVEN) -> None:
        found.update(given, name=name)

    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return found, CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120"}).output


def test_only_what_was_given_arrives_even_where_it_is_the_default() -> None:
    assert run(Pace())[0] == {"name": ""}
    assert run(Pace(), "--steps", "4", "--name", "x")[0] == {"steps": 4, "name": "x"}
    assert run(Pace(), "--slow", "--uneven")[0] == {"slow": True, "even": False, "name": ""}


def test_help_shows_defaults_where_they_do_not_depend_on_a_preset() -> None:
    assert "default: 4" in run(Pace())[1]
    assert "default: 4" not in run(None)[1]
    assert "Unevenly." in run(None)[1]
    assert "--hidden" not in run(None)[1]
