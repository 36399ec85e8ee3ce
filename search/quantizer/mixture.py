"""A mixture of candidate widths of one tensor of weights, masked: LitE-SNN's CompConv (Eq. 8 to 11), K tensors at once.

`W_out = mask(S) * sum_j p_j * Q_bits_j(W)`, each of the K tensors with its own step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from litesnn.search.quantizer.lite import SMALLEST_STD, nearest_codes
from litesnn.search.quantizer.step_units import STEP_UNIT

MixedWeights = Callable[[Tensor, Tensor, Tensor, Tensor, tuple[int, ...]], Tensor]
"""What computes as `mixed_weights` does."""


def mixed_weights(weight: Tensor, score: Tensor, probabilities: Tensor, mask: Tensor, bits: tuple[int, ...]) -> Tensor:
    """The masked mixture, (K, ...).

    Gradients: the quantizer and the mask pass straight through, nothing reaches the step. With G the gradient of W_out:
    dW = mask * G (the probabilities sum to 1), dS = sign(S) * mean * G where `mean` is the mixture before the mask, and
    dp_j = <mask * G, Q_j(W)>. The quantized tensors are made again instead of being kept for the way back.

    Parameters
    ----------
    weight, score : (K, ...)
    probabilities : (B,) of the widths
    mask : bool, (K, ...)
    bits : B widths
    """
    mixed: Tensor = _MixedWeights.apply(weight, score, probabilities, mask, bits)  # type: ignore[no-untyped-call]
    return mixed


def spread(weight: Tensor) -> Tensor:
    """Unbiased standard deviation of each of the K tensors, (K,), in the type of `weight`."""
    rows, count = weight.flatten(1).double(), weight[0].numel()
    if count == 1:
        return weight.flatten().abs().clamp_min(SMALLEST_STD)
    apart = rows - rows.mean(1, keepdim=True)
    found = (apart.square_().sum(1) / (count - 1)).sqrt_()  # `Tensor.std` is one long chain: eight times as long
    return found.to(weight.dtype).clamp_min(SMALLEST_STD)


class _MixedWeights(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, weight: Tensor, score: Tensor, probabilities: Tensor, mask: Tensor, bits: tuple[int, ...]
    ) -> Tensor:
        sigma = spread(weight).reshape(-1, *[1] * (weight.ndim - 1))
        ctx.save_for_backward(weight, score, probabilities, mask, sigma)
        ctx.bits = bits
        return _mixture(weight, sigma, probabilities, bits).mul_(mask)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        weight, score, probabilities, mask, sigma = ctx.saved_tensors
        (gradient,) = gradients
        masked = gradient * mask
        of_score = of_probabilities = None
        if ctx.needs_input_grad[1]:
            of_score = _mixture(weight, sigma, probabilities, ctx.bits).mul_(gradient).mul_(torch.sign(score))
        if ctx.needs_input_grad[2]:
            of_probabilities = torch.stack([(masked * _quantized(weight, sigma, bits)).sum() for bits in ctx.bits])
        return masked if ctx.needs_input_grad[0] else None, of_score, of_probabilities, None, None


def _quantized(weight: Tensor, sigma: Tensor, bits: int) -> Tensor:
    step = STEP_UNIT[bits] * sigma
    return nearest_codes(weight, step, bits).mul_(step / 2)


def _mixture(weight: Tensor, sigma: Tensor, probabilities: Tensor, bits: Sequence[int]) -> Tensor:
    total = _quantized(weight, sigma, bits[0]).mul_(probabilities[0])
    for width, probability in zip(bits[1:], probabilities[1:], strict=True):
        total.add_(_quantized(weight, sigma, width).mul_(probability))
    return total
