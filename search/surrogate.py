"""Spikes with the Dspike surrogate gradient (Li et al., "Differentiable Spike", 2021; LitE-SNN uses temperature 3).

Forward: a strict comparison, decided by the caller on its own numbers. Backward, with z = membrane - threshold in real units:
`dy/dz = b / (2 tanh(b / 2)) * (1 - tanh(b z)^2)` for |z| < 1/2, else 0.
"""

from __future__ import annotations

from math import tanh
from typing import Any

import torch
from torch import Tensor

_HALF_WINDOW = 0.5


def dspike_derivative(distance: Tensor, temperature: float) -> Tensor:
    """Derivative of Dspike at `distance` = membrane - threshold (real units), of the same shape."""
    slope = temperature / (2 * tanh(temperature / 2))
    inside = distance.abs() < _HALF_WINDOW
    derivative: Tensor = slope * (1 - torch.tanh(temperature * distance) ** 2) * inside
    return derivative


class _Spike(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, distance: Tensor, fired: Tensor, temperature: float) -> Tensor:
        ctx.save_for_backward(distance)
        ctx.temperature = temperature
        return fired.to(distance.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        (distance,) = ctx.saved_tensors
        return gradients[0] * dspike_derivative(distance, ctx.temperature), None, None


def spike(distance: Tensor, fired: Tensor, temperature: float) -> Tensor:
    """Spikes 0 or 1 where `fired` (bool), in the type of `distance`, with the surrogate gradient to `distance`."""
    if not (torch.is_grad_enabled() and distance.requires_grad):
        return fired.to(distance.dtype)
    spikes: Tensor = _Spike.apply(distance, fired, temperature)  # type: ignore[no-untyped-call]
    return spikes
