"""Bases of what a user holds in their hands: how it looks in a shell, a log and a notebook, always short."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from litesnn.base.text import brief

if TYPE_CHECKING:
    from litesnn.base.cards.card import Card

LONGEST_VALUE = 48
LONGEST_REPR = 300


class Brief:
    """An object whose `repr` is short: its fields, of which long ones say what they are and how much they hold.

    `repr=False` in `@dataclass`, which would write one of its own.
    """

    def __str__(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={brief_value(value)}" for name, value in _fields(self))
        return brief(f"{type(self).__name__}({parts})", LONGEST_REPR)


class Shown:
    """An object that has a card: `repr` is one line of it, `summary()` its text, and a notebook shows it as HTML."""

    def card(self) -> Card:
        """What the object says of itself."""
        raise NotImplementedError

    def summary(self) -> str:
        """What the card says as a few lines of plain text."""
        from litesnn.base.cards.text import text

        return text(self.card())

    def __str__(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        from litesnn.base.cards.text import line

        return line(self.card())

    def _repr_html_(self) -> str:
        from litesnn.base.cards.html import html

        return html(self.card())


def brief_value(value: Any) -> str:
    """A value within a line: numbers and short text as they are, of all else what it is."""
    if value is None or isinstance(value, bool | int | float):
        return brief(repr(value), LONGEST_VALUE)
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, str):
        return brief(repr(brief(value, LONGEST_VALUE)), LONGEST_VALUE + 2)
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is not None and dtype is not None:
        return f"{dtype} {tuple(shape)}"
    if isinstance(value, Mapping):
        return f"{len(value):,} by name"
    if isinstance(value, list | tuple | set | frozenset):
        return _of_several(value)
    return f"<{type(value).__name__}>"


def _of_several(values: list[Any] | tuple[Any, ...] | set[Any] | frozenset[Any]) -> str:
    """Few numbers or words as they are."""
    if len(values) <= 6 and all(isinstance(value, int | float | str) for value in values):
        return brief(repr(values), LONGEST_VALUE)
    return f"{len(values):,} items"


def _fields(thing: Any) -> Iterator[tuple[str, Any]]:
    """Name and value of each field of a dataclass or a pydantic model."""
    names = [found.name for found in fields(thing)] if is_dataclass(thing) else list(type(thing).model_fields)
    for name in names:
        if not name.startswith("_"):
            yield name, getattr(thing, name, None)
