"""Mixtures of candidate widths in one pass each way, by the kernels in C: the values of `litesnn.search.quantizer.mixture`, and its gradients."""

from __future__ import annotations

from ctypes import c_int32
from typing import Any

import torch
from torch import Tensor

from litesnn.kernels import Library
from litesnn.kernels.mixtures import MOST_WIDTHS, Mixture
from litesnn.search.fused.parts import PART, for_each
from litesnn.search.quantizer.mixture import spread
from litesnn.search.quantizer.step_units import STEP_UNIT


def fused_mixture(
    kernels: Library, weight: Tensor, score: Tensor, probabilities: Tensor, mask: Tensor, bits: tuple[int, ...]
) -> Tensor:
    """As `litesnn.search.quantizer.mixture.mixed_weights`, of at most `MOST_WIDTHS` widths, float32 weights on the CPU."""
    run = _Run(kernels, weight.detach(), probabilities.detach(), mask=mask, bits=bits)
    mixed: Tensor = _FusedMixture.apply(weight, score, probabilities, run)  # type: ignore[no-untyped-call]
    return mixed


class _FusedMixture(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, weight: Tensor, score: Tensor, probabilities: Tensor, run: _Run) -> Tensor:
        ctx.save_for_backward(weight, score)
        ctx.run = run
        return run.forward(weight.contiguous())

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        weight, score = ctx.saved_tensors
        _, of_score, of_probabilities, _ = ctx.needs_input_grad
        given = weight.contiguous(), score.contiguous(), gradients[0].contiguous()
        return *ctx.run.backward(*given, of_score=of_score, of_probabilities=of_probabilities), None


class _Run:
    """One mixture with its steps and probabilities as they are; weights, scores and gradients are float32 (K, ...)."""

    def __init__(
        self, kernels: Library, weight: Tensor, probabilities: Tensor, mask: Tensor, bits: tuple[int, ...]
    ) -> None:
        self._kernels = kernels.mixtures
        sigma = spread(weight)
        self._steps = torch.stack([STEP_UNIT[width] * sigma for width in bits])
        self._probabilities, self._mask = probabilities.contiguous().clone(), mask.to(torch.uint8)
        self._bits = (c_int32 * MOST_WIDTHS)(*bits)
        self._widths, self._rows, self._columns = len(bits), len(weight), weight[0].numel()
        self._per_row = -(-self._columns // PART)

    def forward(self, weight: Tensor) -> Tensor:
        """Mixed weights."""
        mixed = torch.empty_like(weight)
        for_each(lambda part: self._kernels.forward(self._part(part), weight.data_ptr(), mixed.data_ptr()), self._parts)
        return mixed

    def backward(
        self, weight: Tensor, score: Tensor, of_mixed: Tensor, *, of_score: bool, of_probabilities: bool
    ) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """Gradients of weights, scores and probabilities."""
        of_weight = torch.empty_like(weight)
        of_scores = torch.empty_like(weight) if of_score else None
        products = weight.new_empty((self._widths, *weight.shape)) if of_probabilities else None

        def compute(part: int) -> None:
            self._kernels.backward(
                self._part(part),
                weight.data_ptr(),
                score.data_ptr(),
                of_mixed.data_ptr(),
                of_weight.data_ptr(),
                None if of_scores is None else of_scores.data_ptr(),
                None if products is None else products.data_ptr(),
            )

        for_each(compute, self._parts)
        sums = None if products is None else torch.stack([product.sum() for product in products])
        return of_weight, of_scores, sums

    @property
    def _parts(self) -> range:
        return range(self._rows * self._per_row)

    def _part(self, number: int) -> Mixture:
        row, part = divmod(number, self._per_row)
        return Mixture(
            step=self._steps.data_ptr(),
            probability=self._probabilities.data_ptr(),
            mask=self._mask.data_ptr(),
            rows=self._rows,
            columns=self._columns,
            row=row,
            begin=part * PART,
            end=min((part + 1) * PART, self._columns),
            widths=self._widths,
            bits=self._bits,
        )
