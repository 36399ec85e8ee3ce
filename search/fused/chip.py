"""Leaky neurons on the chip's integers, all steps in one pass each way, by the kernels in C.

Spikes are those of `litesnn.search.model.neurons.fixed_spikes`; gradients are its gradients, rounded to float32.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from litesnn.kernels import Library
from litesnn.kernels.chip import Channels, Rows
from litesnn.kernels.neurons import Constants
from litesnn.search.fused.constants import constants_of
from litesnn.search.fused.parts import PART, for_each
from litesnn.search.fused.window import tangents
from litesnn.search.model.neurons import LifConstants
from litesnn.search.model.registers import Registers
from litesnn.search.model.surrogate import Surrogate


def fused_fixed_spikes(
    kernels: Library, accumulator: Tensor, registers: Registers, timesteps: int, neurons: LifConstants
) -> Tensor:
    """As `litesnn.search.model.neurons.fixed_spikes`, of populations whose registers no input can leave, on the CPU."""
    registers.count(accumulator, timesteps)
    folded = registers.folded
    taken = accumulator.float().contiguous(), folded.threshold, folded.bias, folded.unit / 64
    run = _Run(kernels, constants_of(neurons), neurons.surrogate, timesteps)
    if not (torch.is_grad_enabled() and any(tensor.requires_grad for tensor in taken)):
        return run.forward(*taken, keep=False)[0]
    spikes: Tensor = _FusedChip.apply(*taken, run)  # type: ignore[no-untyped-call]
    return spikes


class _FusedChip(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, sums: Tensor, threshold: Tensor, bias: Tensor, scale: Tensor, run: _Run) -> Tensor:
        spikes, membranes = run.forward(sums, threshold, bias, scale, keep=True)
        ctx.save_for_backward(membranes, threshold, bias, scale)
        ctx.run, ctx.held = run, len(sums) == 1
        return spikes

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return *ctx.run.backward(*ctx.saved_tensors, gradients[0].contiguous(), held=ctx.held), None


class _Run:
    """One population's neurons over the steps; sums, spikes and membranes are float32 (T, N, C, H, W), constants float64 (C,)."""

    def __init__(self, kernels: Library, constants: Constants, surrogate: Surrogate, timesteps: int) -> None:
        self._kernels, self._constants, self._surrogate, self._steps = kernels.chip, constants, surrogate, timesteps

    def forward(
        self, sums: Tensor, threshold: Tensor, bias: Tensor, scale: Tensor, *, keep: bool
    ) -> tuple[Tensor, Tensor | None]:
        """Spikes, and where they are kept membranes before the reset."""
        spikes = sums.new_empty(self._steps, *sums.shape[1:])
        membranes = torch.empty_like(spikes) if keep else None
        channels = _Channels(threshold, bias, scale)

        def compute(first: int) -> None:
            self._kernels.forward(
                self._constants,
                channels.structure,
                _rows(spikes, first, held=len(sums) == 1),
                sums.data_ptr(),
                spikes.data_ptr(),
                None if membranes is None else membranes.data_ptr(),
            )

        for_each(compute, _parts(spikes))
        return spikes, membranes

    def backward(
        self, membranes: Tensor, threshold: Tensor, bias: Tensor, scale: Tensor, of_spikes: Tensor, *, held: bool
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Gradients of the sums, thresholds, biases and scales."""
        of_sums = torch.empty_like(membranes[:1] if held else membranes)
        of_constants = torch.zeros(*membranes.shape[1:3], 3, dtype=torch.float64)
        channels = _Channels(threshold, bias, scale)

        def compute(first: int) -> None:
            rows = _rows(membranes, first, held=held)
            inside = tangents(
                self._surrogate,
                rows.steps * (rows.last - rows.first) * rows.places,
                lambda width, to: self._kernels.distances(
                    self._constants, channels.structure, rows, membranes.data_ptr(), width, to
                ),
            )
            self._kernels.backward(
                self._constants,
                channels.structure,
                rows,
                membranes.data_ptr(),
                of_spikes.data_ptr(),
                None if inside is None else inside.data_ptr(),
                of_sums.data_ptr(),
                of_constants.data_ptr(),
            )

        for_each(compute, _parts(membranes))
        of_bias, of_threshold, of_scale = of_constants.sum(0).unbind(1)
        return of_sums, of_threshold, of_bias, of_scale


class _Channels:
    """The kernels' structure, and the arrays that its addresses point into."""

    def __init__(self, threshold: Tensor, bias: Tensor, scale: Tensor) -> None:
        self._kept = [values.detach().float().contiguous() for values in (threshold, bias, scale)]
        self.structure = Channels(*(values.data_ptr() for values in self._kept), len(threshold))


def _parts(signal: Tensor) -> range:
    """First rows of the parts."""
    per_row = signal.shape[0] * signal.shape[3] * signal.shape[4]
    return range(0, signal.shape[1] * signal.shape[2], max(1, PART // per_row))


def _rows(signal: Tensor, first: int, *, held: bool) -> Rows:
    steps, samples, channels, height, width = signal.shape
    rows, last = samples * channels, first + _parts(signal).step
    return Rows(steps=steps, rows=rows, places=height * width, first=first, last=min(last, rows), held=held)
