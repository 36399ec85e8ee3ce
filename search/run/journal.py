"""run.json: what a run is, how far it is, and on which machine and how long each of its sessions took. Nothing here imports torch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from litesnn.base.errors import LiteSNNError
from litesnn.base.output import write_atomically
from litesnn.base.output_kinds import JOURNAL
from litesnn.reading import Kind, parse_json, read_file

FORMAT, VERSION = "litesnn.run", 1
MAX_BYTES = 2**24
State = Literal["running", "stopped", "done"]


@dataclass(frozen=True)
class Expected:
    """What was expected once `done` units were done: seconds that were left, from `low` to `high`."""

    done: int
    low: float
    high: float


@dataclass(frozen=True)
class Session:
    """One process, or several at once, that worked on the run: from one start to its end.

    Attributes
    ----------
    began, seen : UTC, when it began and when it was last heard of
    first, last : units that were done before and after it
    seconds : how long it has worked
    """

    began: str
    seen: str
    first: int
    last: int
    seconds: float
    processes: int
    machine: dict[str, str | int]
    versions: dict[str, str]
    expected: list[Expected] = field(default_factory=list)


@dataclass(frozen=True)
class Journal:
    """The whole file.

    Attributes
    ----------
    kind : `search` or `training`
    method : of the search; of a training `train`
    about : what else says which run it is, e.g. the genotype's hash
    unit : what is counted, `epochs` or `evaluations`
    """

    kind: str
    method: str
    dataset: str
    input_shape: list[int]
    samples: dict[str, int]
    settings: dict[str, Any]
    about: dict[str, Any]
    unit: str
    total: int
    done: int = 0
    state: State = "running"
    sessions: list[Session] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write it whole."""
        document = {"format": FORMAT, "version": VERSION, **asdict(self)}
        write_atomically(path, (json.dumps(document, indent=1) + "\n").encode(), JOURNAL)

    @property
    def seconds(self) -> float:
        """Over all sessions."""
        return sum(session.seconds for session in self.sessions)

    def continued(self, session: Session) -> Journal:
        """With one more session."""
        return replace(self, sessions=[*self.sessions, session])


def read_journal(path: Path, error: type[LiteSNNError]) -> Journal:
    """The journal in a file; `error`, with the place, where it is none."""
    found = parse_json(read_file(path, Kind(error, "journal of a run", MAX_BYTES)), str(path), error)
    if not isinstance(found, dict) or found.pop("format", None) != FORMAT or found.pop("version", None) != VERSION:
        raise error(f"{path}: not the journal of a run that this version of LiteSNN reads")
    try:
        return TypeAdapter(Journal).validate_python(found)
    except ValidationError as cause:
        first = cause.errors(include_url=False)[0]
        raise error(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from cause


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
