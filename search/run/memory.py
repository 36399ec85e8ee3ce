"""Memory that every step of a training frees and takes again stays with the process until the training ends.

The C library would give large pieces back to the system at once; the system clears them when they are taken again, page by page, which is
a sixth of the time of a small network's step. Where the library is not glibc nothing changes.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4
"""Parameters of mallopt, as malloc.h numbers them."""
_KEPT = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, -1))
_AFTERWARDS = ((_MMAP_MAX, 2**16), (_MMAP_THRESHOLD, 2**25), (_TRIM_THRESHOLD, 2**26))
"""The library's own, where they depend on what was freed their ends."""


@contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Nothing that is freed goes back to the system before the end; then all of it."""
    library = _glibc()
    _set(library, _KEPT)
    try:
        yield
    finally:
        _set(library, _AFTERWARDS)
        if library is not None:
            library.malloc_trim(ctypes.c_size_t(0))


def _glibc() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "gnu_get_libc_version") else None


def _set(library: ctypes.CDLL | None, parameters: tuple[tuple[int, int], ...]) -> None:
    for parameter, value in parameters:
        if library is not None:
            library.mallopt(ctypes.c_int(parameter), ctypes.c_int(value))
