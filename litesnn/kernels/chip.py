"""Leaky neurons on the chip's integers over all steps: the functions of native/chip.c. Arrays come as addresses, of contiguous float32."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_float, c_int32, c_int64, c_void_p

from litesnn.kernels.neurons import Constants


class Channels(ctypes.Structure):
    """`Channels` of native/chip.c: float32 [channels] each."""

    _fields_ = (
        ("threshold", c_void_p),
        ("bias", c_void_p),
        ("scale", c_void_p),
        ("channels", c_int64),
    )


class Rows(ctypes.Structure):
    """`Rows` of native/chip.c: what an array of [steps][rows][places] holds, and the rows to compute, `first` to before `last`."""

    _fields_ = (
        ("steps", c_int64),
        ("rows", c_int64),
        ("places", c_int64),
        ("first", c_int64),
        ("last", c_int64),
        ("held", c_int32),
    )


class ChipNeurons:
    """The functions of a loaded library; Python's other threads go on meanwhile."""

    def __init__(self, loaded: ctypes.CDLL) -> None:
        shared = POINTER(Channels), POINTER(Rows)
        self._forward = loaded.litesnn_chip_forward
        self._forward.argtypes = (POINTER(Constants), *shared, *[c_void_p] * 3)
        self._distances = loaded.litesnn_chip_distances
        self._distances.argtypes = (POINTER(Constants), *shared, c_void_p, c_float, c_void_p)
        self._backward = loaded.litesnn_chip_backward
        self._backward.argtypes = (POINTER(Constants), *shared, *[c_void_p] * 5)
        self._forward.restype = self._backward.restype = None
        self._distances.restype = c_int64

    def forward(
        self, constants: Constants, channels: Channels, rows: Rows, sums: int, spikes: int, membranes: int | None
    ) -> None:
        """Spikes of the rows, and membranes before the reset where asked for."""
        self._forward(byref(constants), byref(channels), byref(rows), sums, spikes, membranes)

    def distances(
        self, constants: Constants, channels: Channels, rows: Rows, membranes: int, factor: float, inside: int
    ) -> int:
        """`factor * scale * (membrane - threshold)` of the rows' neurons inside Dspike's window; returns how many.

        As many as there are, and `ROOM` more, may be written.
        """
        return int(self._distances(byref(constants), byref(channels), byref(rows), membranes, factor, inside))

    def backward(
        self,
        constants: Constants,
        channels: Channels,
        rows: Rows,
        membranes: int,
        of_spikes: int,
        inside: int | None,
        of_sums: int,
        of_constants: int,
    ) -> None:
        """Gradients of the rows' sums, and added to float64 `of_constants` [rows][3] those of each row's bias, threshold and scale."""
        self._backward(
            byref(constants), byref(channels), byref(rows), membranes, of_spikes, inside, of_sums, of_constants
        )
