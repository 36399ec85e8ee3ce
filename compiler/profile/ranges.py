"""What a profile's figures may be: a range per figure, so that a wrong one is found when the profile is read, by its name.

The ranges are those that all of the compiler works in: wider than any chip, and narrow enough that nothing overflows, divides by
zero or is allocated without measure. A `ValueError` from here says what was found and what is allowed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from reprlib import Repr

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

SHOWN = 60
MOST_WIDTHS = 64


class _Short(Repr):
    """`repr`, bounded before it is made: long lists, texts and numbers in part."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = SHOWN
        self.maxlevel = self.maxlist = self.maxtuple = self.maxdict = 3

    def repr_int(self, value: int, level: int) -> str:
        """Python writes out no whole number of more than some thousand digits."""
        return repr(value) if value.bit_length() <= 128 else f"a whole number of {value.bit_length()} bits"


def short(value: object) -> str:
    """A value for a message, with what is long left out."""
    return _Short().repr(value)


class _Checked(ABC):
    """Checks a value before pydantic converts it."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.checked, handler(source))

    def checked(self, value: object) -> object:
        """The value (`ValueError` if it is not allowed)."""
        if not self.allows(value):
            raise ValueError(f"found {short(value)}; allowed: {self}")
        return value

    @abstractmethod
    def allows(self, value: object) -> bool:
        """Whether the value is one of those that `str` of this names."""


@dataclass(frozen=True)
class Whole(_Checked):
    """A whole number; `low` and `high` are allowed."""

    low: int
    high: int

    def allows(self, value: object) -> bool:
        """See `_Checked.allows`."""
        return isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high

    def __str__(self) -> str:
        return f"a whole number from {self.low:,} to {self.high:,}"


@dataclass(frozen=True)
class Real(_Checked):
    """A finite number; `low` and `high` are allowed."""

    low: float
    high: float

    def allows(self, value: object) -> bool:
        """See `_Checked.allows`."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and self.low <= value <= self.high and isfinite(value)  # type: ignore[operator, arg-type]

    def __str__(self) -> str:
        return f"a number from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Widths(_Checked):
    """Widths that a register offers: whole numbers, at least one and each once."""

    low: int
    high: int

    def allows(self, value: object) -> bool:
        """See `_Checked.allows`."""
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_WIDTHS:
            return False
        return all(Whole(self.low, self.high).allows(width) for width in value) and _each_once(value)

    def __str__(self) -> str:
        return f"a list of whole numbers from {self.low} to {self.high}, at least one and each once"


@dataclass(frozen=True)
class Interval(_Checked):
    """The lowest and the highest of something, both within `low` and `high`."""

    low: int
    high: int

    def allows(self, value: object) -> bool:
        """See `_Checked.allows`."""
        if not isinstance(value, list | tuple) or len(value) != 2:
            return False
        return all(Whole(self.low, self.high).allows(end) for end in value) and value[0] <= value[1]

    def __str__(self) -> str:
        return f"two whole numbers from {self.low:,} to {self.high:,}, the lower first"


@dataclass(frozen=True)
class Names(_Checked):
    """Some of the names, at least one and each once."""

    names: tuple[str, ...]

    def allows(self, value: object) -> bool:
        """See `_Checked.allows`."""
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= len(self.names):
            return False
        return all(isinstance(name, str) and name in self.names for name in value) and _each_once(value)

    def __str__(self) -> str:
        return f"a list of {', '.join(self.names)}, at least one and each once"


@dataclass(frozen=True)
class YesNo(_Checked):
    """True or false, and no number that could stand for it."""

    def allows(self, value: object) -> bool:
        """See `_Checked.allows`."""
        return isinstance(value, bool)

    def __str__(self) -> str:
        return "true or false"


def _each_once(values: Sequence[object]) -> bool:
    return len(set(values)) == len(values)
