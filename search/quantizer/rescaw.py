"""The uniform quantizers of QP-SNN (ICLR 2025): `vanilla`, of weights in -1 .. 1, and ReScaW, of weights rescaled by gamma.

With s = 2^bits - 1, levels are `gamma * (2 k - s) / s` for k = 0 .. s: odd integer codes `2 k - s` times `gamma / s`, so the step is
`2 gamma / s` and there is no zero level. A weight midway between two levels takes the one nearer to 0, and 0 the positive one;
in the published formula (k rounded, half to even, in single precision) noise decides such ties. All else is the same.
"""

from __future__ import annotations

import torch
from torch import Tensor

from litesnn.compiler.genotype import QuantizerSpec

_SMALLEST_SCALE = 1e-12


def rescaled_codes(weight: Tensor, step: Tensor, bits: int) -> Tensor:
    """The odd code nearest to each weight, clipped to -(2^b - 1) .. 2^b - 1, as float64; without gradient."""
    fine = step.float().clamp_min(torch.finfo(torch.float32).tiny)
    rank = torch.ceil(weight.float().abs() / fine).clamp(1, 2 ** (bits - 1))
    return torch.where(weight < 0, 1 - 2 * rank, 2 * rank - 1).double()


def rescaled_step(weight: Tensor, bits: int, spec: QuantizerSpec) -> Tensor:
    """`2 gamma / (2^b - 1)` from the scale of a whole tensor, a scalar, or of each output channel, (C_out,); float64."""
    rows = weight.detach().double()
    rows = rows.flatten(1) if spec.granularity == "channel" else rows.reshape(1, -1)
    gamma = torch.ones(len(rows), dtype=torch.float64, device=rows.device)
    if spec.method == "rescaw":
        gamma = _scale(rows, spec).clamp_min(_SMALLEST_SCALE) * _factor(bits, spec)
    step: Tensor = 2 * gamma / (2**bits - 1)
    return step if spec.granularity == "channel" else step[0]


def _scale(rows: Tensor, spec: QuantizerSpec) -> Tensor:
    if spec.scale == "mean":
        return rows.abs().mean(1)
    if spec.scale == "max":
        return rows.abs().amax(1)
    ends = torch.tensor([spec.percentile, 1 - spec.percentile], dtype=torch.float64, device=rows.device)
    return _quantiles(rows, ends).abs().amax(0)


def _quantiles(rows: Tensor, ends: Tensor) -> Tensor:
    """Percentiles of each row with linear interpolation; `torch.quantile` refuses rows of more than 2^24 values."""
    ordered = rows.sort(dim=1).values
    place = ends * (rows.shape[1] - 1)
    below = place.floor().long()
    above = (below + 1).clamp_max(rows.shape[1] - 1)
    return torch.lerp(ordered[:, below], ordered[:, above], place - below).T


def _factor(bits: int, spec: QuantizerSpec) -> float:
    return (2**bits - 1) / 2 ** (bits - 1) if spec.form == "B" else 1.0
