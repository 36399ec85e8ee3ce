"""Mixtures of quantized weights and the way back: the functions of native/mixtures.c. Arrays come as addresses, of contiguous float32."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_int32, c_int64, c_void_p

MOST_WIDTHS = 8
"""As native/mixtures.c has it."""


class Mixture(ctypes.Structure):
    """`Mixture` of native/mixtures.c: float32 steps (widths, rows) and probabilities, a mask of bytes, and the part of a row to compute."""

    _fields_ = (
        ("step", c_void_p),
        ("probability", c_void_p),
        ("mask", c_void_p),
        ("rows", c_int64),
        ("columns", c_int64),
        ("row", c_int64),
        ("begin", c_int64),
        ("end", c_int64),
        ("widths", c_int32),
        ("bits", c_int32 * MOST_WIDTHS),
    )


class Mixtures:
    """The functions of a loaded library; Python's other threads go on meanwhile."""

    def __init__(self, loaded: ctypes.CDLL) -> None:
        self._forward = loaded.litesnn_mixture_forward
        self._forward.argtypes = (POINTER(Mixture), c_void_p, c_void_p)
        self._backward = loaded.litesnn_mixture_backward
        self._backward.argtypes = (POINTER(Mixture), *[c_void_p] * 6)
        for function in (self._forward, self._backward):
            function.restype = None

    def forward(self, mixture: Mixture, weight: int, mixed: int) -> None:
        """Mixed weights of the part."""
        self._forward(byref(mixture), weight, mixed)

    def backward(
        self,
        mixture: Mixture,
        weight: int,
        score: int,
        of_mixed: int,
        of_weight: int,
        of_score: int | None,
        products: int | None,
    ) -> None:
        """Gradients of the part's weights; where asked for those of the scores, and the products that sum to the probabilities' ones."""
        self._backward(byref(mixture), weight, score, of_mixed, of_weight, of_score, products)
