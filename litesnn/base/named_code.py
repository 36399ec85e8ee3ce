"""Code that a user names: `package.module:name`, and what installed packages offer under an entry point. Nothing else is ever imported."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from litesnn.base.errors import LiteSNNError
from litesnn.base.text import brief

_NAMED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


@dataclass(frozen=True)
class Offered:
    """What an installed package offers: a name, the object, and `package version`."""

    name: str
    found: Any
    package: str


def is_named(text: str) -> bool:
    """Whether a text has the form `package.module:name`."""
    return _NAMED.fullmatch(text) is not None


@contextmanager
def working_directory_importable() -> Iterator[None]:
    """Modules of the working directory are found as well, after all that is installed."""
    here = os.getcwd()
    added = here not in sys.path and "" not in sys.path
    if added:
        sys.path.append(here)
    try:
        yield
    finally:
        if added and here in sys.path:
            sys.path.remove(here)


def named(text: str, option: str, error: type[LiteSNNError]) -> Any:
    """The object that `package.module:name` names; its module is imported.

    Raises
    ------
    LiteSNNError
        Of the given type: where there is no such module or name, or the module fails while it is imported.
    """
    module, _, name = text.partition(":")
    found = imported(module, option, error)
    if not hasattr(found, name):
        there = [other for other in dir(found) if not other.startswith("_")]
        raise error(f"{option}: found no '{name}' in the module {module}; it has: {', '.join(there[:15]) or 'nothing'}")
    return getattr(found, name)


def imported(module: str, option: str, error: type[LiteSNNError]) -> Any:
    """A module by its name, of the working directory too; errors as `named`."""
    with working_directory_importable():
        try:
            return import_module(module)
        except ModuleNotFoundError as problem:
            if problem.name is not None and (module == problem.name or module.startswith(f"{problem.name}.")):
                raise error(
                    f"{option}: found no module {brief(problem.name)}; allowed: one that is installed, or that lies in the folder where "
                    "the command runs"
                ) from problem
            raise error(f"{option}: {module} cannot be imported: it needs {brief(str(problem.name))}") from problem
        except Exception as problem:  # a user's module may raise anything
            said = f"{type(problem).__name__}: {brief(str(problem), 200)}"
            raise error(f"{option}: {module} cannot be imported: {said} (-v shows where)") from problem


def offered(group: str) -> dict[str, EntryPoint]:
    """The entry points of installed packages under a group, by name; nothing is imported."""
    return {entry.name: entry for entry in sorted(entry_points(group=group), key=lambda entry: entry.name)}


def loaded(entry: EntryPoint, error: type[LiteSNNError]) -> Offered:
    """The object of an entry point.

    Raises
    ------
    LiteSNNError
        Of the given type, where importing it fails.
    """
    try:
        found = entry.load()
    except Exception as problem:  # another package's module may raise anything
        said = f"{type(problem).__name__}: {brief(str(problem), 200)}"
        raise error(f"{entry.name}: the installed plugin {entry.value} cannot be imported: {said}") from problem
    package = entry.dist
    return Offered(entry.name, found, "" if package is None else f"{package.name} {package.version}")
