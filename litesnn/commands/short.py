"""Commands that only read and show."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def short() -> Iterator[None]:
    """Do not look for garbage meanwhile, nor when Python ends: nearly all that such a command makes are classes and functions.

    Python would look through them over a hundred times, for a fifth of the command's time, and again at its end, for another
    fifth. What has no cycles is freed as ever.
    """
    found = gc.isenabled()
    atexit.unregister(gc.freeze)  # once, however many commands a process calls
    atexit.register(gc.freeze)
    gc.disable()
    try:
        yield
    finally:
        if found:
            gc.enable()
