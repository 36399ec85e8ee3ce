"""Which figure is used for what: declared beside the figure's type, read here for listings, notes and tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_origin

from pydantic.fields import FieldInfo

from litesnn.compiler.profile.figure import Fact, Section, Use
from litesnn.compiler.profile.model import Profile
from litesnn.compiler.profile.settings import resolve


def use_of(name: str) -> Use:
    """The use of a figure by its dotted name; boards and measured figures have that of their section."""
    return USES.get(name) or USES[name.partition(".")[0]]


def idle_settings(profile: Profile, keys: Iterable[str]) -> list[str]:
    """Of figures that were set, by the names that were typed, a line for each that nothing depends on."""
    figures = dict(profile.figures())
    return [
        f"--set {key}: nothing depends on {name}, it is kept as a fact ({use.says})"
        for key in keys
        if isinstance(use := use_of(name := resolve(key, figures, f"profile '{profile.name}'")), Fact)
    ]


def _uses() -> dict[str, Use]:
    """Dotted name -> use; a section whose figures have names of the user's own stands for all of them."""
    found: dict[str, Use] = {}
    for name, field in Profile.model_fields.items():
        section = field.annotation
        if name == "rules":
            continue  # whose figures have the uses of those that they stand for
        # asked first: to Python 3.10 a dict[...] is a class as well
        if dict in (section, get_origin(section)):
            found[name] = _use(field)
        elif isinstance(section, type) and issubclass(section, Section):
            found |= {f"{name}.{figure}": _use(own) for figure, own in section.model_fields.items()}
    return found


def _use(field: FieldInfo) -> Use:
    (use,) = (mark for mark in field.metadata if isinstance(mark, Use))
    return use


USES: dict[str, Use] = _uses()
"""Figure -> what it is for; every figure has exactly one."""
