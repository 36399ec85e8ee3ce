"""The straight-through estimator: a rounded value in the forward pass, the identity in the backward pass.

One building block for everything that training rounds: weight codes, masks, thresholds, biases and membranes. The forward
value is exactly the rounded one (`exact + (rounded - exact)` would not be, in floating point).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, exact: Tensor, rounded: Tensor) -> Tensor:
        return rounded.detach().clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return gradients[0], None


def straight_through(exact: Tensor, rounded: Tensor) -> Tensor:
    """`rounded` with the gradient of `exact`; both of one shape and type."""
    if not (torch.is_grad_enabled() and exact.requires_grad):
        return rounded.detach()
    result: Tensor = _StraightThrough.apply(exact, rounded)  # type: ignore[no-untyped-call]
    return result
