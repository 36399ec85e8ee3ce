"""A process that answers inputs: it loads the project once, and forks a worker for them, which it replaces when it dies or hangs.

Requests on standard input and answers on standard output are pickled: an `Answer` for a `Request`, the valid inputs for the
name of a reader, a text where the suite itself is at fault.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from fuzz.attempt import attempt
from fuzz.case import Case
from fuzz.generate import VALID, generate
from fuzz.limits import Limits, cpu_seconds_of
from fuzz.outcome import Outcome, Phase
from fuzz.reader import Reader, load_reader

INPUTS_PER_WORKER = 400
"""A worker is replaced now and then, so that what one input leaves behind cannot reach many others."""
UNCONFIRMED = ("crash", "hang", "memory")
TRACE = "trace"
"""Where a worker's faulthandler writes, in its folder."""
OWN = re.compile(r"/litesnn/(?!.*site-packages)")
_LOOK = 0.25


@dataclass(frozen=True)
class Request:
    """Input number `index` under `seed` of a reader, or a case of its own."""

    reader: str
    seed: int = 0
    index: int = 0
    case: Case | None = None


@dataclass(frozen=True)
class Answer:
    """What became of it, and the case where it failed."""

    outcome: Outcome
    case: Case | None


class Server:
    """Seeds of the readers and the worker at work."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.readers: dict[str, Reader] = {}
        self.seeds: dict[str, list[Case]] = {}
        self.worker: _Worker | None = None

    def answer(self, request: Request) -> Answer:
        """Make the input and have it read."""
        self._load(request.reader)
        case = request.case
        if case is None:
            reader, seeds = self.readers[request.reader], self.seeds_of(request.reader)
            case = generate(reader, seeds, request.reader, request.seed, request.index)
        outcome = self._attempt(request.reader, case)
        if outcome.kind in UNCONFIRMED and self.readers[request.reader].confirm is not None:
            outcome = self._attempt(request.reader, case, confirming=True)
        if case.steps == (VALID,) and outcome.kind == "refused":
            outcome = replace(outcome, kind="different", what=f"Different: a valid input was refused: {outcome.what}")
        return Answer(outcome, None if outcome.fine else case)

    def _load(self, name: str) -> None:
        """A worker that is forked from here on has the reader's modules."""
        if name not in self.readers:
            self.readers[name] = load_reader(name)
            self.close()

    def _attempt(self, name: str, case: Case, confirming: bool = False) -> Outcome:
        if self.worker is None or self.worker.left == 0:
            self.close()
            self.worker = _Worker(self.limits)
        outcome = self.worker.attempt(name, case, confirming)
        if not self.worker.alive:
            self.worker = None
        return outcome

    def close(self) -> None:
        """End the worker."""
        if self.worker is not None:
            self.worker.end()
            self.worker = None

    def seeds_of(self, name: str) -> list[Case]:
        """Its valid inputs, made in a process of its own: what trains or compiles may start threads, and no fork survives those."""
        self._load(name)
        if name not in self.seeds:
            ours, theirs = Pipe()
            pid = os.fork()
            if pid == 0:
                _make_seeds(name, theirs)
            theirs.close()
            try:
                made = ours.recv()
            except EOFError:
                raise RuntimeError(f"{name}: the valid inputs could not be made") from None
            finally:
                os.waitpid(pid, 0)
            if isinstance(made, str):
                raise RuntimeError(f"{name}: the valid inputs could not be made\n{made}")
            self.seeds[name] = made
        return self.seeds[name]


