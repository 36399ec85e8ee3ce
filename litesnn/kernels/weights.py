"""Quantized weights and the way back: the functions of native/weights.c. Arrays come as addresses, of contiguous float32."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_int32, c_int64, c_void_p
from enum import IntEnum


class Rounding(IntEnum):
    """As native/weights.c numbers them."""

    NEAREST = 0
    RESCALED = 1


class StraightThrough(IntEnum):
    """As native/weights.c numbers them."""

    IDENTITY = 0
    SCALED = 1
    CLIPPED = 2


class Quantizer(ctypes.Structure):
    """`Quantizer` of native/weights.c: float64 steps and worths of code 1, a mask of bytes or none, and the rows to compute."""

    _fields_ = (
        ("step", c_void_p),
        ("worth", c_void_p),
        ("mask", c_void_p),
        ("columns", c_int64),
        ("first", c_int64),
        ("last", c_int64),
        ("bits", c_int32),
        ("method", c_int32),
        ("straight", c_int32),
        ("per_row", c_int32),
    )


class QuantizedWeights:
    """The functions of a loaded library; Python's other threads go on meanwhile."""

    def __init__(self, loaded: ctypes.CDLL) -> None:
        self._forward = loaded.litesnn_weights_forward
        self._forward.argtypes = (POINTER(Quantizer), c_void_p, c_void_p)
        self._backward = loaded.litesnn_weights_backward
        self._backward.argtypes = (POINTER(Quantizer), *[c_void_p] * 4)
        for function in (self._forward, self._backward):
            function.restype = None

    def forward(self, quantizer: Quantizer, weight: int, values: int) -> None:
        """Values of the rows."""
        self._forward(byref(quantizer), weight, values)

    def backward(self, quantizer: Quantizer, weight: int, of_values: int, of_weight: int, of_mask: int | None) -> None:
        """Gradients of the rows' weights, and of the mask where asked for."""
        self._backward(byref(quantizer), weight, of_values, of_weight, of_mask)
