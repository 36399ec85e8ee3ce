"""Running the worker: start it, pass on its progress, and end it with everything it started, whatever happens.

The worker is a fresh interpreter in its own process group rather than a fork: Lava forks one process per model, which is not
safe in a parent that runs threads (torch, a notebook); importing Lava sets the start method of `multiprocessing` for the
whole process; and a group can be ended as one. It costs about a second of imports.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import litesnn.base as base
from litesnn.base.errors import BackendError
from litesnn.base.staging import ScratchFolder
from litesnn.runtime.lava.stopped import stopped_members

POLL_SECONDS = 0.1
# A process that is stopped this long is taken for stuck; one that is resumed with its parent is running again before.
STOPPED_SECONDS = 2.0
# Long enough for Lava to stop a finished network, and for shared memory to be given back after SIGTERM.
FINISH_SECONDS = 10.0
GRACE_SECONDS = 2.0
LOG_LINES, LOG_BYTES = 15, 64 * 2**10
# What a shell may set for its own interpreters, and what would make this one warn, trace, wait for a terminal or drop checks.
LEFT_OUT = (
    "PYTHONDEBUG",
    "PYTHONDEVMODE",
    "PYTHONINSPECT",
    "PYTHONOPTIMIZE",
    "PYTHONPROFILEIMPORTTIME",
    "PYTHONSTARTUP",
    "PYTHONVERBOSE",
    "PYTHONWARNINGS",
)


class LavaWorker:
    """A worker and the folder it works in; use it in a `with` statement.

    It runs one job after the other, as `worker.main` says; `models` is the set whose imports it begins with. After a failure it
    is of no more use.
    """

    def __init__(self, models: str) -> None:
        self._folder = ScratchFolder()
        self.folder = Path(self._folder.name)
        self._log = self.folder / "worker.log"
        try:
            sink = self._log.open("wb")
        except OSError as error:
            raise BackendError(
                f"Lava: cannot write to {self.folder} ({error}); set TMPDIR to a folder with room"
            ) from error
        self._doing = "starting"
        # A socket of its own: anything may be printed on standard output, by what Python runs at its start too.
        self._answers, theirs = socket.socketpair()
        with sink, theirs:
            self._process = subprocess.Popen(
                [*worker_command(), models, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                cwd=self.folder,
                env=_environment(),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def __enter__(self) -> LavaWorker:
        return self

    def __exit__(self, *failure: object) -> None:
        """End it, in its own time if nothing failed; its folder goes with it."""
        with contextlib.suppress(OSError):  # it is gone already
            self._answers.shutdown(socket.SHUT_WR)
        if failure == (None, None, None):
            _all_gone(self._answers, FINISH_SECONDS)
        _end(self._process, self._answers)
        self._folder.cleanup()

    def run(self, folder: Path, timeout: float, progress: Callable[[int], None]) -> None:
        """Run the job in `folder` to its end.

        Parameters
        ----------
        timeout : seconds without a sign of life after which the run is given up
        progress : called with what is done, in Lava steps or samples

        Raises
        ------
        BackendError
            If a process of Lava died, was stopped or raised, or nothing happened for `timeout` seconds.
        """
        with contextlib.suppress(OSError):  # its end is told below
            self._answers.sendall(os.fsencode(folder) + b"\n")
        for message in _messages(self._process, self._answers, timeout):
            if message is None:
                raise BackendError(
                    f"Lava gave no sign of life for {timeout:g} s while {self._doing}, and was stopped; a process of it hangs, or "
                    f"the network is large: raise the time limit (--lava-timeout SECONDS){_tail(self._log)}"
                )
            if "error" in message:
                raise BackendError(f"Lava failed while {self._doing}: {message['error']}{_tail(self._log)}")
            if "doing" in message:
                self._doing = message["doing"]
            if "started" in message:
                self._doing = f"running the first of its steps in {message['started']} processes"
            if "step" in message:
                self._doing = f"running, after step {message['step']}"
                progress(int(message["step"]))
            if "done" in message:
                self._doing = "starting again"
                return
        raise BackendError(
            f"Lava's worker ended with code {self._process.wait()} while {self._doing}{_tail(self._log)}"
        )


def worker_command() -> list[str]:
    """The command that runs the worker."""
    return [sys.executable, "-m", "litesnn.runtime.lava.worker"]


def _environment() -> dict[str, str]:
    """Find this very LiteSNN from the folder, and leave the cores to Lava's processes."""
    paths = [str(Path(base.__file__).absolute().parents[2])]
    for path in os.environ.get("PYTHONPATH", "").split(os.pathsep):
        with contextlib.suppress(FileNotFoundError):  # relative to a working directory that is gone
            paths += [os.path.abspath(path)] if path else []
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return {**kept, **threads, "PYTHONPATH": os.pathsep.join(paths)}