class _Worker:
    """A forked process with a folder of its own for temporary files, which goes with it."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.left, self.alive = limits, INPUTS_PER_WORKER, True
        self.folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
        self.connection, theirs = Pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self.connection.close()
            _work(theirs, limits, self.folder)
        theirs.close()

    def attempt(self, name: str, case: Case, confirming: bool) -> Outcome:
        """Have a case read; the worker is not alive any more where that took too long, or killed it."""
        self.left -= 1
        (self.folder / TRACE).write_bytes(b"")
        self.connection.send((name, case, confirming))
        started = waited = time.monotonic()
        before = used = cpu_seconds_of(self.pid)
        while not self.connection.poll(_LOOK):
            now, cpu = time.monotonic(), cpu_seconds_of(self.pid)
            if cpu != used:
                used, waited = cpu, now
            busy = now - started if cpu is None or before is None else cpu - before
            if busy > self.limits.seconds or now - waited > self.limits.patience:
                os.kill(self.pid, signal.SIGUSR1)
                time.sleep(_LOOK)
                place, phase = self._place()
                self.end()
                what = f"Hang: no answer after {busy:.0f} s of CPU, {now - started:.0f} s"
                return Outcome("hang", what, place, phase, seconds=busy)
        try:
            outcome = self.connection.recv()
        except (EOFError, ConnectionResetError):
            place, phase = self._place()
            return Outcome("crash", f"Crash by {self.end(patience=2.0)}", place, phase)
        assert isinstance(outcome, Outcome)
        return outcome

    def end(self, patience: float = 0.0) -> str:
        """Kill it, and all it started, unless it ends by itself in so many seconds; how it ended."""
        self.alive = False
        self.connection.close()
        ended, status = os.waitpid(self.pid, os.WNOHANG)
        until = time.monotonic() + patience
        while not ended and time.monotonic() < until:
            time.sleep(0.01)
            ended, status = os.waitpid(self.pid, os.WNOHANG)
        if not ended:
            os.killpg(self.pid, signal.SIGKILL)
            status = os.waitpid(self.pid, 0)[1]
        shutil.rmtree(self.folder, ignore_errors=True)
        code = os.waitstatus_to_exitcode(status)
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def _place(self) -> tuple[str, Phase]:
        """The innermost frame of the project in what faulthandler left, and whether it was reached while using what was read."""
        frames = re.findall(r'File "(.*)", line (\d+) in (\w+)', (self.folder / TRACE).read_text(errors="replace"))
        own = [(path.rpartition("/litesnn/")[2], line, name) for path, line, name in frames if OWN.search(path)]
        phase: Phase = "use" if any(name == "use" and "/fuzz/" in path for path, _, name in frames) else "read"
        return (f"{own[0][0]}:{own[0][1]} {own[0][2]}" if own else ""), phase


def _work(connection: Connection, limits: Limits, folder: Path) -> None:
    """A worker's life: inputs in, outcomes out."""
    os.setpgid(0, 0)
    os.dup2(os.open(os.devnull, os.O_RDWR), 2)
    tempfile.tempdir = str(folder)
    with (folder / TRACE).open("a") as file:
        faulthandler.enable(file)
        faulthandler.register(signal.SIGUSR1, file)
        while True:
            try:
                name, case, confirming = connection.recv()
            except (EOFError, OSError):
                os._exit(0)
            connection.send(attempt(load_reader(name), case, limits, confirming))


def _make_seeds(name: str, connection: Connection) -> None:
    folder = Path(tempfile.mkdtemp(prefix="fuzz-seeds-"))
    answer: Any
    try:
        answer = load_reader(name).seeds(folder)
    except BaseException:  # told to whoever asked, who raises it
        answer = traceback.format_exc()
    shutil.rmtree(folder, ignore_errors=True)
    connection.send(answer)
    os._exit(0)


def serve() -> None:
    """Answer requests until standard input ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)  # what readers print must not stand among the answers
    server: Server | None = None
    while True:
        try:
            request = pickle.load(requests)
        except EOFError:
            break
        if isinstance(request, Limits):
            server = Server(request)
            continue
        assert server is not None
        try:
            answer: Any = server.seeds_of(request) if isinstance(request, str) else server.answer(request)
        except Exception as error:  # the suite's own fault, which the caller raises
            answer = f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
        pickle.dump(answer, answers)
        answers.flush()
    if server is not None:
        server.close()
