"""Which neurons the kernels compute: those of whole samples, in float32 on a CPU, where the kernels agree with torch."""

from __future__ import annotations

from functools import cache, partial
from itertools import product, starmap
from typing import get_args

import torch
from torch import Tensor

from litesnn.compiler.genotype import NeuronReset
from litesnn.kernels import Library, library
from litesnn.search.fused.neurons import fused_spikes
from litesnn.search.model.neurons import LifConstants
from litesnn.search.model.neurons import float_spikes as plain_spikes
from litesnn.search.model.surrogate import Surrogate

_SURROGATES = (Surrogate(3.0), Surrogate(0.75, "triangle"), Surrogate(1.7, "arctangent"))
_RESETS: tuple[NeuronReset, ...] = get_args(NeuronReset)


def float_spikes(current: Tensor, timesteps: int, constants: LifConstants) -> Tensor:
    """As `litesnn.search.model.neurons.float_spikes`."""
    kernels = _agreeing() if _suits(current) and constants.reset in _RESETS else None
    if kernels is None:
        return plain_spikes(current, timesteps, constants)
    return fused_spikes(kernels, current.contiguous(), timesteps, constants)


def _suits(current: Tensor) -> bool:
    return current.device.type == "cpu" and current.dtype == torch.float32


@cache
def _agreeing() -> Library | None:
    """The kernels, where there are some that compute what torch does on this machine, gradients included."""
    kernels = library()
    if kernels is None or not all(starmap(partial(_agree, kernels), product(_SURROGATES, _RESETS))):
        return None
    return kernels


def _agree(kernels: Library, surrogate: Surrogate, reset: str) -> bool:
    constants = LifConstants(819, 0.3, surrogate, reset)
    generator = torch.Generator().manual_seed(0)
    shape = (4, 1, 997, 1, 1)
    values, upstream = (torch.randn(shape, generator=generator) for _ in range(2))
    found = []
    with torch.set_grad_enabled(True):
        for compute in (plain_spikes, lambda *given: fused_spikes(kernels, *given)):
            current = values.clone().requires_grad_()
            spikes = compute(current, 4, constants)
            found.append((spikes.detach(), *torch.autograd.grad(spikes, current, upstream)))
    (spikes, gradient), (ours, our_gradient) = found
    return torch.equal(spikes, ours) and torch.equal(gradient, our_gradient)
