"""Settings changed by name with values as text, as a command line gives them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from litesnn.base.errors import SearchError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Settings = TypeVar("Settings", bound="DataclassInstance")


def with_settings(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """Settings (a dataclass) with some changed; a value may be text: `0.1`, `true`, `1,2,4`, `loihi2`.

    Raises
    ------
    SearchError
        For an unknown name, or a value of another type or outside its range.
    """
    from pydantic import TypeAdapter, ValidationError  # here: help of commands needs the settings, and not this

    names = [field.name for field in fields(settings)]
    for name in changes:
        if name not in names:
            raise SearchError(f"setting: found '{name}'; allowed: {', '.join(names)}")
    values = {name: _value(getattr(settings, name), value) for name, value in changes.items()}
    try:
        return TypeAdapter(type(settings)).validate_python({**vars(settings), **values})
    except ValidationError as error:
        detail = error.errors()[0]
        place = str(detail["loc"][0]) if detail["loc"] else "settings"
        raise SearchError(f"{place}: found {changes.get(place, detail['input'])!r}; {detail['msg']}") from error


def chosen_settings(defaults: Settings, given: Settings | Mapping[str, Any] | None) -> Settings:
    """Settings as a function takes them: all of them, by name those that differ from the defaults, or the defaults (`with_settings`)."""
    return with_settings(defaults, given) if isinstance(given, Mapping) else given or defaults


def assigned(texts: Iterable[str], example: str) -> dict[str, str]:
    """Values by name from `NAME=VALUE` texts.

    Raises
    ------
    SearchError
        For a text of another form; the message shows the example.
    """
    pairs = [text.partition("=") for text in texts]
    for name, equals, value in pairs:
        if not equals:
            raise SearchError(f"--set: found '{name}{value}'; allowed: NAME=VALUE, e.g. {example}")
    return {name: value for name, _, value in pairs}


def _value(current: Any, value: Any) -> Any:
    if not isinstance(value, str) or isinstance(current, str):
        return value
    if isinstance(current, tuple) and current and isinstance(current[0], str):
        return tuple(part.strip() for part in value.split(","))
    text = f"[{value}]" if isinstance(current, tuple) and not value.startswith("[") else value
    try:
        parsed = json.loads(text)
        return float(parsed) if isinstance(current, float) and isinstance(parsed, int) else _as_tuple(parsed)
    except (ValueError, RecursionError, OverflowError):
        return value


def _as_tuple(parsed: Any) -> Any:
    return tuple(parsed) if isinstance(parsed, list) else parsed
