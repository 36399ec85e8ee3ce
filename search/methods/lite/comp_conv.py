"""CompConv: one tensor of weights and one of importance scores, shared by all candidate bit widths.

`W_out = mask(S) * sum_j softmax(beta)_j * Q_bits_j(W)` (LitE-SNN, Eq. 8 to 11). The mixture is made of weights, not of outputs: by
linearity one convolution serves all widths. Several convolutions of one signal are kept as one tensor (K, C_out, C_in, k, k), each
of the K with its own step and its own mask, so that one kernel launch quantizes them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import torch
from torch import Tensor, nn

from litesnn.search.model.pruning import initial_scores, largest, pruned_count
from litesnn.search.quantizer import STEP_UNIT, nearest_codes

_SMALLEST_STD = 1e-12


class _MixedWeights(torch.autograd.Function):
    """Gradients: the quantizer and the mask pass straight through, nothing reaches the step.

    With G the gradient of W_out: dW = mask * G (the probabilities sum to 1), dS = sign(S) * mean * G where `mean` is the mixture
    before the mask, and dp_j = <mask * G, Q_j(W)>. The quantized tensors are made again instead of being kept for the way back.
    """

    @staticmethod
    def forward(
        ctx: Any, weight: Tensor, score: Tensor, probabilities: Tensor, mask: Tensor, bits: tuple[int, ...]
    ) -> Tensor:
        spread = _spread(weight)
        ctx.save_for_backward(weight, score, probabilities, mask, spread)
        ctx.bits = bits
        return _mixture(weight, spread, probabilities, bits).mul_(mask)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        weight, score, probabilities, mask, spread = ctx.saved_tensors
        (gradient,) = gradients
        masked = gradient * mask
        of_score = of_probabilities = None
        if ctx.needs_input_grad[1]:
            of_score = _mixture(weight, spread, probabilities, ctx.bits).mul_(gradient).mul_(torch.sign(score))
        if ctx.needs_input_grad[2]:
            of_probabilities = torch.stack([(masked * _quantized(weight, spread, bits)).sum() for bits in ctx.bits])
        return masked if ctx.needs_input_grad[0] else None, of_score, of_probabilities, None, None


class CompConv(nn.Module):
    """Weights of `count` convolutions (or linear maps) of one shape.

    Parameters
    ----------
    count : how many tensors
    shape : of each, (C_out, C_in, k, k) or (C_out, C_in)
    keep : fraction of weights that the mask keeps, per tensor
    bits : candidate widths
    generator : source of the initial weights, Kaiming normal by fan-out (fan-in for linear maps)

    Attributes
    ----------
    weight, score : (count, *shape)
    mask : bool of the same shape; made from the scores by `refresh_mask`
    prunes : whether the mask leaves out anything; else scores are not learnt
    pruning, quantizing : whether `forward` applies the mask and the quantizers; both True but in a sequential search
    """

    mask: Tensor

    def __init__(
        self, count: int, shape: tuple[int, ...], keep: float, bits: Sequence[int], generator: torch.Generator
    ) -> None:
        super().__init__()
        self.keep = keep
        self.bits = tuple(bits)
        self.pruning = True
        self.quantizing = True
        convolution = len(shape) == 4
        std = sqrt(2 / (shape[0] * shape[2] * shape[3])) if convolution else sqrt(1 / shape[1])
        self.weight = nn.Parameter(torch.randn((count, *shape), generator=generator) * std)
        self.score = nn.Parameter(torch.stack([initial_scores(weight) for weight in self.weight.detach()]))
        self.register_buffer("mask", torch.ones_like(self.weight, dtype=torch.bool))
        self.prunes = pruned_count(self.weight[0].numel(), keep) > 0
        self.refresh_mask()

    def refresh_mask(self) -> int:
        """Make the mask from the scores as they are; returns how many of its entries changed."""
        if not self.prunes:
            return 0
        with torch.no_grad():
            mask = largest(self.score.abs().flatten(1), self.keep).reshape(self.mask.shape)
            changed = int((mask != self.mask).sum())
            self.mask.copy_(mask)
        return changed

    def forward(self, probabilities: Tensor | None = None) -> Tensor:
        """W_out (count, *shape) for the probabilities of the candidate widths (B,); they may be left out where B is 1."""
        if not self.quantizing:
            return self._masked(self.weight) if self.pruning else self.weight
        if probabilities is None:
            probabilities = torch.ones(1, dtype=self.weight.dtype, device=self.weight.device)
        mask = self.mask if self.pruning else torch.ones_like(self.mask)
        mixed: Tensor = _MixedWeights.apply(self.weight, self._learnt, probabilities, mask, self.bits)  # type: ignore[no-untyped-call]
        return mixed

    @property
    def _learnt(self) -> Tensor:
        return self.score if self.prunes else self.score.detach()

    def _masked(self, weight: Tensor) -> Tensor:
        masked: Tensor = _MaskedWeights.apply(weight, self._learnt, self.mask)  # type: ignore[no-untyped-call]
        return masked


class _MaskedWeights(torch.autograd.Function):
    """`mask * W` with the gradients of `_MixedWeights` for unquantized weights."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, score: Tensor, mask: Tensor) -> Tensor:
        ctx.save_for_backward(weight, score, mask)
        return weight * mask

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        weight, score, mask = ctx.saved_tensors
        (gradient,) = gradients
        of_score = gradient * weight * torch.sign(score) if ctx.needs_input_grad[1] else None
        return gradient * mask, of_score, None


def _spread(weight: Tensor) -> Tensor:
    """Unbiased standard deviation of each of the K tensors, shaped to meet them."""
    spread = weight.flatten(1).std(1, unbiased=True) if weight[0].numel() > 1 else weight.flatten(1).abs().sum(1)
    return spread.clamp_min(_SMALLEST_STD).reshape(-1, *[1] * (weight.ndim - 1))


def _quantized(weight: Tensor, spread: Tensor, bits: int) -> Tensor:
    step = STEP_UNIT[bits] * spread
    return nearest_codes(weight, step, bits).mul_(step / 2)


def _mixture(weight: Tensor, spread: Tensor, probabilities: Tensor, bits: Sequence[int]) -> Tensor:
    total = _quantized(weight, spread, bits[0]).mul_(probabilities[0])
    for width, probability in zip(bits[1:], probabilities[1:], strict=True):
        total.add_(_quantized(weight, spread, width).mul_(probability))
    return total
