"""Standard output and error that never raise: what cannot be printed is remembered, so that work that is done stays done.

A character that the terminal's encoding lacks is printed as an escape. A reader that hung up (`| head`) is no failure; a full disk
or a closed output is one, and is said at the end.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Sink(io.RawIOBase):
    """A descriptor; after the first error everything is dropped."""

    def __init__(self, descriptor: int, failure: OSError | None) -> None:
        super().__init__()
        self._descriptor = descriptor
        self.failure = failure

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, content: ReadableBuffer, /) -> int:
        view = memoryview(content)
        done = 0
        while self.failure is None and done < len(view):
            try:
                done += os.write(self._descriptor, view[done:])
            except OSError as error:
                self.failure = error
        return len(view)


class StandardStreams:
    """`sys.stdout` and `sys.stderr` of a command, replaced when this is made."""

    def __init__(self) -> None:
        closed = [descriptor for descriptor in (0, 1, 2) if not _is_open(descriptor)]
        for _ in closed:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free, so that no file of ours gets it
        missing = OSError(errno.EBADF, "it is closed")
        self._out = _Sink(1, missing if 1 in closed else None)
        self._err = _Sink(2, missing if 2 in closed else None)
        sys.stdout = _text(self._out, sys.stdout)
        sys.stderr = _text(self._err, sys.stderr)

    def finish(self) -> str | None:
        """Print what is left; why standard output could not take all of it, None if it did or nobody was there to read it."""
        sys.stdout.flush()
        sys.stderr.flush()
        failure = self._out.failure
        if failure is None or failure.errno == errno.EPIPE:
            return None
        return failure.strerror or str(failure)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _text(sink: _Sink, before: TextIO | None) -> io.TextIOWrapper:
    encoding = "utf-8" if before is None else before.encoding
    buffered = io.BufferedWriter(sink)
    return io.TextIOWrapper(buffered, encoding, "backslashreplace", line_buffering=sink.isatty() or sink.fileno() == 2)
