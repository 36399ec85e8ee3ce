"""Many inputs for many readers, in several servers at once; failing inputs are written as they are found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from fuzz.case import Case
from fuzz.client import Client
from fuzz.limits import Limits
from fuzz.server import Answer, Request
from fuzz.tally import Failure, Tally

FORMAT = "litesnn.fuzz"
PORTION = 50
"""Inputs that one server answers in a row."""


def run(
    readers: Sequence[str],
    inputs: int,
    seed: int,
    limits: Limits | None = None,
    jobs: int = 1,
    folder: Path | None = None,
    progress: Callable[[Tally], None] = lambda tally: None,
) -> list[Tally]:
    """Give every reader the inputs 0 to `inputs` - 1 of a seed; Ctrl-C ends it after the portions at work.

    Parameters
    ----------
    jobs : servers at work; what is counted does not depend on them, but for time and memory
    folder : where failing inputs are written, a file each
    progress : called with the tally of a reader after every portion of its inputs
    """
    clients: SimpleQueue[Client] = SimpleQueue()
    tallies = {reader: Tally(reader) for reader in readers}

    def portion(reader: str, numbers: range) -> list[Answer]:
        client = clients.get()
        try:
            return [client.ask(Request(reader, seed, number)) for number in numbers]
        finally:
            clients.put(client)

    with ExitStack() as stack, ThreadPoolExecutor(jobs) as pool:
        for _ in range(jobs):
            clients.put(stack.enter_context(Client(limits)))
        work = [(reader, pool.submit(portion, reader, numbers)) for reader, numbers in _portions(readers, inputs)]
        try:
            for reader, future in work:
                for answer in future.result():
                    if tallies[reader].add(answer) and folder is not None:
                        write_failure(folder, reader, tallies[reader].failures[answer.outcome.key])
                progress(tallies[reader])
        except KeyboardInterrupt:
            pass  # what was counted is worth having
        finally:
            pool.shutdown(cancel_futures=True)
    return [tally for tally in tallies.values() if tally.inputs]


def write_failure(folder: Path, reader: str, failure: Failure) -> Path:
    """Write an input that failed, to be replayed; a smaller one of the same kind replaces it."""
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256("\n".join(failure.outcome.key).encode(errors="replace")).hexdigest()[:10]
    path = folder / f"{reader}-{failure.outcome.kind}-{name}.json"
    document = {
        "format": FORMAT,
        "reader": reader,
        "outcome": failure.outcome.document(),
        "trace": failure.outcome.trace.splitlines(),
        "case": failure.case.document(),
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def read_failure(path: Path) -> tuple[str, Case]:
    """The reader and the case of a file that `write_failure` wrote."""
    document: dict[str, Any] = json.loads(path.read_text())
    assert document["format"] == FORMAT, path
    return document["reader"], Case.of(document["case"])


def replay(path: Path, limits: Limits | None = None) -> Answer:
    """Give a written input to its reader again."""
    reader, case = read_failure(path)
    with Client(limits) as client:
        return client.ask(Request(reader, case=case))


def _portions(readers: Sequence[str], inputs: int) -> Iterator[tuple[str, range]]:
    for reader in readers:
        for first in range(0, inputs, PORTION):
            yield reader, range(first, min(first + PORTION, inputs))
