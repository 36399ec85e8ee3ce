"""The commands by name; each is imported when it is called, or when all of them are listed with what they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any, cast

import typer
from typer.main import get_command

from litesnn.commands.guard import ShownCommand, ShownGroup

HOMES: Mapping[str, str] = {
    "compile": "compile.compile_command",
    "data": "data.data_command",
    "new": "new.new_command",
    "train": "train.train_command",
    "prune": "prune.prune_command",
    "quantize": "quantize.quantize_command",
    "estimate": "estimate.estimate_command",
    "explore": "explore.explore_command",
    "check": "check.check_command",
    "run": "run.run_command",
    "verify": "verify.verify_command",
    "prove": "prove.prove_command",
    "explain": "explain.explain_command",
    "show": "show.show_command",
    "conformance": "conformance.conformance_command",
    "import": "import_.import_command",
    "export": "export.export_command",
    "diff": "diff.diff_command",
    "info": "info.info_command",
    "report": "report.report_command",
    "compare": "compare.compare_command",
    "profiles": "profiles.profiles_command",
    "rules": "rules.rules_command",
    "docs": "docs.docs_command",
    "example": "example.example_command",
    "search": "search.search_app",
}
"""In the order that they are listed; a function is a command, an app a group of them."""
WITHOUT_ARGUMENTS = ("docs", "example", "profiles", "rules")
"""The others, called with nothing, show their help."""


class AllCommands(ShownGroup):
    """The group of all commands."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.commands = cast("MutableMapping[str, Any]", _Commands())


class _Commands(Mapping[str, Any]):
    """Name -> command as typer runs it, made once."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _command(name, HOMES[name])
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in HOMES

    def __iter__(self) -> Iterator[str]:
        return iter(HOMES)

    def __len__(self) -> int:
        return len(HOMES)


def _command(name: str, home: str) -> Any:
    module, _, attribute = home.partition(".")
    found = getattr(import_module(f"litesnn.commands.{module}"), attribute)
    if isinstance(found, typer.Typer):
        return get_command(found)
    app = typer.Typer(add_completion=False)
    app.command(name, cls=ShownCommand, no_args_is_help=name not in WITHOUT_ARGUMENTS)(found)
    return get_command(app)
