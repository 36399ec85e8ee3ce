"""Trials of a choice by need, kept in a file while it is looked for: a later run does not measure them again, and finds the same."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from litesnn.base.errors import NeedError
from litesnn.base.output import write_atomically
from litesnn.base.output_kinds import TRIALS
from litesnn.reading import Kind, is_there, parse_json, read_file

FORMAT, VERSION = "litesnn.trials", 1
MAX_BYTES = 2**26
BETWEEN_WRITES = 2.0  # seconds
Key = tuple[tuple[str, tuple[int, ...]], ...]
"""A choice: (part, level), sorted."""


@dataclass(frozen=True)
class Trial:
    """One choice: its synapse memory in 64-bit words as encoded, and on the choosing half what it scores, of 1."""

    words: int
    score: float


@dataclass(frozen=True)
class _Stored:
    identity: str
    seconds: float
    trials: list[tuple[list[tuple[str, list[int]]], Trial | str]]


class Trials:
    """What was tried: choice -> trial, or why it does not fit the chip.

    Attributes
    ----------
    found : by choice
    before : seconds that earlier runs spent on them
    """

    def __init__(self, path: Path | None = None, identity: str = "") -> None:
        """Kept in `path`; in memory alone without one."""
        self.found: dict[Key, Trial | str] = {}
        self.before = 0.0
        self._path, self._identity = path, identity
        self._began = self._written_at = time.monotonic()

    @classmethod
    def kept(cls, path: Path, parts: Iterable[bytes], resume: bool) -> Trials:
        """Trials of what the parts say, kept in a file; with `resume` those that stand there.

        Raises
        ------
        NeedError
            To go on from a file that holds trials of something else, or is broken.
        """
        digest = hashlib.sha256()
        for part in parts:
            digest.update(f"{len(part)}\n".encode() + part)
        made = cls(path, digest.hexdigest())
        if resume and is_there(path):
            made._read(path)
        return made

    def add(self, key: Key, trial: Trial | str) -> None:
        """One more."""
        self.found[key] = trial
        if time.monotonic() - self._written_at > BETWEEN_WRITES:
            self.write()

    @property
    def spent(self) -> float:
        """Seconds, those of earlier runs included."""
        return self.before + time.monotonic() - self._began

    def write(self) -> None:
        """Now, whatever was written before."""
        if self._path is None:
            return
        self._written_at = time.monotonic()
        trials = [
            [key, trial if isinstance(trial, str) else {"words": trial.words, "score": trial.score}]
            for key, trial in self.found.items()
        ]
        document: dict[str, Any] = {"format": FORMAT, "version": VERSION, "identity": self._identity}
        content = json.dumps({**document, "seconds": round(self.spent, 2), "trials": trials}) + "\n"
        write_atomically(self._path, content.encode(), TRIALS)

    def remove(self) -> None:
        """What was looked for is found."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _read(self, path: Path) -> None:
        advice = "remove it, or start without --resume"
        document = parse_json(read_file(path, Kind(NeedError, "trials", MAX_BYTES)), str(path), NeedError)
        known = isinstance(document, dict) and (document.get("format"), document.get("version")) == (FORMAT, VERSION)
        try:
            stored = TypeAdapter(_Stored).validate_python(document if known else None)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "format"
            raise NeedError(f"{path}: not trials that this version reads: {place}: {first['msg']}; {advice}") from error
        if stored.identity != self._identity:
            raise NeedError(f"{path}: trials of another network, chip or samples, or with other rates; {advice}")
        self.before = stored.seconds
        self.found = {tuple((part, tuple(level)) for part, level in choice): trial for choice, trial in stored.trials}


def trials_file(target: Path) -> Path:
    """Where the trials for a genotype that is to be written are kept meanwhile."""
    return target.with_name(f"{target.name}.trials")
