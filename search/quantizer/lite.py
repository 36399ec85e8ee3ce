"""The weight quantizer of LitE-SNN: uniform, symmetric, mid-rise, without a zero level.

`step = STEP_UNIT[bits] * std(W)` is the optimal uniform step for a normal distribution. A weight becomes an odd integer
code times `step / 2` (`docs/numbers.md`, Weight codes). Gradients pass straight through; none reaches the step.
Sources: LitE-SNN (IJCAI 2024) and EdMIPS for 1..4 bits; J. Max, "Quantizing for minimum distortion", 1960, for 5..8 bits.
"""

from __future__ import annotations

import torch
from torch import Tensor

from litesnn.search.quantizer.step_units import STEP_UNIT
from litesnn.search.quantizer.straight_through import straight_through

SMALLEST_STD = 1e-12


def natural_step(weight: Tensor, bits: int) -> float:
    """Quantizer step of a whole weight tensor, pruned weights included: `STEP_UNIT[bits] * std(W)`, unbiased std."""
    if weight.numel() < 2:
        return STEP_UNIT[bits] * max(float(weight.detach().abs().double().sum()), SMALLEST_STD)
    sigma = float(weight.detach().double().std(unbiased=True))
    return STEP_UNIT[bits] * max(sigma, SMALLEST_STD)


def weight_codes(weight: Tensor, step: float, bits: int) -> Tensor:
    """Odd integer codes -(2^b - 1) .. 2^b - 1 of `weight` as float64, of the same shape; the value of code 1 is step / 2.

    The gradient of a code with respect to its weight is 2 / step, so that of `code * step / 2` is 1, clipped or not.
    """
    exact = weight.double() / (step / 2)
    with torch.no_grad():
        codes = nearest_codes(weight.double(), step, bits)
    return straight_through(exact, codes)


def nearest_codes(weight: Tensor, step: float | Tensor, bits: int) -> Tensor:
    """The odd code nearest to each weight, clipped to -(2^b - 1) .. 2^b - 1, in the type of `weight`; without gradient."""
    limit = float(2**bits - 1)
    return torch.clamp(2 * torch.round(weight / step + 0.5) - 1, -limit, limit)


def quantize(weight: Tensor, step: float, bits: int) -> Tensor:
    """Quantized weights in float64: `weight_codes(...) * step / 2`, with identity gradient."""
    return weight_codes(weight, step, bits) * (step / 2)
