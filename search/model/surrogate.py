"""Spikes with a surrogate gradient: Dspike, a triangle, or the arctangent.

Forward: a strict comparison, decided by the caller on its own numbers. Backward, with z = membrane - threshold in real units:
Dspike of temperature b (Li et al., "Differentiable Spike", 2021; LitE-SNN: b = 3)
`dy/dz = b / (2 tanh(b / 2)) * (1 - tanh(b z)^2)` for |z| < 1/2, else 0; triangle of half-width a (QP-SNN: a = 1)
`dy/dz = max(a - |z|, 0) / a^2`; arctangent of slope a (SNASNet: a = 2 where the threshold is 1) `dy/dz = (a / 2) / (1 + (pi a z / 2)^2)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, tanh
from typing import Any, Literal

import torch
from torch import Tensor

from litesnn.compiler.genotype import NeuronSpec

HALF_WINDOW = 0.5


def dspike_derivative(distance: Tensor, temperature: float) -> Tensor:
    """Derivative of Dspike at `distance` = membrane - threshold (real units), of the same shape."""
    slope = temperature / (2 * tanh(temperature / 2))
    inside = distance.abs() < HALF_WINDOW
    derivative: Tensor = slope * (1 - torch.tanh(temperature * distance) ** 2) * inside
    return derivative


def triangle_derivative(distance: Tensor, half_width: float) -> Tensor:
    """Derivative of the triangle surrogate at `distance` = membrane - threshold (real units), of the same shape."""
    derivative: Tensor = (half_width - distance.abs()).clamp_min(0) / half_width**2
    return derivative


def arctangent_derivative(distance: Tensor, slope: float) -> Tensor:
    """Derivative of the arctangent surrogate at `distance` = membrane - threshold (real units), of the same shape."""
    derivative: Tensor = slope / 2 / (1 + (pi / 2 * slope * distance) ** 2)
    return derivative


_SHAPES = {"dspike": dspike_derivative, "triangle": triangle_derivative, "arctangent": arctangent_derivative}


@dataclass(frozen=True)
class Surrogate:
    """A surrogate gradient.

    Attributes
    ----------
    width : Dspike's temperature b, the triangle's half-width a, or the arctangent's slope a
    shape : `dspike`, `triangle` or `arctangent`
    """

    width: float
    shape: Literal["dspike", "triangle", "arctangent"] = "dspike"

    @classmethod
    def of(cls, neuron: NeuronSpec) -> Surrogate:
        """The surrogate of a genotype's neurons."""
        return cls(neuron.surrogate_temperature, neuron.surrogate or "dspike")

    def derivative(self, distance: Tensor) -> Tensor:
        """At `distance` = membrane - threshold, of the same shape."""
        return _SHAPES[self.shape](distance, self.width)


class _Spike(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, distance: Tensor, fired: Tensor, surrogate: Surrogate) -> Tensor:
        ctx.save_for_backward(distance)
        ctx.surrogate = surrogate
        return fired.to(distance.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        (distance,) = ctx.saved_tensors
        return gradients[0] * ctx.surrogate.derivative(distance), None, None


def spike(distance: Tensor, fired: Tensor, surrogate: Surrogate) -> Tensor:
    """Spikes 0 or 1 where `fired` (bool), in the type of `distance`, with the surrogate gradient to `distance`."""
    if not (torch.is_grad_enabled() and distance.requires_grad):
        return fired.to(distance.dtype)
    spikes: Tensor = _Spike.apply(distance, fired, surrogate)  # type: ignore[no-untyped-call]
    return spikes
