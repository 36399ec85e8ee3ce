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


def run_worker(folder: Path, timeout: float, progress: Callable[[int], None]) -> None:
    """Run the plan in `folder` to its end.

    Parameters
    ----------
    timeout : seconds without a sign of life after which the run is given up
    progress : called with the number of Lava steps done

    Raises
    ------
    BackendError
        If a process of Lava died or raised, or nothing happened for `timeout` seconds.
    """
    log = folder / "worker.log"
    with log.open("wb") as sink:
        worker = subprocess.Popen(
            worker_command(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sink,
            cwd=folder,
            env=_environment(),
            start_new_session=True,
        )
    doing = "starting"
    try:
        for message in _messages(worker, timeout):
            if message is None:
                raise BackendError(
                    f"Lava gave no sign of life for {timeout:g} s while {doing}, and was stopped; a process of it hangs, or "
                    f"the network is large: raise the timeout{_tail(log)}"
                )
            if "error" in message:
                raise BackendError(f"Lava failed while {doing}: {message['error']}{_tail(log)}")
            if "started" in message:
                doing = f"running the first of its steps in {message['started']} processes"
            if "step" in message:
                doing = f"running, after step {message['step']}"
                progress(int(message["step"]))
            if "done" in message:
                _all_gone(worker, FINISH_SECONDS)
                return
        raise BackendError(f"Lava's worker ended with code {worker.wait()} while {doing}{_tail(log)}")
    finally:
        _end(worker)


def worker_command(folder: Path) -> list[str]:
    """The command that runs the worker."""
    return [sys.executable, "-m", "litesnn.runtime.lava.worker", str(folder)]


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
