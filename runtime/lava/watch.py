"""What the worker tells its parent: messages, the death of one of Lava's processes, and progress counted in a file."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable
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
    """Looks whether all of Lava's processes are alive; Lava itself waits forever for one that died.

    `progress` returns how much is done where Lava's processes count it themselves; sent on when it has changed.
    """

    def __init__(self, runtime: Any, channel: Channel, progress: Callable[[], int] | None = None) -> None:
        super().__init__(daemon=True)
        self._actors = runtime._messaging_infrastructure.actors
        self.names = runtime.names_of_actors
        self._channel, self._progress = channel, progress
        self._over = threading.Event()
        self._reporting = threading.Lock()
        self._reported = 0

    def run(self) -> None:
        """Report progress, and the first process that ended."""
        while not self._over.wait(WATCH_SECONDS):
            for i, actor in enumerate(self._actors):
                name = self.names[i] if i < len(self.names) else "runtime service"
                cause = _death(actor)
                if cause is not None and not self._over.is_set():
                    self._channel.send(error=f"Lava's process '{_of_host(actor) or name}' {cause}")
                    return
            self.report()

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
    failure = None if actor.exception is None else actor.exception[0]
    return getattr(failure, "process", None)


def _death(actor: Any) -> str | None:
    """How one of Lava's processes ended, None while it runs."""
    try:
        code = actor.exitcode
        failure = actor.exception
    except (ValueError, OSError):  # joined and closed by Lava itself, after another one failed
        return None
    if failure is not None:
        return f"failed: {type(failure[0]).__name__}: {' '.join(str(failure[0]).split())}"
    if code is None:
        return None
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended by itself with code {code}"
