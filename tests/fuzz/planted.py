"""A reader with planted faults, one of every kind: what the suite must find. It reads a file of one word."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from random import Random

import numpy as np

from fuzz.case import Case
from fuzz.mutators.lift import on
from fuzz.reader import DifferentError, Place, Reader
from litesnn.base.errors import DataError

NAME = "word.txt"


def seeds(folder: Path) -> list[Case]:
    """The word that is read as it should be, alone and with a tail."""
    return [Case({NAME: word}, NAME) for word in (b"fine", b"fine and more")]


def word(content: bytes, rng: Random) -> bytes:
    """One of the harmless words; one in ten is not harmless."""
    return rng.choice([b"wrong", b"fine", b"", b"123", b"fine2", b"other", b"x", b"y", b"z", b"lookup"]) + content[4:]


def read(place: Place) -> str:
    """The word; every fault is raised by a word of its own."""
    said = place.path.read_text()
    if said.startswith("lookup"):
        words: dict[str, str] = {}
        return words[said]
    if said == "loop":
        while True:
            pass
    if said == "wait":
        os.mkfifo(place.scratch / "fifo")
        return (place.scratch / "fifo").read_text()
    if said == "memory":
        return str(np.ones(1 << 28).sum())
    if said == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if said == "escape":
        raise DataError("found \x1b[2J; allowed: nothing of it")
    if said == "endless":
        raise DataError("x" * 100_000)
    if said == "write":
        (place.path.parent / "more.txt").write_text(said)
    if not said.startswith(("fine", "write", "number", "late")):
        raise DataError(f"{place.path}: found {said!r}; allowed: fine")
    return said


def use(found: str, place: Place) -> None:
    """The word must be one that was meant."""
    if found == "number":
        raise DifferentError("'number' was read as 3")
    if found == "late loop":
        while True:
            pass
    if found == "later":
        raise IndexError(found)


READER = Reader(seeds, (on(word, NAME),), read, use)
