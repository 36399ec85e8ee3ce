"""What the suite knows of a reader: valid inputs to begin with, how to break them, how to read them, and what to do with what was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

from fuzz.case import Case

Mutator = Callable[[Case, Random], Case]
"""Breaks a case in one place; raises `NotApplicableError` where there is nothing for it to break."""


class NotApplicableError(Exception):
    """This mutator has nothing to do with this case."""


class DifferentError(Exception):
    """An input was accepted as something else than it says."""


@dataclass(frozen=True)
class Place:
    """Where a case lies.

    Attributes
    ----------
    path : what the reader is given
    scratch : an empty folder for what is written while the result is used
    arguments : the case's
    """

    path: Path
    scratch: Path
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Reader:
    """One reader.

    Attributes
    ----------
    seeds : writes small valid inputs with the project's own code, given an empty folder
    mutators : those that fit its files; one that stands twice is drawn twice as often
    read : raises an error of `litesnn.base.errors`, or returns what it read
    use : a cheap use of that: printing it, one sample, writing and reading it again. It may refuse; it may not fail, and raises
        `DifferentError` where what was read is not what the input says
    confirm : how users have it read, where `read` is a quicker way to the same end without the isolation that users get; asked
        where `read` crashed, hung or ran out of memory
    repair : makes a broken case consistent again where a checksum would hide everything else
    repaired : the share of cases that are repaired
    costly : an input takes most of a second; the tests try fewer
    """

    seeds: Callable[[Path], list[Case]]
    mutators: tuple[Mutator, ...]
    read: Callable[[Place], Any]
    use: Callable[[Any, Place], None]
    confirm: Callable[[Place], Any] | None = None
    repair: Callable[[Case], Case] = lambda case: case
    repaired: float = 0.95
    costly: bool = False


def load_reader(name: str) -> Reader:
    """A reader by its name in the registry, or by the module that holds it as `READER`."""
    from fuzz.registry import READERS

    reader = import_module(READERS.get(name, name)).READER
    assert isinstance(reader, Reader), name
    return reader
