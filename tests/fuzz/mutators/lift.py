"""From a change of bytes to a mutator of cases."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from fuzz.case import Case
from fuzz.reader import Mutator, NotApplicableError

Change = Callable[[bytes, Random], bytes]
"""Bytes in, other bytes out; raises `NotApplicableError`."""


def on(change: Change, *suffixes: str) -> Mutator:
    """The change, made to one plain file whose name ends so (any file if none is given)."""

    def mutate(case: Case, rng: Random) -> Case:
        names = case.plain(suffixes or ("",))
        if not names:
            raise NotApplicableError
        name = rng.choice(names)
        return case.having(name, change(case.bytes_of(name), rng))

    mutate.__qualname__ = getattr(change, "__qualname__", "change").replace(".<locals>", "")
    return mutate


def on_argument(change: Callable[[str, Random], str]) -> Mutator:
    """The change, made to one of the case's arguments."""

    def mutate(case: Case, rng: Random) -> Case:
        if not case.arguments:
            raise NotApplicableError
        at = rng.randrange(len(case.arguments))
        arguments = list(case.arguments)
        arguments[at] = change(arguments[at], rng)
        return Case(case.files, case.entry, tuple(arguments), case.steps)

    mutate.__qualname__ = getattr(change, "__qualname__", "change")
    return mutate
