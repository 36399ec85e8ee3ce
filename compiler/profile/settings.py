"""Setting single figures of a profile, as `--set FIGURE=VALUE` does."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from litesnn.base.errors import ProfileError
from litesnn.compiler.profile.figure import Figure
from litesnn.compiler.profile.model import Profile, read_profile
from litesnn.compiler.profile.problems import said
from litesnn.compiler.profile.ranges import short

GUESSED = 64  # characters of an unknown name that are compared with known ones
_WHOLE = re.compile(r"[+-]?[0-9][0-9_]{0,31}", re.ASCII)
_REAL = re.compile(r"[+-]?([0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})([eE][+-]?[0-9]{1,4})?|[+-]?(inf|nan)", re.ASCII)


def with_overrides(profile: Profile, overrides: Mapping[str, str]) -> Profile:
    """The profile with some figures set by the caller; parameters and errors as in `load_profile`."""
    figures = dict(profile.figures())
    document = profile.model_dump()
    given: dict[str, str] = {}
    for key, text in overrides.items():
        name = resolve(key, figures, profile.name)
        if name in given:
            raise ProfileError(
                f"profile '{profile.name}': {name} is set twice, as '{given[name]}' and as '{key}'; give one"
            )
        given[name] = key
        group, field = name.split(".", 1)
        document[group][field] = asdict(_set(figures[name], name, text))
    return read_profile(document, f"profile '{profile.name}' with what was set")


def resolve(key: str, figures: Mapping[str, Figure[Any]], profile: str) -> str:
    """The dotted name of the one figure that `key` means."""
    if key in figures:
        return key
    matches = [name for name in figures if name.rpartition(".")[2] == key]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise ProfileError(f"profile '{profile}': '{key}' may mean {' or '.join(matches)}; give the dotted name")
    known_ones = f"{_guess(key, figures)}; allowed:{_by_section(figures)}"
    raise ProfileError(f"profile '{profile}': no figure {short(key)}{known_ones}")


def _guess(key: str, figures: Mapping[str, Any]) -> str:
    """The closest names, as a question."""
    leaves = {name.rpartition(".")[2]: name for name in figures}
    close = difflib.get_close_matches(key.rpartition(".")[2][:GUESSED], leaves, n=3)
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def _by_section(figures: Mapping[str, Any]) -> str:
    """All figures, a line per section."""
    sections: dict[str, list[str]] = {}
    for name in figures:
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


def _set(figure: Figure[Any], name: str, text: str) -> Figure[Any]:
    """The figure with a value read from text; status and note keep what the profile said."""
    inner = kind_of(name)
    try:
        value = TypeAdapter(inner).validate_python(_read_text(inner, text))
    except ValidationError as error:
        reason = said(error.errors(include_url=False)[0])
        raise ProfileError(f"profile: {name} cannot be {short(text)}: {reason}") from error
    before = "no value" if figure.value is None else figure.value
    status = figure.status if value == figure.value else "INFERRED" if figure.value is None else "CONFLICT"
    note = f"the profile has {before} ({figure.status}, {figure.source})"
    return Figure(value=value, status=status, source="set on the command line", note=note)
