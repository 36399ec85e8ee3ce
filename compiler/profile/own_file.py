"""What a user's own file may leave out of a figure: its section, and all but its value.

`neurons_per_core = 512` before all sections is, under `[chip]`, `neurons_per_core = { value = 512, status = "USER",
source = "given in FILE", note = what stood there }`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from litesnn.base.errors import ProfileError
from litesnn.compiler.profile.figure import NOT_GIVEN, Figure
from litesnn.compiler.profile.ranges import short
from litesnn.compiler.profile.settings import users
from litesnn.compiler.profile.uses import USES

HEAD = ("name", "title", "extends")
SECTIONS = frozenset(name.partition(".")[0] for name in USES)
_NAMED_BY_USERS = frozenset(USES) & SECTIONS  # boards, measured figures
_HOME = {
    leaf: section
    for section, dot, leaf in (name.partition(".") for name in USES)
    if dot and leaf not in (*SECTIONS, *HEAD)
}
"""Figure -> its section, of those that may stand before all sections."""


def written_out(document: Mapping[str, Any], under: Mapping[str, Any], file: str, where: str) -> dict[str, Any]:
    """The document with every figure in its section, with value, status and source, and a name: that of its file if it gives none.

    What no profile can have - other names, values of another type - stays as it is, for `read_profile` to refuse all of it at once.

    Parameters
    ----------
    under : what the file extends, written out and checked; empty where it extends nothing
    file : its path; the last part of it is the source of what is given as a bare value
    where : begins every error

    Raises
    ------
    ProfileError
        For a figure that is given twice, one that stands among names of a user's own, and for `bases`, which is not given.
    """
    if "bases" in document:
        raise ProfileError(
            f"{where}: bases: found {short(document['bases'])}; allowed: nothing, it follows from `extends`"
        )
    name = os.path.basename(file)
    sections: dict[str, dict[str, Any]] = {}
    for section, leaf, given in _figures(document):
        if section in _NAMED_BY_USERS and leaf in _HOME:
            raise ProfileError(
                f"{where}: [{section}]: found {short(leaf)}, a figure of [{_HOME[leaf]}]; allowed: names of your own. Give it there, or "
                "before all sections"
            )
        figures = sections.setdefault(section, {})
        if leaf in figures:
            raise ProfileError(f"{where}: {leaf} is given twice, in [{section}] and before all sections; give it once")
        figures[leaf] = given if isinstance(given, dict) else _users(section, leaf, given, under, name)
    rest = {key: given for key, given in document.items() if key not in _HOME and not _is_section(key, given)}
    return {"name": name.removesuffix(".toml"), **sections, **rest}


def _figures(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Section, name and what is given of every figure; those in sections first."""
    for section, figures in document.items():
        if _is_section(section, figures):
            yield from ((section, leaf, given) for leaf, given in figures.items())
    for leaf, given in document.items():
        if leaf in _HOME:
            yield _HOME[leaf], leaf, given


def _is_section(key: str, given: object) -> bool:
    return key in SECTIONS and isinstance(given, dict)


def _users(section: str, leaf: str, value: Any, under: Mapping[str, Any], file: str) -> dict[str, Any]:
    """The figure that a bare value gives."""
    source = f"given in {file}"
    if not under:
        return asdict(Figure[Any](value=value, status="USER", source=source))
    table = under.get(section, {}).get(leaf)
    before = NOT_GIVEN if table is None else Figure[Any](**table)
    return asdict(users(value, before, source, under["name"]))
