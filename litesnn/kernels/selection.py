"""The largest magnitudes of rows: the function of native/select.c. Arrays come as addresses, of contiguous float32 and bytes."""

from __future__ import annotations

import ctypes
from ctypes import c_int64, c_void_p


class Selection:
    """The function of a loaded library; Python's other threads go on meanwhile."""

    def __init__(self, loaded: ctypes.CDLL) -> None:
        self._largest = loaded.litesnn_largest
        self._largest.argtypes = (c_void_p, *[c_int64] * 3, c_void_p)
        self._largest.restype = None

    def largest(self, values: int, row: int, count: int, pruned: int, kept: int) -> None:
        """1 where a value of a row of `count` is none of the `pruned` smallest magnitudes."""
        self._largest(values, row, count, pruned, kept)
