"""Leaky neurons of all steps in one pass each way, by the kernels in C.

Membranes before the reset are all that is kept for the way back: spikes and distances follow from them.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from litesnn.kernels import Library
from litesnn.kernels.neurons import Constants
from litesnn.search.fused.constants import constants_of
from litesnn.search.fused.parts import PART, for_each
from litesnn.search.fused.window import tangents
from litesnn.search.model.neurons import LifConstants
from litesnn.search.model.surrogate import Surrogate


def fused_spikes(kernels: Library, current: Tensor, timesteps: int, neurons: LifConstants) -> Tensor:
    """As `litesnn.search.model.neurons.float_spikes`, of a contiguous float32 `current` on the CPU."""
    constants, surrogate = constants_of(neurons), neurons.surrogate
    if not (torch.is_grad_enabled() and current.requires_grad):
        return _forward(kernels, constants, current, timesteps, None)
    spikes: Tensor = _Fused.apply(current, kernels, constants, timesteps, surrogate)  # type: ignore[no-untyped-call]
    return spikes


class _Fused(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, current: Tensor, kernels: Library, constants: Constants, timesteps: int, surrogate: Surrogate
    ) -> Tensor:
        membranes = current.new_empty(timesteps, *current.shape[1:])
        spikes = _forward(kernels, constants, current, timesteps, membranes)
        ctx.save_for_backward(membranes)
        ctx.given = kernels, constants, surrogate, len(current) == 1 and timesteps > 1
        return spikes

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        (membranes,) = ctx.saved_tensors
        kernels, constants, surrogate, held = ctx.given
        gradient = _backward(kernels, constants, surrogate, held, membranes, gradients[0].contiguous())
        return gradient, None, None, None, None


def _forward(
    kernels: Library, constants: Constants, current: Tensor, timesteps: int, membranes: Tensor | None
) -> Tensor:
    spikes = current.new_empty(timesteps, *current.shape[1:])
    neurons = spikes[0].numel()
    kept = None if membranes is None else membranes.data_ptr()
    held = len(current) == 1
    kernels.neurons.forward(constants, current.data_ptr(), held, timesteps, neurons, spikes.data_ptr(), kept)
    return spikes


def _backward(
    kernels: Library, constants: Constants, surrogate: Surrogate, held: bool, membranes: Tensor, of_spikes: Tensor
) -> Tensor:
    of_current = torch.empty_like(membranes[:1] if held else membranes)
    steps, neurons = len(membranes), membranes[0].numel()
    size = max(1, PART // steps)

    def compute(first: int) -> None:
        count = min(size, neurons - first)
        where = membranes.data_ptr(), steps, neurons, first, count
        inside = tangents(
            surrogate, steps * count, lambda width, to: kernels.neurons.distances(constants, *where, width, to)
        )
        kernels.neurons.backward(
            constants,
            membranes.data_ptr(),
            of_spikes.data_ptr(),
            None if inside is None else inside.data_ptr(),
            held,
            steps,
            neurons,
            first,
            count,
            of_current.data_ptr(),
        )

    for_each(compute, range(0, neurons, size))
    return of_current
