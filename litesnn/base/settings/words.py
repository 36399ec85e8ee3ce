"""Settings as words of a command line, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return str(value)


def from_words(kind: type[DataclassInstance], given: Sequence[str]) -> Any:
    """The settings of a command line that `words` gave.

    Raises
    ------
    LiteSNNError
        For a value that is not allowed.
    ValueError
        For a word that is no option of these settings, and a value that is none of its option's type.
    """
    options = {flag: named for named in settings_of(kind) for flag in named.flag.split("/")}
    values: dict[str, Any] = {}
    waiting = list(given)
    while waiting:
        flag = waiting.pop(0)
        if flag not in options:
            raise ValueError(f"found '{flag}'; allowed: {', '.join(options)}")
        named = options[flag]
        if named.is_flag:
            values[named.parameter] = flag == named.flag.partition("/")[0]
        elif not waiting:
            raise ValueError(f"found '{flag}' without a value")
        else:
            values[named.parameter] = named.from_text(waiting.pop(0))
    return from_options(kind, values)
