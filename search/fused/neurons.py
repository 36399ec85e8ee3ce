"""Leaky neurons of all steps in one pass each way, by the kernels in C.

Membranes before the reset are all that is kept for the way back: spikes and distances follow from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from math import pi, tanh
from typing import Any

import torch
from torch import Tensor

from litesnn.kernels import Library
from litesnn.kernels.neurons import Constants, ResetKind, SurrogateShape
from litesnn.search.model.neurons import LifConstants
from litesnn.search.model.registers import DECAY_ONE
from litesnn.search.model.surrogate import HALF_WINDOW, Surrogate

_PART = 2**15
"""Membranes whose gradient is computed at once: what lies between two passes over them stays in the second cache."""


def fused_spikes(kernels: Library, current: Tensor, timesteps: int, neurons: LifConstants) -> Tensor:
    """As `litesnn.search.model.neurons.float_spikes`, of a contiguous float32 `current` on the CPU."""
    constants, surrogate = _constants(neurons), neurons.surrogate
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
    size = max(1, _PART // steps)

    def compute(first: int) -> None:
        count = min(size, neurons - first)
        tangents = None
        if surrogate.shape == "dspike":
            tangents = torch.empty(steps, count)
            kernels.neurons.distances(
                constants, membranes.data_ptr(), steps, neurons, first, count, surrogate.width, tangents.data_ptr()
            )
            tangents.tanh_()
        kernels.neurons.backward(
            constants,
            membranes.data_ptr(),
            of_spikes.data_ptr(),
            None if tangents is None else tangents.data_ptr(),
            held,
            steps,
            neurons,
            first,
            count,
            of_current.data_ptr(),
        )

    _for_each(compute, range(0, neurons, size))
    return of_current


def _constants(neurons: LifConstants) -> Constants:
    surrogate, width = neurons.surrogate, neurons.surrogate.width
    shared = {
        "decay": neurons.decay_mantissa / DECAY_ONE,
        "threshold": neurons.threshold,
        "reset": ResetKind[neurons.reset.upper()],
    }
    if surrogate.shape == "dspike":
        largest = width / (2 * tanh(width / 2))
        return Constants(**shared, window=HALF_WINDOW, first=largest, shape=SurrogateShape.DSPIKE)
    if surrogate.shape == "triangle":
        return Constants(**shared, first=width, second=width**2, shape=SurrogateShape.TRIANGLE)
    return Constants(**shared, first=width / 2, second=pi / 2 * width, shape=SurrogateShape.ARCTANGENT)


def _for_each(compute: Callable[[int], None], parts: range) -> None:
    """Parts by as many threads as torch computes with."""
    threads = min(torch.get_num_threads(), len(parts))
    if threads == 1:
        _run(compute, iter(parts))
        return
    # Threads take the next part from one iterator; `next` of a range is one step of the interpreter.
    shared = iter(parts)
    waiting = [_pool(threads).submit(_run, compute, shared) for _ in range(threads - 1)]
    _run(compute, shared)
    for other in waiting:
        other.result()


def _run(compute: Callable[[int], None], parts: Iterator[int]) -> None:
    with torch.no_grad():
        for first in parts:
            compute(first)


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="litesnn-neurons")
