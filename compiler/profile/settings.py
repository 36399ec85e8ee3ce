"""Setting single figures of a profile, as `--set FIGURE=VALUE` does."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Annotated, Any, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from litesnn.base.errors import ProfileError
from litesnn.compiler.profile.figure import Figure
from litesnn.compiler.profile.model import Profile, read_profile
from litesnn.compiler.profile.problems import guess, said
from litesnn.compiler.profile.ranges import short

_WHOLE = re.compile(r"[+-]?[0-9][0-9_]{0,31}", re.ASCII)
_REAL = re.compile(r"[+-]?([0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})([eE][+-]?[0-9]{1,4})?|[+-]?(inf|nan)", re.ASCII)


def with_overrides(profile: Profile, overrides: Mapping[str, str]) -> Profile:
    """The profile with some figures set by the caller; parameters and errors as in `load_profile`."""
    figures = dict(profile.figures())
    document = profile.model_dump()
    given: dict[str, str] = {}
    for key, text in overrides.items():
        name = resolve(key, figures, f"profile '{profile.name}'")
        if name in given:
            raise ProfileError(
                f"profile '{profile.name}': {name} is set twice, as '{given[name]}' and as '{key}'; give one"
            )
        given[name] = key
        group, field = name.split(".", 1)
        value = value_in_text(name, text)
        document[group][field] = asdict(users(value, figures[name], "set on the command line", "the profile"))
    return read_profile(document, f"profile '{profile.name}' with what was set")


def resolve(key: str, names: Collection[str], where: str) -> str:
    """The dotted name of the one figure that `key` means; `where` begins the error of one that means none, or several."""
    if key in names:
        return key
    matches = [name for name in names if name.rpartition(".")[2] == key]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise ProfileError(f"{where}: '{key}' may mean {' or '.join(matches)}; give the dotted name")
    raise ProfileError(f"{where}: no figure {short(key)}{guess(key, names)}; allowed:{_by_section(names)}")


def _by_section(names: Collection[str]) -> str:
    """All figures, a line per section."""
    sections: dict[str, list[str]] = {}
    for name in names:
        section, _, leaf = name.partition(".")
        sections.setdefault(section, []).append(leaf)
    return "".join(f"\n  {section}: {', '.join(leaves)}" for section, leaves in sections.items())


def _read_text(kind: Any, text: str) -> Any:
    """The value that a text means where the type expects one of that kind; the text itself where it is none, to be refused."""
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    text = text.strip()
    if get_origin(bare) is tuple:
        item = get_args(bare)[0]
        return tuple(_read_text(item, part) for part in text.split(","))
    if bare is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    if bare is int and _WHOLE.fullmatch(text):
        return int(text)
    if bare is float and _REAL.fullmatch(text):
        return float(text)
    return text


def kind_of(name: str) -> Any:
    """The type of a figure's value, with its range, by the figure's dotted name."""
    section, _, leaf = name.partition(".")
    kind: Any = Profile.model_fields[section].annotation
    of_figure = get_args(kind)[1] if get_origin(kind) is dict else kind.model_fields[leaf].annotation
    return get_args(of_figure)[0]


def value_in_text(name: str, text: str) -> Any:
    """The value that a text means for the figure of this dotted name; `ProfileError` where it cannot have it."""
    kind = kind_of(name)
    try:
        return TypeAdapter(kind).validate_python(_read_text(kind, text))
    except ValidationError as error:
        reason = said(error.errors(include_url=False)[0])
        raise ProfileError(f"profile: {name} cannot be {short(text)}: {reason}") from error


def users(value: Any, before: Figure[Any], source: str, profile: str) -> Figure[Any]:
    """The figure of a user who gives a value for one of a profile: that one itself where it has this value."""
    if _plain(value) == _plain(before.value):
        return before
    found = "no value" if before.value is None else before.value
    return Figure(
        value=value, status="USER", source=source, note=f"{profile} has {found} ({before.status}, {before.source})"
    )


def _plain(value: Any) -> Any:
    """The value so that it equals those of its type alone; lists are tuples, whole numbers may stand for others."""
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    return (value,) if isinstance(value, bool) else value
