"""A part of a larger job, and what came of it."""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import Any, Protocol

from litesnn.base.errors import LiteSNNError


@dataclass(frozen=True)
class Part:
    """One part.

    Attributes
    ----------
    place : what it is, for people: `sweep-2`, `row 7: loihi2, cores=64`, `samples 512 to 767`
    key : equal keys, equal results; the name of its file where results are kept
    work : computes it, wherever it is called; can be pickled, and what it returns is JSON
    """

    place: str
    key: str
    work: Callable[[], Any]


PREPARATIONS: list[Callable[[], object]] = []
"""What another process has to do to know what this one does, such as add a plugin; can be pickled, done twice without harm."""


@dataclass(frozen=True)
class Told:
    """Preparations as text, for a process of our own that computes no parts, wherever it runs.

    Attributes
    ----------
    calls : `module:function`, and its arguments
    folder : the working directory, whose modules are found as well
    """

    calls: list[tuple[str, list[str]]]
    folder: str


def preparations() -> Told:
    """What this process did."""
    calls = [made if isinstance(made, partial) else partial(made) for made in PREPARATIONS]
    named = [(f"{call.func.__module__}:{call.func.__qualname__}", list(map(str, call.args))) for call in calls]
    return Told(named, os.getcwd())


def prepare(told: Told) -> None:
    """Do what `preparations` of the process that started this one said."""
    if told.calls and told.folder not in sys.path:
        sys.path.append(told.folder)
    for place, given in told.calls:
        module, _, name = place.partition(":")
        getattr(import_module(module), name)(*given)


def prepared(part: Part) -> Part:
    """A part that any process can compute; its work is loaded when all is known that it may name."""
    if not PREPARATIONS:
        return part
    return replace(part, work=partial(_after, tuple(PREPARATIONS), pickle.dumps(part.work)))


def _after(preparations: tuple[Callable[[], object], ...], work: bytes) -> Any:
    for prepare in preparations:
        prepare()
    return pickle.loads(work)()


@dataclass(frozen=True)
class Done:
    """What a part gave."""

    result: Any


@dataclass(frozen=True)
class Failed:
    """Why a part gave nothing; `trace` where it was not an error of the user's or the machine's."""

    message: str
    trace: str = ""


Outcome = Done | Failed


class Engine(Protocol):
    """Computes parts."""

    def outcomes(self, parts: Sequence[Part]) -> Iterator[tuple[int, Outcome]]:
        """(index, outcome) of every part, in the order in which they end. One that fails does not end the others."""
        ...


def outcome_of(work: Callable[[], Any]) -> Outcome:
    """Call it; whatever it raises is its outcome."""
    try:
        return Done(work())
    except LiteSNNError as error:
        return Failed(str(error))
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))


class InTurn:
    """One after the other, in this process."""

    def outcomes(self, parts: Sequence[Part]) -> Iterator[tuple[int, Outcome]]:
        """See `Engine`."""
        for index, part in enumerate(parts):
            yield index, outcome_of(part.work)


@dataclass(frozen=True)
class Share:
    """The parts of one job of an array: those whose number, counted round, is `number` of `count`; both from 1."""

    number: int
    count: int

    def __contains__(self, index: int) -> bool:
        """Whether a part, from 0, is one of them."""
        return index % self.count == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"
