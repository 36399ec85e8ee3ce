"""What the worker tells its parent: messages, the death of one of Lava's processes, and progress counted in a file."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any, TextIO

WATCH_SECONDS = 0.2


class Channel:
    """Messages to the parent; the first error is the last message."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._closed = False

    def send(self, **message: object) -> None:
        """Send one message."""
        with self._lock:
            if not self._closed:
                self._closed = "error" in message
                print(json.dumps(message), file=self._stream, flush=True)


class Watch(threading.Thread):
    """Looks whether all of Lava's processes are alive, from the first that is started; Lava itself waits forever for one that died.

    `progress` returns how much is done where Lava's processes count it themselves; sent on when it has changed.
    """

    def __init__(self, runtime: Any, channel: Channel, progress: Callable[[], int] | None = None) -> None:
        super().__init__(daemon=True)
        self._runtime = runtime
        self._channel, self._progress = channel, progress
        self._over = threading.Event()
        self._reporting = threading.Lock()
        self._reported = 0

    def run(self) -> None:
        """Report progress, and the first process that ended."""
        while not self._over.wait(WATCH_SECONDS):
            for name, process in self._processes():
                cause = _death(process)
                if cause is not None and not self._over.is_set():
                    self._channel.send(error=f"Lava's process '{_of_host(process) or name}' {cause}")
                    return
            self.report()

    def _processes(self) -> Iterator[tuple[str, Any]]:
        """What was started up to now, by its name."""
        infrastructure = self._runtime._messaging_infrastructure
        if infrastructure is None:
            return
        names = self._runtime.names_of_actors
        for i, actor in enumerate(tuple(infrastructure.actors)):
            yield names[i] if i < len(names) else "runtime service", actor
        manager = getattr(infrastructure.smm, "_manager", None)
        process = getattr(manager, "_process", None)
        if process is not None:
            yield "shared memory manager", process

    def report(self) -> None:
        """Send progress on where there is some."""
        with self._reporting:
            done = self._progress() if self._progress else 0
            if done > self._reported:
                self._channel.send(step=done)
                self._reported = done

    def stop(self) -> None:
        """From here on processes may end."""
        self._over.set()


def _of_host(actor: Any) -> str | None:
    """Which of the Lava processes in a host failed, where a host (see `fast.host`) says so."""
    failure = getattr(actor, "exception", None)
    return None if failure is None else getattr(failure[0], "process", None)


def _death(actor: Any) -> str | None:
    """How one of Lava's processes ended, None while it runs."""
    try:
        code = actor.exitcode
        failure = getattr(actor, "exception", None)  # the manager has none
    except (ValueError, OSError):  # joined and closed by Lava itself, after another one failed
        return None
    if failure is not None:
        return f"failed: {type(failure[0]).__name__}: {' '.join(str(failure[0]).split())}"
    if code is None:
        return None
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended by itself with code {code}"
