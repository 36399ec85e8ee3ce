"""Which weights the kernels quantize: float32 ones on a CPU, where the kernels agree with torch."""

from __future__ import annotations

from functools import cache, partial
from itertools import product
from typing import get_args

import torch
from torch import Tensor

from litesnn.compiler.genotype import QuantizerSpec
from litesnn.kernels import Library, library
from litesnn.search.fused.weights import fused_weights
from litesnn.search.model.coded import CodedWeights
from litesnn.search.model.coded import coded_weights as plain_weights
from litesnn.search.quantizer import EdgeQuantizer

_VARIANTS: tuple[tuple[str, ...], ...] = tuple(
    get_args(QuantizerSpec.model_fields[name].annotation) for name in ("method", "granularity", "straight_through")
)


def coded_weights(
    weight: Tensor, quantizer: EdgeQuantizer, step: Tensor, mask: Tensor | None, worth: Tensor | None
) -> Tensor:
    """As `litesnn.search.model.coded.coded_weights`, rounded to float32 where the kernels compute it."""
    kernels = _agreeing() if weight.device.type == "cpu" and weight.dtype == torch.float32 else None
    if kernels is None:
        return plain_weights(weight, quantizer, step, mask, worth)
    return fused_weights(kernels, weight, quantizer, step, mask, worth)


@cache
def _agreeing() -> Library | None:
    """The kernels, where there are some that compute what torch does on this machine, gradients included."""
    kernels = library()
    return kernels if kernels and all(_agree(kernels, *variant) for variant in product(*_VARIANTS)) else None


def _agree(kernels: Library, method: str, granularity: str, straight_through: str) -> bool:
    spec = QuantizerSpec.model_validate(
        {"method": method, "granularity": granularity, "straight_through": straight_through}
    )
    quantizer = EdgeQuantizer(spec, bits=3, floating=False)
    generator = torch.Generator().manual_seed(0)
    weight, upstream = (torch.randn(5, 11, 3, 3, generator=generator) for _ in range(2))
    mask = (torch.rand(weight.shape, generator=generator) < 0.5).float()
    step = quantizer.natural_step(weight)
    computes: tuple[CodedWeights, ...] = plain_weights, partial(fused_weights, kernels)
    found: list[Tensor] = []
    with torch.set_grad_enabled(True):
        for compute, masked, worth in product(computes, (True, False), (None, step / 2, step * 0.3)):
            leaf, kept = weight.clone().requires_grad_(), mask.clone().requires_grad_()
            values = compute(leaf, quantizer, step, kept if masked else None, worth).float()
            found += [values.detach(), *torch.autograd.grad(values, [leaf, kept] if masked else [leaf], upstream)]
    half = len(found) // 2
    return all(map(torch.equal, found[:half], found[half:]))
