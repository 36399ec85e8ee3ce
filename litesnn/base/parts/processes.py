"""Parts in processes of this machine. A process that dies loses the part it was at, and no other."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from litesnn.base.interruption import Terminated, orderly_end
from litesnn.base.parts.part import Failed, Outcome, Part, outcome_of


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    at: int | None = None


class Processes:
    """So many processes, started anew, each given one part after the other."""

    def __init__(self, count: int) -> None:
        self.count = count

    def outcomes(self, parts: Sequence[Part]) -> Iterator[tuple[int, Outcome]]:
        """See `Engine`; processes end with the iteration, however it ends."""
        waiting = list(range(len(parts)))[::-1]
        workers = [_started() for _ in range(min(self.count, len(parts)))]
        try:
            for worker in workers:
                _give(worker, parts, waiting)
            while any(worker.at is not None for worker in workers):
                ready = wait([worker.pipe for worker in workers if worker.at is not None])
                for place, worker in enumerate(workers):
                    if worker.at is None or worker.pipe not in ready:
                        continue
                    index, outcome = worker.at, _answer(worker)
                    if not worker.process.is_alive() and waiting:
                        workers[place] = worker = _started()
                    _give(worker, parts, waiting)
                    yield index, outcome
        finally:
            for worker in workers:
                worker.pipe.close()
                worker.process.terminate()
            for worker in workers:
                worker.process.join()


def _started() -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _give(worker: _Worker, parts: Sequence[Part], waiting: list[int]) -> None:
    worker.at = None
    if waiting:
        worker.at = waiting.pop()
        with suppress(BrokenPipeError):  # it has died: its answer says so
            worker.pipe.send_bytes(pickle.dumps(parts[worker.at].work))


def _answer(worker: _Worker) -> Outcome:
    try:
        found: Outcome = worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join()
        code = worker.process.exitcode or 0
        how = f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        return Failed(f"its process was {how}" if code < 0 else f"its process {how}")
    return found


def _serve(pipe: Connection) -> None:
    """A worker's whole life. Ctrl-C reaches it too, and is its parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError, Terminated), orderly_end():
        while True:
            pipe.send(outcome_of(partial(_call, pipe.recv_bytes())))


def _call(work: bytes) -> Any:
    """What this process cannot even load is a part that failed, no reason to die."""
    return pickle.loads(work)()
