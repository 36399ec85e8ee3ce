"""SIGTERM and SIGHUP as orderly ends: an exception runs every clean-up on the way out, as it does after Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NUMBERS = (signal.SIGTERM, signal.SIGHUP)


class Terminated(BaseException):
    """The process was asked to end.

    Not an `Exception`, so that nothing on the way takes it for a failure of its own; not a `KeyboardInterrupt`, so that the exit
    code can tell which signal it was.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    @property
    def exit_code(self) -> int:
        """What shells report for a process that a signal ended."""
        return 128 + self.number


@contextmanager
def orderly_end() -> Iterator[None]:
    """Raise `Terminated` in the main thread at the first SIGTERM or SIGHUP; later ones do not disturb the clean-up.

    What the process was started to ignore (`nohup`) stays ignored.
    """
    before = {number: signal.getsignal(number) for number in _NUMBERS}
    taken = [number for number, handler in before.items() if handler is not signal.SIG_IGN]

    def end(number: int, frame: FrameType | None) -> None:
        for each in taken:
            signal.signal(each, signal.SIG_IGN)
        raise Terminated(number)

    for number in taken:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])
