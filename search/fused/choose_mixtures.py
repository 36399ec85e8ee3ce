"""Which mixtures the kernels compute: those of float32 weights on a CPU, where the kernels agree with torch."""

from __future__ import annotations

from functools import cache, partial

import torch
from torch import Tensor

from litesnn.kernels import Library, library
from litesnn.kernels.mixtures import MOST_WIDTHS
from litesnn.search.fused.mixtures import fused_mixture
from litesnn.search.quantizer.mixture import MixedWeights
from litesnn.search.quantizer.mixture import mixed_weights as plain_mixture


def mixed_weights(weight: Tensor, score: Tensor, probabilities: Tensor, mask: Tensor, bits: tuple[int, ...]) -> Tensor:
    """As `litesnn.search.quantizer.mixture.mixed_weights`, by the kernels where they compute it."""
    same = {tensor.dtype for tensor in (weight, score, probabilities)} == {torch.float32}
    kernels = _agreeing() if same and weight.device.type == "cpu" and len(bits) <= MOST_WIDTHS else None
    if kernels is None:
        return plain_mixture(weight, score, probabilities, mask, bits)
    return fused_mixture(kernels, weight, score, probabilities, mask, bits)


@cache
def _agreeing() -> Library | None:
    """The kernels, where there are some that compute what torch does on this machine, gradients included."""
    kernels = library()
    return kernels if kernels and _agree(kernels) else None


def _agree(kernels: Library) -> bool:
    generator = torch.Generator().manual_seed(0)
    weight, score, upstream = (torch.randn(2, 5, 11, 3, 3, generator=generator) for _ in range(3))
    mask, bits = torch.rand(weight.shape, generator=generator) < 0.5, (1, 2, 4, 8)
    computes: tuple[MixedWeights, ...] = plain_mixture, partial(fused_mixture, kernels)
    found: list[list[Tensor]] = []
    with torch.set_grad_enabled(True):
        for compute in computes:
            leaf, scores = weight.clone().requires_grad_(), score.clone().requires_grad_()
            shares = torch.softmax(torch.arange(4.0), 0).requires_grad_()
            mixed = compute(leaf, scores, shares, mask, bits)
            found.append([mixed.detach(), *torch.autograd.grad(mixed, [leaf, scores, shares], upstream)])
    return all(map(torch.equal, *found))
