"""Which neurons the kernels compute: those of whole samples on a CPU, where the kernels agree with torch.

In floating point those whose currents are float32; on the chip's integers those whose registers no input can leave.
"""

from __future__ import annotations

from functools import cache, partial
from itertools import product, starmap
from typing import get_args

import torch
from torch import Tensor

from litesnn.compiler.genotype import NeuronReset
from litesnn.kernels import Library, library
from litesnn.search.fused.chip import fused_fixed_spikes
from litesnn.search.fused.neurons import fused_spikes
from litesnn.search.model.fixed_point import Folded
from litesnn.search.model.neurons import LifConstants
from litesnn.search.model.neurons import fixed_spikes as plain_fixed_spikes
from litesnn.search.model.neurons import float_spikes as plain_spikes
from litesnn.search.model.registers import Registers
from litesnn.search.model.surrogate import Surrogate

_SURROGATES = (Surrogate(3.0), Surrogate(0.75, "triangle"), Surrogate(1.7, "arctangent"))
_RESETS: tuple[NeuronReset, ...] = get_args(NeuronReset)
_ROUNDED = 1e-4
"""Relative difference that the rounding of a gradient to float32 may make."""


def float_spikes(current: Tensor, timesteps: int, constants: LifConstants) -> Tensor:
    """As `litesnn.search.model.neurons.float_spikes`."""
    kernels = _kernels(constants) if current.device.type == "cpu" and current.dtype == torch.float32 else None
    if kernels is None:
        return plain_spikes(current, timesteps, constants)
    return fused_spikes(kernels, current.contiguous(), timesteps, constants)


def fixed_spikes(accumulator: Tensor, registers: Registers, timesteps: int, constants: LifConstants) -> Tensor:
    """As `litesnn.search.model.neurons.fixed_spikes`; spikes may be float32."""
    kernels = _kernels(constants) if accumulator.device.type == "cpu" and not registers.left else None
    if kernels is None:
        return plain_fixed_spikes(accumulator, registers, timesteps, constants)
    return fused_fixed_spikes(kernels, accumulator, registers, timesteps, constants)


def _kernels(constants: LifConstants) -> Library | None:
    return _agreeing() if constants.reset in _RESETS else None


@cache
def _agreeing() -> Library | None:
    """The kernels, where there are some that compute what torch does on this machine, gradients included."""
    kernels = library()
    checks = [] if kernels is None else [partial(_agree, kernels), partial(_agree_on_integers, kernels)]
    kinds = list(product(_SURROGATES, _RESETS))
    return kernels if all(all(starmap(check, kinds)) for check in checks) else None


def _agree(kernels: Library, surrogate: Surrogate, reset: str) -> bool:
    constants = LifConstants(819, 0.3, surrogate, reset)
    generator = torch.Generator().manual_seed(0)
    shape = (4, 1, 997, 1, 1)
    values, upstream = (torch.randn(shape, generator=generator) for _ in range(2))
    found = []
    with torch.set_grad_enabled(True):
        for compute in (plain_spikes, partial(fused_spikes, kernels)):
            current = values.clone().requires_grad_()
            spikes = compute(current, 4, constants)
            found.append((spikes.detach(), *torch.autograd.grad(spikes, current, upstream)))
    (spikes, gradient), (ours, our_gradient) = found
    return torch.equal(spikes, ours) and torch.equal(gradient, our_gradient)


def _agree_on_integers(kernels: Library, surrogate: Surrogate, reset: str) -> bool:
    constants = LifConstants(819, 0.3, surrogate, reset)
    generator = torch.Generator().manual_seed(0)
    sums = torch.randint(-60, 90, (4, 2, 3, 11, 9), generator=generator).double()
    upstream = torch.randn(sums.shape, generator=generator)
    found = []
    with torch.set_grad_enabled(True):
        for compute in (plain_fixed_spikes, partial(fused_fixed_spikes, kernels)):
            taken = [values.requires_grad_() for values in (sums.clone(), *_constants_of_three_channels())]
            spikes = compute(taken[0], _registers(*taken[1:], reset=reset), 4, constants)
            gradients = torch.autograd.grad(spikes, taken, upstream.to(spikes.dtype))
            found.append((spikes.detach().double(), gradients))
    (spikes, gradients), (ours, our_gradients) = found
    close = (
        torch.allclose(mine.double(), other.double(), rtol=_ROUNDED, atol=_ROUNDED * float(other.abs().max()))
        for mine, other in zip(our_gradients, gradients, strict=True)
    )
    return torch.equal(spikes, ours) and all(close)


def _constants_of_three_channels() -> tuple[Tensor, Tensor, Tensor]:
    """Thresholds, biases and units."""
    whole = torch.tensor([[640.0, 1984.0, 0.0], [-300.0, 0.0, 37.0]], dtype=torch.float64)
    return whole[0].clone(), whole[1].clone(), torch.tensor([0.03, 0.01, 0.02], dtype=torch.float64)


def _registers(threshold: Tensor, bias: Tensor, unit: Tensor, *, reset: str) -> Registers:
    folded = Folded(
        multipliers=(torch.ones_like(unit),),
        unit=unit,
        threshold=threshold,
        highest=2**23,
        bias_mant=bias,
        bias_exp=torch.zeros_like(bias),
        bias=bias,
        bias_exact=bias,
        live=unit > 0,
    )
    return Registers.of("check", folded, torch.full_like(unit, 100.0).detach(), 819, 4, None, reset=reset)
