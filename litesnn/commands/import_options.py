"""The options of `litesnn import`, from the settings classes of what can be imported; one of another kind is refused, not ignored.

A flag that several kinds have is one option of the command, and each kind reads it in its own way.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from litesnn.base.errors import ImportFileError
from litesnn.base.settings.setting import NamedSetting, settings_of
from litesnn.commands.arrays_options import ArraysOptions
from litesnn.commands.options import was_given
from litesnn.commands.settings_options import option
from litesnn.compiler.origin.formats import Format, formats

PROGRAM = frozenset(
    [
        "profile",
        "given_figures",
        "sign",
        "samples",
        "no_lava",
        "models",
        "lava_timeout",
        "input_path",
        "labels_path",
        "resume",
        "list_passes",
        "print_after",
        "stop_after",
    ]
)
"""Parameters of the command that belong to every kind that becomes a program."""


@dataclass(frozen=True)
class Importable:
    """A kind of file that can be imported; `format` is None for what becomes a genotype."""

    title: str
    panel: str
    suffixes: tuple[str, ...]
    options: type
    format: Format | None = None

    @property
    def own(self) -> dict[str, NamedSetting]:
        """Its options by the name of their parameter."""
        return {named.parameter: named for named in settings_of(self.options)}


def importables() -> Iterator[Importable]:
    """Published arrays, and every format of the table."""
    suffixes = (".txt", ".py", ".md", ".json", ".npy", ".npz")
    yield Importable("published arrays", "Published arrays", suffixes, ArraysOptions)
    for form in formats():
        yield Importable(title=form.title, panel=form.panel, suffixes=form.suffixes, options=form.options, format=form)


def kind_of(file: Path) -> Importable:
    """What a file is: by its suffix, and by its contents where several kinds have that."""
    kinds = list(importables())
    for kind in kinds:
        if kind.format is not None and kind.format.holds(file):
            return kind
    suffix = file.suffix.lower()
    for kind in kinds:
        if suffix in kind.suffixes:
            return kind
    allowed = "; ".join(f"{', '.join(kind.suffixes)} ({kind.title})" for kind in importables())
    raise ImportFileError(f"{file}: found suffix '{file.suffix}'; allowed: {allowed}")


def given_options(context: typer.Context, kind: Importable, options: Mapping[str, Any]) -> dict[str, Any]:
    """Those of all kinds' `options` that were given and are the kind's own, by parameter.

    Raises
    ------
    ImportFileError
        For an option that was given and belongs to other kinds of files only.
    """
    owners: dict[str, list[str]] = {}
    for other in importables():
        for name in (*other.own, *(PROGRAM if other.format is not None else ())):
            owners.setdefault(name, []).append(other.title)
    given = {}
    for parameter in context.command.params:
        name = parameter.name or ""
        if name not in owners or not was_given(context, name):
            continue
        if kind.title not in owners[name]:
            flag = _typed(parameter, context.params.get(name))
            raise ImportFileError(f"{flag}: found with {kind.title}; allowed with {' and '.join(owners[name])}")
        if name in kind.own:
            given[name] = options[name]
    return given


def with_format_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option for every field of every kind's settings class, in the place of its `**options`."""
    signature = inspect.signature(command, eval_str=True)
    fixed = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    command.__signature__ = signature.replace(parameters=[*fixed, *_parameters()])  # type: ignore[attr-defined]
    return command


def _parameters() -> Iterator[inspect.Parameter]:
    found: dict[str, list[tuple[Importable, NamedSetting]]] = {}
    for kind in (*(k for k in importables() if k.format), *(k for k in importables() if not k.format)):
        for name, named in kind.own.items():
            found.setdefault(name, []).append((kind, named))
    for owners in sorted(found.values(), key=lambda owners: len(owners) == 1):  # shared ones first
        kind, named = owners[0]
        yield option(named, named.default, kind.panel) if len(owners) == 1 else option(named, None)


def _typed(parameter: Any, value: Any) -> str:
    """The flag as the user typed it: of `--yes/--no` the one that gives the value."""
    flags = parameter.secondary_opts if value is False and parameter.secondary_opts else parameter.opts
    return str(flags[0])
