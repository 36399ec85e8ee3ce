"""A normalization by its running statistics, kept as it is or folded: `gain * x + offset` per channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from litesnn.jobs.from_torch.neurons.reading import Floats, floats


@dataclass(frozen=True, eq=False)
class Norm:
    """Batch normalization, (C,) each: `weight * (x - mean) / sqrt(var + eps) + bias`."""

    weight: Floats
    bias: Floats
    mean: Floats
    var: Floats
    eps: float

    @classmethod
    def of(cls, module: Any, before: Floats | float) -> Norm:
        """That of a module, of what a layer with the bias `before` gives; the layer is taken without it."""
        var = floats(module.running_var)
        weight = np.ones_like(var) if module.weight is None else floats(module.weight)
        bias = np.zeros_like(var) if module.bias is None else floats(module.bias)
        return cls(weight=weight, bias=bias, mean=floats(module.running_mean) - before, var=var, eps=float(module.eps))

    @classmethod
    def plain(cls, gain: Floats, offset: Floats, eps: float) -> Norm:
        """One that normalizes nothing: mean 0, variance and epsilon together 1."""
        return cls(weight=gain, bias=offset, mean=np.zeros_like(gain), var=np.full_like(gain, 1 - eps), eps=eps)

    @property
    def gain(self) -> Floats:
        """Factor per channel."""
        found: Floats = self.weight / np.sqrt(self.var + self.eps)
        return found

    @property
    def offset(self) -> Floats:
        """What is added per channel."""
        return self.bias - self.mean * self.gain

    def scaled(self, factors: Floats) -> Norm:
        """With what it gives multiplied."""
        return replace(self, weight=self.weight * factors, bias=self.bias * factors)

    def with_eps(self, eps: float) -> Norm:
        """The same with another, smaller epsilon."""
        return replace(self, var=self.var + (self.eps - eps), eps=eps)