def _messages(
    worker: subprocess.Popen[bytes], answers: socket.socket, timeout: float
) -> Iterator[dict[str, Any] | None]:
    """Messages of the worker until it ends; None when none came for `timeout` seconds, an error when a process was stopped.

    Time counts while this process runs: it may have been suspended itself, with all of Lava's.
    """
    buffer, silent, now = b"", 0.0, time.monotonic()
    stopped = _Stopped(worker.pid)
    while True:
        ready, _, _ = select.select([answers], [], [], POLL_SECONDS)
        before, now = now, time.monotonic()
        passed = min(now - before, 10 * POLL_SECONDS)
        if (found := stopped.look(passed)) is not None:
            yield {"error": found}
        if ready:
            try:
                chunk = answers.recv(65536)
            except ConnectionResetError:  # it ended with an unread job
                return
            if not chunk:
                return
            *lines, buffer = (buffer + chunk).split(b"\n")
            for line in lines:
                yield json.loads(line)
                silent, now = 0.0, time.monotonic()
            continue
        if worker.poll() is not None:
            return  # dead, though processes it started still hold the socket open
        silent += passed
        if silent > timeout:
            yield None


class _Stopped:
    """Looks once in a while for processes of the group that stay stopped."""

    def __init__(self, group: int) -> None:
        self._group, self._since_look = group, 0.0
        self._before: dict[int, str] = {}

    def look(self, passed: float) -> str | None:
        """What to say of a process that was stopped in two looks; `passed`: seconds since the last call."""
        self._since_look += passed
        if self._since_look < STOPPED_SECONDS:
            return None
        self._since_look, before = 0.0, self._before
        self._before = stopped_members(self._group)
        for pid, name in self._before.items():
            if pid in before:
                return f"its process {pid} ('{name}') was stopped (SIGSTOP) and did not go on for {STOPPED_SECONDS:g} s"
        return None


def _end(worker: subprocess.Popen[bytes], answers: socket.socket) -> None:
    """End the worker's whole process group: SIGTERM, which Python's resource tracker survives to free shared memory, then SIGKILL.

    SIGCONT makes a stopped process take the signal.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not _all_gone(answers, 0.0):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, number)
                os.killpg(worker.pid, signal.SIGCONT)
            _all_gone(answers, GRACE_SECONDS)
    worker.wait()
    answers.close()


def _all_gone(answers: socket.socket, seconds: float) -> bool:
    """Whether the worker and all it forked have ended, waiting so long: until then one of them holds the socket open.

    (Asking for the process group would count zombies, which some containers leave standing for seconds.)
    """
    deadline = time.monotonic() + seconds
    while select.select([answers], [], [], max(0.0, deadline - time.monotonic()))[0]:
        try:
            if not answers.recv(65536):
                return True
        except ConnectionResetError:
            return True
    return False


def _tail(log: Path) -> str:
    """The last lines of the worker's log, for the end of a message."""
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_BYTES))
        text = file.read().decode(errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    return "".join(f"\n  {line}" for line in ["", *lines[-LOG_LINES:]]) if lines else ""
