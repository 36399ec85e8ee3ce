"""Folding the time axis into the batch and back: (T, N, ...) <-> (T * N, ...), so that convolutions see all steps at once."""

from __future__ import annotations

from torch import Tensor


def fold_time(signal: Tensor) -> Tensor:
    """(T, N, ...) to (T * N, ...)."""
    return signal.flatten(0, 1)


def unfold_time(folded: Tensor, like: Tensor) -> Tensor:
    """(T * N, ...) back to (T, N, ...) with the T and N of `like`."""
    return folded.reshape(*like.shape[:2], *folded.shape[1:])


def per_channel(values: Tensor) -> Tensor:
    """(C,) to (C, 1, 1), ready to meet (T, N, C, H, W)."""
    return values[:, None, None]
