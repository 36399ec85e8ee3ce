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

from litesnn.search.fused.choose_mixtures import mixed_weights
from litesnn.search.fused.largest import largest
from litesnn.search.model.pruning import initial_scores, pruned_count


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
            mask = largest(self.score.flatten(1), self.keep).reshape(self.mask.shape)
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
        return mixed_weights(self.weight, self._learnt, probabilities, mask, self.bits)

    @property
    def _learnt(self) -> Tensor:
        return self.score if self.prunes else self.score.detach()

    def _masked(self, weight: Tensor) -> Tensor:
        masked: Tensor = _MaskedWeights.apply(weight, self._learnt, self.mask)  # type: ignore[no-untyped-call]
        return masked


class _MaskedWeights(torch.autograd.Function):
    """`mask * W` with the gradients of `mixed_weights` for unquantized weights."""

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
