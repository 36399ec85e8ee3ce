"""The quantizer of one edge: its natural steps, its codes, and the gradient that reaches its weights."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from litesnn.compiler.genotype import EdgePlan, Genotype, QuantizerSpec, has_channel_steps
from litesnn.search.quantizer.lite import natural_step, nearest_codes
from litesnn.search.quantizer.rescaw import rescaled_codes, rescaled_step
from litesnn.search.quantizer.straight_through import straight_through

LITE = QuantizerSpec(method="lite", granularity="tensor")
"""What a genotype without a quantizer has."""


@dataclass(frozen=True)
class EdgeQuantizer:
    """How the weights of an edge become codes.

    Attributes
    ----------
    spec : the genotype's quantizer; its granularity is `tensor` for the readout
    bits : of the edge
    floating : the edge stays in floating point (`ends: float`)
    """

    spec: QuantizerSpec
    bits: int
    floating: bool

    @classmethod
    def of(cls, genotype: Genotype, edge: EdgePlan) -> EdgeQuantizer:
        """The quantizer of one edge of a genotype."""
        spec = genotype.quantizer or LITE
        is_end = edge.reads_input or edge.site.part == "head"
        if not has_channel_steps(genotype, edge):
            spec = spec.model_copy(update={"granularity": "tensor"})
        return cls(spec, edge.bits, floating=spec.ends == "float" and is_end and edge.weighted)

    @property
    def per_channel(self) -> bool:
        """One step per output channel, not one for all."""
        return self.spec.granularity == "channel"

    def natural_step(self, weight: Tensor) -> Tensor:
        """The unsnapped step, float64: a scalar, or (C_out,)."""
        if self.spec.method != "lite":
            return rescaled_step(weight, self.bits, self.spec)
        if self.per_channel:
            return torch.tensor([natural_step(row, self.bits) for row in weight], dtype=torch.float64)
        return torch.tensor(natural_step(weight, self.bits), dtype=torch.float64)

    def codes(self, weight: Tensor, step: Tensor) -> Tensor:
        """Odd integer codes as float64, of the weights' shape; the value of code 1 is `step / 2`, a scalar or (C_out,).

        The gradient of `code * step / 2` with respect to its weight is what `straight_through` says: 1, 1 / gamma, or 1 up to gamma.
        """
        step = along_targets(step, weight)
        exact = weight.double()
        with torch.no_grad():
            rounding = nearest_codes if self.spec.method == "lite" else rescaled_codes
            codes = rounding(exact, step, self.bits)
        gamma = step * ((2**self.bits - 1) / 2)
        if self.spec.straight_through == "clipped":
            exact = torch.where(exact.abs() <= gamma, exact, exact.detach())
        if self.spec.straight_through == "scaled":
            exact = exact / gamma
        return straight_through(exact / (step / 2), codes)


def along_targets(values: Tensor, weight: Tensor) -> Tensor:
    """A scalar, or (C_out,) shaped to meet weights (C_out, ...)."""
    return values if values.ndim == 0 else values.reshape(-1, *[1] * (weight.ndim - 1))
