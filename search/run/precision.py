"""Convolutions in fewer bits while training; everything else stays as it is.

Only the convolutions and linear maps of the network compute in bfloat16: in `float` forward and back, in `fixed` the gradients of the
convolutions alone (`litesnn.search.fused`), so that spikes stay the chip's. Weights, scores and their gradients' sums, quantizer steps
and masks, normalization, membranes, losses and optimizers stay in 32-bit floats (steps in 64), so no loss needs scaling. Evaluations
are untouched.
"""

from __future__ import annotations

from functools import partial

import torch
from torch.nn import functional as F

from litesnn.search.run.fastest import fastest
from litesnn.search.run.ranks import Ranks
from litesnn.search.settings.shared import Precision

_GAIN = 1.25
"""A convolution in bfloat16, forward and back, must be so many times as fast: the choice is not to hang on noise."""
_SHAPE, _TARGETS = (16, 48, 16, 16), 48


def decided(precision: Precision, device: torch.device, ranks: Ranks) -> Precision:
    """`auto` as what is faster on this device, measured now, the same in all processes; the others as they are."""
    if precision != "auto":
        return precision
    gain = ranks.total(torch.tensor(bfloat16_gain(device), device=device)) / ranks.count
    return "bf16" if float(gain) >= _GAIN else "32"


def bfloat16_gain(device: torch.device) -> float:
    """How many times as fast a 3x3 convolution and its gradients are in bfloat16, each at its fastest of a few."""
    plain, short = fastest([partial(_both_ways, "32", device), partial(_both_ways, "bf16", device)], device)
    return plain / short


def _both_ways(precision: Precision, device: torch.device) -> None:
    x = torch.ones(_SHAPE, device=device, requires_grad=True)
    weight = torch.ones(_TARGETS, _SHAPE[1], 3, 3, device=device, requires_grad=True)
    with autocast(precision, device):
        F.conv2d(x, weight, padding=1).float().sum().backward()  # type: ignore[no-untyped-call]


def autocast(precision: Precision, device: torch.device) -> torch.autocast:
    """The context in which a network's convolutions compute in `precision`, which is decided; what they return must be made float32 again."""
    assert precision != "auto"
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16")
