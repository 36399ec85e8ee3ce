"""Options of a reader as fields of its settings class: Python's keywords, the command line and the docs come from one place.

>>> @dataclass(frozen=True)
... class Options:
...     timesteps: int = option(16, "--timesteps", "Steps per sample.", least=1)

A field whose value is itself such a class holds a group of options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any, get_type_hints


@dataclass(frozen=True)
class Option:
    """How a field is said on a command line.

    Attributes
    ----------
    flag : `--name`, or `--yes/--no` for a truth value
    parse : text -> value, for values that are not words, numbers or truths
    metavar : what stands for the value in help
    shown : the default as text, where it is not the value itself
    least, most : bounds of a number
    """

    flag: str
    help: str
    parse: Callable[[str], Any] | None = None
    metavar: str | None = None
    shown: str | None = None
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class OptionField:
    """An option with the field it fills: the way to it, the type and the default."""

    path: tuple[str, ...]
    type: Any
    default: Any
    option: Option

    @property
    def parameter(self) -> str:
        """Its name as a parameter of a command: the first flag's."""
        return self.option.flag.partition("/")[0].lstrip("-").replace("-", "_")


def option(default: Any, flag: str, help: str, **others: Any) -> Any:
    """A field of a settings class that is an option; `others` as in `Option`."""
    return field(default=default, metadata={"option": Option(flag, help, **others)})


def option_fields(settings: type) -> Iterator[OptionField]:
    """All options of a settings class, those of groups in their place."""
    types = get_type_hints(settings)
    for found in fields(settings):
        if "option" in found.metadata:
            yield OptionField((found.name,), types[found.name], found.default, found.metadata["option"])
        elif is_dataclass(types[found.name]):
            for inner in option_fields(types[found.name]):
                yield OptionField((found.name, *inner.path), inner.type, inner.default, inner.option)


def from_options(settings: type, given: Mapping[str, Any]) -> Any:
    """The settings from parameters of a command that were given, by `OptionField.parameter`; the others keep their defaults.

    Raises
    ------
    LiteSNNError
        For a value that is not allowed, from its parser or the settings class.
    """
    values: dict[str, Any] = {}
    groups: dict[str, dict[str, Any]] = {}
    for found in option_fields(settings):
        if found.parameter not in given:
            continue
        value = given[found.parameter]
        value = found.option.parse(value) if found.option.parse is not None else value
        holder = values if len(found.path) == 1 else groups.setdefault(found.path[0], {})
        holder[found.path[-1]] = value
    types = get_type_hints(settings)
    return settings(**values, **{name: types[name](**inner) for name, inner in groups.items()})


def words(settings: Any) -> list[str]:
    """The command line of settings: every option whose value is not its default, in the order of the fields."""
    result = []
    for found in option_fields(type(settings)):
        value = settings
        for name in found.path:
            value = getattr(value, name)
        if found.default is not MISSING and value == found.default:
            continue
        first, _, second = found.option.flag.partition("/")
        if isinstance(value, bool):
            result.append(first if value else second)
        else:
            result += [first, text(value)]
    return result


def text(value: Any) -> str:
    """A value as its option takes it."""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
