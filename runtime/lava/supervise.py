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
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import litesnn
from litesnn.errors import BackendError

POLL_SECONDS = 0.1
# Long enough for Lava to stop a finished network, and for shared memory to be given back after SIGTERM.
FINISH_SECONDS = 10.0
GRACE_SECONDS = 2.0
LOG_LINES = 15


class LavaWorker:
    """A worker and the folder it works in; use it in a `with` statement.

    It runs one job after the other, as `worker.main` says; `models` is the set whose imports it begins with. After a failure it
    is of no more use.
    """

    def __init__(self, models: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="litesnn-lava-")
        self.folder = Path(self._folder.name)
        self._log = self.folder / "worker.log"
        self._doing = "starting"
        with self._log.open("wb") as sink:
            self._process = subprocess.Popen(
                [*worker_command(), models],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                cwd=self.folder,
                env=_environment(),
                start_new_session=True,
            )

    def __enter__(self) -> LavaWorker:
        return self

    def __exit__(self, *failure: object) -> None:
        """End it, in its own time if nothing failed; its folder goes with it."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        if failure == (None, None, None):
            _all_gone(self._process, FINISH_SECONDS)
        _end(self._process)
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
            If a process of Lava died or raised, or nothing happened for `timeout` seconds.
        """
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(os.fsencode(folder) + b"\n")
            self._process.stdin.flush()
        for message in _messages(self._process, timeout):
            if message is None:
                raise BackendError(
                    f"Lava gave no sign of life for {timeout:g} s while {self._doing}, and was stopped; a process of it hangs, or "
                    f"the network is large: raise the timeout{_tail(self._log)}"
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
    paths = [str(Path(litesnn.__file__).absolute().parent.parent)]
    paths += [os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads, "PYTHONPATH": os.pathsep.join(paths)}


def _messages(worker: subprocess.Popen[bytes], timeout: float) -> Iterator[dict[str, Any] | None]:
    """Messages of the worker until it ends; None when none came for `timeout` seconds."""
    assert worker.stdout is not None
    stream = worker.stdout.fileno()
    buffer, last = b"", time.monotonic()
    while True:
        ready, _, _ = select.select([stream], [], [], POLL_SECONDS)
        if ready:
            chunk = os.read(stream, 65536)
            if not chunk:
                return
            *lines, buffer = (buffer + chunk).split(b"\n")
            for line in lines:
                yield json.loads(line)
                last = time.monotonic()
        elif worker.poll() is not None:
            return  # dead, though processes it started still hold the pipe open
        elif time.monotonic() - last > timeout:
            yield None


def _end(worker: subprocess.Popen[bytes]) -> None:
    """End the worker's whole process group: SIGTERM, which Python's resource tracker survives to free shared memory, then SIGKILL.

    SIGCONT makes a stopped process take the signal.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not _all_gone(worker, 0.0):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, number)
                os.killpg(worker.pid, signal.SIGCONT)
            _all_gone(worker, GRACE_SECONDS)
    worker.wait()
    for stream in (worker.stdin, worker.stdout):
        if stream is not None:
            stream.close()


def _all_gone(worker: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether the worker and all it forked have ended, waiting so long: until then one of them holds the pipe open.

    (Asking for the process group would count zombies, which some containers leave standing for seconds.)
    """
    assert worker.stdout is not None
    deadline = time.monotonic() + seconds
    while select.select([worker.stdout.fileno()], [], [], max(0.0, deadline - time.monotonic()))[0]:
        if not os.read(worker.stdout.fileno(), 65536):
            return True
    return False


def _tail(log: Path) -> str:
    """The last lines of the worker's log, for the end of a message."""
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return "".join(f"\n  {line}" for line in ["", *lines[-LOG_LINES:]]) if lines else ""
