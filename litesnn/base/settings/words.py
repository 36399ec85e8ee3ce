"""Settings as words of a command line, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING
from typing import TYPE_CHECKING, Any, get_type_hints

from litesnn.base.settings.setting import settings_of

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def from_options(kind: type[DataclassInstance], given: Mapping[str, Any]) -> Any:
    """The settings from parameters of a command that were given, by `NamedSetting.parameter`; the others keep their defaults.

    Raises
    ------
    LiteSNNError
        For a value that is not allowed, from its parser or the settings class.
    """
    values: dict[str, Any] = {}
    groups: dict[str, dict[str, Any]] = {}
    for named in settings_of(kind):
        if named.parameter in given:
            holder = values if len(named.path) == 1 else groups.setdefault(named.path[0], {})
            holder[named.name] = named.read(given[named.parameter])
    types = get_type_hints(kind)
    return kind(**values, **{name: types[name](**inner) for name, inner in groups.items()})


def words(settings: DataclassInstance) -> list[str]:
    """The command line of settings: every option whose value is not its default, in the order of the fields."""
    result = []
    for named in settings_of(type(settings)):
        value = named.of(settings)
        if named.default is not MISSING and value == named.default:
            continue
        first, _, second = named.flag.partition("/")
        if isinstance(value, bool):
            result.append(first if value or not second else second)
        else:
            result += [first, text(value)]
    return result


def text(value: Any) -> str:
    """A value as its option takes it."""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
