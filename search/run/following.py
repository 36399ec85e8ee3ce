"""What lets a run be followed while it works: its table, its journal, its event files, and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from rich.progress import Progress, TaskID

from litesnn.base.errors import LiteSNNError
from litesnn.base.output import write_atomically
from litesnn.base.output_kinds import RUN_TABLE
from litesnn.base.terminal import Terminal
from litesnn.base.verbosity import VERBOSITY
from litesnn.reading import is_there
from litesnn.search.run.events import Events
from litesnn.search.run.files import RunFiles
from litesnn.search.run.journal import Expected, Journal, Session, State, now, read_journal
from litesnn.search.run.pace import Pace, Span
from litesnn.search.run.table import RunTable

BETWEEN_WRITES = 1.0  # seconds, of the table and the journal
WORTH_SAYING = 20.0  # seconds that must be expected for a line in a log


class Followed(Protocol):
    """What of a work is followed."""

    total: int

    @property
    def done(self) -> int:
        """Units so far."""
        ...

    def table(self) -> RunTable:
        """All units so far."""
        ...


class ExpectedTime(Exception):
    """Raised out of a run that was only to say how long it takes: nothing of it is kept."""

    def __init__(self, span: Span, units: str, seen: str) -> None:
        super().__init__(f"{span} for {units}, measured on {seen}")
        self.span, self.units, self.seen = span, units, seen


@dataclass(frozen=True)
class Follow:
    """How a run is followed, as its caller asks for it.

    Attributes
    ----------
    files : where to
    journal : what the run is, before its first session
    machine, versions, processes : of this session
    events : write event files too
    only_expected : stop with `ExpectedTime` as soon as it can be said; nothing is written
    shown : say the expected time on standard error where that is no terminal
    """

    files: RunFiles
    journal: Journal
    machine: dict[str, str | int]
    versions: dict[str, str]
    processes: int = 1
    events: bool = False
    only_expected: bool = False
    shown: bool = True

    def begin(self, work: Followed, bar: Progress, task: TaskID, resumed: bool, error: type[LiteSNNError]) -> Follower:
        """Follow a work from where it stands."""
        return Follower(self, work, bar, task=task, resumed=resumed, error=error)


class Follower:
    """Follows one session of a work."""

    def __init__(
        self, follow: Follow, work: Followed, bar: Progress, task: TaskID, resumed: bool, error: type[LiteSNNError]
    ) -> None:
        self.follow, self.work, self.bar, self.task = follow, work, bar, task
        self.pace = Pace(work.total, work.done)
        self._said = False
        files, before = follow.files, follow.journal
        if resumed and work.done and is_there(files.journal):
            before = replace(before, sessions=read_journal(files.journal, error).sessions)
        self._before, self._expected = before, list[Expected]()
        self._began, self._first, self._written_at = now(), work.done, 0.0
        self._events: Events | None = None
        if follow.only_expected:
            return
        if follow.events or not work.done:
            files.clear_events()  # written anew from the first row: which of them an ended run had flushed is not known
        if follow.events:
            self._events = Events(files.events)
        self._write("running")

    def share(self, share: float) -> None:
        """So much of the step under way is done."""
        self.pace.share(share)
        self._say()

    def step(self) -> None:
        """A step is done."""
        self.pace.step(self.work.done)
        span = self._say()
        if span is not None and self.work.done < self.work.total and self._is_mark():
            self._expected.append(Expected(self.work.done, round(span.low, 1), round(span.high, 1)))
            self._say_in_log(span)
        if not self.follow.only_expected and time.monotonic() - self._written_at > BETWEEN_WRITES:
            self._write("running")

    def end(self, state: State) -> None:
        """The session is over."""
        if not self.follow.only_expected:
            self._write(state)
        if self._events is not None:
            self._events.close()

    def _is_mark(self) -> bool:
        """At the first step, and after a quarter, a half and three quarters of all."""
        share = (self.work.done - self._first) / max(1, self.work.total - self._first)
        return len(self._expected) < len(_MARKS) and share >= _MARKS[len(self._expected)]

    def _say(self) -> Span | None:
        span = self.pace.expected()
        if span is None:
            return None
        if self.follow.only_expected:
            seen = f"{self.work.done - self._first} of them" if self.pace.done > self._first else "the first batches"
            raise ExpectedTime(span, f"{self.work.total - self._first} {self.follow.journal.unit}", seen)
        self.bar.update(self.task, expected=f"{span} left" if self.pace.done < self.pace.total else "")
        if not self._said:
            self._say_in_log(span)
        return span

    def _say_in_log(self, span: Span) -> None:
        """A line where nobody sees a bar: at the first word, and at each mark."""
        console = Terminal(stderr=True, soft_wrap=True)
        if span.high > WORTH_SAYING and self.follow.shown and not VERBOSITY.quiet and not console.is_terminal:
            self._said = True
            done = f"{self.work.done} of {self.work.total} {self.follow.journal.unit} done"
            console.print(f"expected: {span} more; {done}")

    def _write(self, state: State) -> None:
        self._written_at = time.monotonic()
        table = self.work.table()
        write_atomically(self.follow.files.table, table.csv().encode(), RUN_TABLE)
        if self._events is not None:
            self._events.add(table)
        session = Session(
            began=self._began,
            seen=now(),
            first=self._first,
            last=self.work.done,
            seconds=round(self.pace.seconds, 2),
            processes=self.follow.processes,
            machine=self.follow.machine,
            versions=self.follow.versions,
            expected=self._expected,
        )
        journal = replace(self._before, total=self.work.total, done=self.work.done, state=state)
        journal.continued(session).write(self.follow.files.journal)


_MARKS = (0.0, 0.25, 0.5, 0.75)

Tick = Callable[[float], None]
"""What a work calls with the share of the step under way that is done, from 0 to 1."""


def silent(share: float) -> None:
    """Nobody follows."""


def journal_of(
    kind: str, method: str, data: Any, settings: dict[str, Any], unit: str, total: int, **about: Any
) -> Journal:
    """What a run is, before its first session; `data` is its data set."""
    return Journal(
        kind=kind,
        method=method,
        dataset=data.name,
        input_shape=list(data.input_spec.shape),
        samples={"train": len(data.y_train), "test": len(data.y_test)},
        settings=settings,
        about=about,
        unit=unit,
        total=total,
    )
