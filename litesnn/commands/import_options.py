"""The options of `litesnn import`, from the settings classes of what can be imported; one of another kind is refused, not ignored.

A flag that several kinds have is one option of the command, and each kind reads it in its own way.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from litesnn.base.errors import ImportFileError
from litesnn.commands.arrays_options import ArraysOptions
from litesnn.commands.options import was_given
from litesnn.compiler.origin.formats import Format, formats
from litesnn.compiler.origin.options import OptionField, option_fields, text

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
    def own(self) -> dict[str, OptionField]:
        """Its options by the name of their parameter."""
        return {found.parameter: found for found in option_fields(self.options)}


def importables() -> Iterator[Importable]:
    """Published arrays, and every format of the table."""
    suffixes = (".txt", ".py", ".md", ".json", ".npy", ".npz")
    yield Importable("published arrays", "Published arrays", suffixes, ArraysOptions)
    for form in formats():
        yield Importable(form.title, form.panel, form.suffixes, form.options, form)


def kind_of(file: Path) -> Importable:
    """What a file is, by its suffix."""
    suffix = file.suffix.lower()
    for kind in importables():
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
    fields: dict[str, list[tuple[Importable, OptionField]]] = {}
    for kind in (*(k for k in importables() if k.format), *(k for k in importables() if not k.format)):
        for name, found in kind.own.items():
            fields.setdefault(name, []).append((kind, found))
    shared_first = sorted(fields.items(), key=lambda item: len(item[1]) == 1)
    for name, owners in shared_first:
        kind, found = owners[0]
        option, alone = found.option, len(owners) == 1
        default = found.default if alone and option.parse is None else None
        plain = found.type if option.parse is None else str
        info = typer.Option(
            option.flag,
            help=option.help,
            metavar=option.metavar,
            min=option.least,
            max=option.most,
            rich_help_panel=kind.panel if alone else None,
            **_shown_default(found, alone),
        )
        value = plain if default is not None else plain | None
        yield _parameter(name, default, value, info)


def _parameter(name: str, default: Any, value: Any, info: Any) -> inspect.Parameter:
    annotation = Annotated[value, info]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _shown_default(found: OptionField, alone: bool) -> Mapping[str, Any]:
    """A default that help cannot see: that of a value which is parsed from text."""
    if not alone or found.option.parse is None or found.default is None:
        return {}
    return {"show_default": text(found.default)}


def _typed(parameter: Any, value: Any) -> str:
    """The flag as the user typed it: of `--yes/--no` the one that gives the value."""
    flags = parameter.secondary_opts if value is False and parameter.secondary_opts else parameter.opts
    return str(flags[0])
