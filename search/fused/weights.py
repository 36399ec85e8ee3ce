"""Quantized weights in one pass each way, by the kernels in C: the values of `litesnn.search.model.coded` as float32, and its gradients."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from litesnn.kernels import Library
from litesnn.kernels.weights import Quantizer, Rounding, StraightThrough
from litesnn.search.fused.parts import PART, for_each
from litesnn.search.quantizer import EdgeQuantizer


def fused_weights(
    kernels: Library, weight: Tensor, quantizer: EdgeQuantizer, step: Tensor, mask: Tensor | None, worth: Tensor | None
) -> Tensor:
    """As `litesnn.search.model.coded.coded_weights`, rounded to float32, of float32 weights on the CPU."""
    run = _Run(kernels, quantizer, step, worth)
    taken = weight.contiguous(), None if mask is None else mask.contiguous()
    if not (torch.is_grad_enabled() and any(tensor is not None and tensor.requires_grad for tensor in taken)):
        return run.forward(*taken)
    values: Tensor = _FusedWeights.apply(*taken, run)  # type: ignore[no-untyped-call]
    return values


class _FusedWeights(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, weight: Tensor, mask: Tensor | None, run: _Run) -> Tensor:
        ctx.save_for_backward(weight, mask)
        ctx.run = run
        return run.forward(weight, mask)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        weight, mask = ctx.saved_tensors
        return *ctx.run.backward(weight, mask, gradients[0].contiguous(), learning=ctx.needs_input_grad[1]), None


class _Run:
    """One quantizer with its steps as they are; weights, values and gradients are float32 (C_out, ...)."""

    def __init__(self, kernels: Library, quantizer: EdgeQuantizer, step: Tensor, worth: Tensor | None) -> None:
        self._kernels, self._quantizer = kernels.weights, quantizer
        self._step = step.detach().clone()
        self._worth = torch.ones_like(self._step) if worth is None else worth.detach().contiguous()
        self._is_value = torch.equal(self._worth, self._step / 2)

    def forward(self, weight: Tensor, mask: Tensor | None) -> Tensor:
        """Values."""
        values, kept = torch.empty_like(weight), _bytes(mask)

        def compute(first: int) -> None:
            self._kernels.forward(self._rows(weight, kept, first), weight.data_ptr(), values.data_ptr())

        for_each(compute, _parts(weight))
        return values

    def backward(
        self, weight: Tensor, mask: Tensor | None, of_values: Tensor, *, learning: bool
    ) -> tuple[Tensor, Tensor | None]:
        """Gradients of the weights, and of a mask that is learnt."""
        if mask is None and self._is_value and self._quantizer.spec.straight_through == "identity":
            return of_values, None  # times and by the same number in double: in float the same
        of_weight, kept = torch.empty_like(weight), _bytes(mask)
        of_mask = torch.empty_like(weight) if learning else None

        def compute(first: int) -> None:
            self._kernels.backward(
                self._rows(weight, kept, first),
                weight.data_ptr(),
                of_values.data_ptr(),
                of_weight.data_ptr(),
                None if of_mask is None else of_mask.data_ptr(),
            )

        for_each(compute, _parts(weight))
        return of_weight, of_mask

    def _rows(self, weight: Tensor, mask: Tensor | None, first: int) -> Quantizer:
        spec = self._quantizer.spec
        return Quantizer(
            step=self._step.data_ptr(),
            worth=self._worth.data_ptr(),
            mask=None if mask is None else mask.data_ptr(),
            columns=weight[0].numel(),
            first=first,
            last=min(first + _parts(weight).step, len(weight)),
            bits=self._quantizer.bits,
            method=Rounding.NEAREST if spec.method == "lite" else Rounding.RESCALED,
            straight=StraightThrough[spec.straight_through.upper()],
            per_row=self._step.ndim,
        )


def _bytes(mask: Tensor | None) -> Tensor | None:
    return None if mask is None else mask.to(torch.uint8)


def _parts(weight: Tensor) -> range:
    """First rows of the parts."""
    return range(0, len(weight), max(1, PART // weight[0].numel()))
