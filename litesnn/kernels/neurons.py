"""Leaky neurons in float32 over all steps: the functions of native/neurons.c. Arrays come as addresses, of contiguous float32."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_float, c_int32, c_int64, c_void_p
from enum import IntEnum

ROOM = 16  # numbers behind those inside Dspike's window that may be written or read: native/surrogate.h


class SurrogateShape(IntEnum):
    """As native/neurons.c numbers them."""

    DSPIKE = 0
    TRIANGLE = 1
    ARCTANGENT = 2


class ResetKind(IntEnum):
    """As native/neurons.c numbers them."""

    ZERO = 0
    SUBTRACT = 1
    SUBTRACT_NEXT = 2


class Constants(ctypes.Structure):
    """`Neurons` of native/neurons.c.

    `window, first, second` belong to the surrogate. Dspike: where its gradient ends, its largest value, unused. Triangle: unused, half-width,
    its square. Arctangent: unused, its largest value, the scale of a distance.
    """

    _fields_ = (
        ("decay", c_float),
        ("threshold", c_float),
        ("window", c_float),
        ("first", c_float),
        ("second", c_float),
        ("shape", c_int32),
        ("reset", c_int32),
    )


class LeakyNeurons:
    """The functions of a loaded library; Python's other threads go on meanwhile."""

    def __init__(self, loaded: ctypes.CDLL) -> None:
        constants = POINTER(Constants)
        self._forward = loaded.litesnn_leaky_forward
        self._forward.argtypes = (constants, c_void_p, c_int32, c_int64, c_int64, c_void_p, c_void_p)
        self._distances = loaded.litesnn_leaky_distances
        self._distances.argtypes = (constants, c_void_p, c_int64, c_int64, c_int64, c_int64, c_float, c_void_p)
        self._backward = loaded.litesnn_leaky_backward
        self._backward.argtypes = (constants, *[c_void_p] * 3, c_int32, *[c_int64] * 4, c_void_p)
        self._forward.restype = self._backward.restype = None
        self._distances.restype = c_int64

    def forward(
        self,
        constants: Constants,
        current: int,
        held: bool,
        steps: int,
        neurons: int,
        spikes: int,
        membranes: int | None,
    ) -> None:
        """Spikes [steps][neurons], and membranes before the reset where asked for; `held`: current is [neurons], for all steps."""
        self._forward(byref(constants), current, held, steps, neurons, spikes, membranes)

    def distances(
        self,
        constants: Constants,
        membranes: int,
        steps: int,
        neurons: int,
        first: int,
        count: int,
        factor: float,
        inside: int,
    ) -> int:
        """`factor * (membrane - threshold)` of those of `count` neurons from `first` that are inside Dspike's window; returns how many.

        As many as there are, and `ROOM` more, may be written.
        """
        return int(self._distances(byref(constants), membranes, steps, neurons, first, count, factor, inside))

    def backward(
        self,
        constants: Constants,
        membranes: int,
        of_spikes: int,
        inside: int | None,
        held: bool,
        steps: int,
        neurons: int,
        first: int,
        count: int,
        of_current: int,
    ) -> None:
        """Gradients of the currents of `count` neurons from `first`; `inside` is tanh of what `distances` found (Dspike)."""
        self._backward(byref(constants), membranes, of_spikes, inside, held, steps, neurons, first, count, of_current)
