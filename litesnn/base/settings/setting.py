"""What a setting says of itself: `Annotated[int, Setting("Samples per step.", low=2)]` as the type of a field of a settings class.

The class is the one place where a setting stands: its bounds are checked when the class is made (`bounds.check_settings`), Python has
it as a keyword, the command line makes its options of it, and the tables in docs/settings.md are printed from it. A field whose type is
itself such a class holds a group of settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes
    ----------
    help : what it is, in sentences
    low, high : bounds that are allowed themselves
    above, below : bounds that are not
    option : the command has an option for it; others are given with `--set NAME=VALUE`, where the command has that
    flag : name of the option, where it is not the setting's; `--yes/--no` for a truth value that may be left open
    off : help of the option, where it turns off a setting that is on by default
    parse : text -> value, for values that are not words, numbers or truths
    metavar : what stands for the value in help
    """

    help: str
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    option: bool = False
    flag: str = ""
    off: str = ""
    parse: Callable[[str], Any] | None = None
    metavar: str | None = None

    def holds(self, value: float) -> bool:
        """Whether a number lies within the bounds."""
        return (
            (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def range(self) -> str:
        """The bounds in words; empty without any."""
        if self.above is not None and self.below is not None:
            return f"between {self.above} and {self.below}, both excluded"
        low = "" if self.low is None else f"{self.low}"
        low = low if self.above is None else f"above {self.above}"
        if self.high is not None:
            return f"{low} to {self.high}" if low and self.above is None else f"{low}, up to {self.high}".lstrip(", ")
        return f"{low} or more" if self.low is not None else low


@dataclass(frozen=True)
class NamedSetting:
    """A field of a settings class.

    Attributes
    ----------
    path : names of the fields that lead to it; its own is the last
    kind : its type, without what it says
    """

    path: tuple[str, ...]
    kind: Any
    default: Any
    setting: Setting

    @property
    def name(self) -> str:
        """Of the field."""
        return self.path[-1]

    @property
    def flag(self) -> str:
        """Its option: `--name`, or `--yes/--no`."""
        return self.setting.flag or f"--{self.name.replace('_', '-')}"

    @property
    def parameter(self) -> str:
        """Its name as a parameter of a command: the first flag's."""
        return self.flag.partition("/")[0].lstrip("-").replace("-", "_")

    def of(self, settings: Any) -> Any:
        """Its value in settings of the class."""
        for name in self.path:
            settings = getattr(settings, name)
        return settings

    def read(self, value: Any) -> Any:
        """The value of the setting, from that of its option."""
        if self.setting.parse is not None:
            return self.setting.parse(value)
        return not value if self.setting.off else value

    @property
    def is_flag(self) -> bool:
        """Whether its option has no value."""
        return bool in _parts(self.kind)

    def from_text(self, text: str) -> Any:
        """The value of its option, of a command line's text; `ValueError` for one of another type."""
        if self.setting.parse is not None:
            return text
        number = next((part for part in _parts(self.kind) if part in (int, float)), str)
        return number(text)

    @property
    def choices(self) -> tuple[str, ...]:
        """The texts it may be, for a choice; empty for other types."""
        return tuple(text for part in _parts(self.kind) if get_origin(part) is Literal for text in get_args(part))

    @property
    def optional(self) -> bool:
        """Whether it may be left to the program, as None."""
        return NoneType in _parts(self.kind)


@cache
def settings_of(kind: type[DataclassInstance]) -> tuple[NamedSetting, ...]:
    """The settings of a class, in their order, those of groups in their place.

    Raises
    ------
    TypeError
        For a field that says nothing of itself.
    """
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        named for field in fields(kind) for named in _named(kind, field.name, hints[field.name], field.default)
    )


def _named(owner: type, name: str, hint: Any, default: Any) -> Iterator[NamedSetting]:
    if is_dataclass(hint) and isinstance(hint, type):
        for inner in settings_of(hint):
            yield replace(inner, path=(name, *inner.path))
        return
    said = [part for part in getattr(hint, "__metadata__", ()) if isinstance(part, Setting)]
    if get_origin(hint) is not Annotated or len(said) != 1:
        raise TypeError(f"{owner.__name__}.{name}: its type has to be Annotated[..., Setting(...)]")
    yield NamedSetting((name,), get_args(hint)[0], default, said[0])


def _parts(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
