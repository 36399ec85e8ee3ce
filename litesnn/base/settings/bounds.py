"""Bounds of settings, checked before anything is built with them, so that a slip of a digit ends in a message.

A setting says its own (`setting.py`). Those of whole numbers that say no highest value end far beyond any use.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from litesnn.base.errors import LiteSNNError
from litesnn.base.settings.setting import NamedSetting, settings_of

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

OTHERWISE = 10**6
LONGEST = 64
"""Entries of a list."""


def check_settings(
    settings: DataclassInstance, error: type[LiteSNNError], kind: type[DataclassInstance] | None = None
) -> None:
    """Raise `error` for the first setting outside its bounds: numbers, choices, lists that are too long.

    `kind`: the class that declares the settings, where it is a base of the object's.
    """
    for named in settings_of(kind or type(settings)):
        value = named.of(settings)
        if isinstance(value, tuple) and len(value) > LONGEST:
            raise error(f"{named.name}: found {len(value)} entries; allowed: up to {LONGEST}")
        for item in value if isinstance(value, tuple) else (value,):
            problem = _problem(named, item)
            if problem is not None:
                raise error(f"{named.name}: {problem}")


def _problem(named: NamedSetting, value: Any) -> str | None:
    """What is wrong with a value, or with an entry of a list."""
    if isinstance(value, str):
        choices = named.choices
        return f"found '{value}'; allowed: {', '.join(choices)}" if choices and value not in choices else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not isfinite(value):
        return f"found {value}; allowed: a finite number"
    setting = named.setting
    if isinstance(value, int) and value > (highest := OTHERWISE if setting.high is None else setting.high):
        found = value if value < 10**30 else f"a number of {len(str(value))} digits"
        return f"found {found}; allowed: up to {highest}"
    if setting.holds(value):
        return None
    what = "a whole number, " if isinstance(value, int) and not isinstance(named.default, float) else ""
    return f"found {value}; allowed: {what}{setting.range()}"
