"""Neurons, normalization and pooling of the candidate networks, on (K, B, C, H, W): K candidates or 1 while they are alike."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

TAU = 4 / 3
THRESHOLD = 1.0
EPS = 1e-5
NormMode = Literal["batch", "init"]


class Neurons:
    """The published LIF neurons, `v <- v + (x - v) / tau`: a spike at v >= 1, which resets v to 0. They start at rest."""

    def __init__(self) -> None:
        self.membrane: Tensor | None = None

    def fire(self, current: Tensor) -> Tensor:
        """Spikes of one time step, in the type of `current`."""
        v = current / TAU
        if self.membrane is not None:
            v = v + (1 - 1 / TAU) * self.membrane
        fired = v >= THRESHOLD
        self.membrane = v.masked_fill(fired, 0)
        return fired.to(current.dtype)


def normalize(current: Tensor, mode: NormMode) -> Tensor:
    """Untrained batch normalization: with the statistics of each candidate's own batch, or with those it starts with (0 and 1)."""
    if mode == "init":
        return current / sqrt(1 + EPS)
    return torch.stack([F.batch_norm(candidate, None, None, training=True, eps=EPS) for candidate in current])


def folded(operation: Callable[[Tensor], Tensor], signal: Tensor) -> Tensor:
    """An operation on (samples, C, H, W), applied to (K, B, C, H, W)."""
    result = operation(signal.flatten(0, 1))
    return result.reshape(*signal.shape[:2], *result.shape[1:])


def pool(signal: Tensor, kind: Literal["max", "average"], size: int) -> Tensor:
    """Pooling of size x size pixels without overlap; size 1 changes nothing."""
    if size == 1:
        return signal
    reduce = F.max_pool2d if kind == "max" else F.avg_pool2d
    return folded(lambda x: reduce(x, size), signal)


def kaiming(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Weights of a convolution (C_out, C_in, k, k) as published: Kaiming uniform, a = 2, by fan-in."""
    bound = sqrt(6 / ((1 + 2**2) * shape[1] * shape[2] * shape[3]))
    return (2 * torch.rand(shape, generator=generator) - 1) * bound
