"""Convolutions of the chip's integers while training: whole sums as exact as in float32, faster forward, and back if asked for.

Forward, spikes travel as bytes and codes of up to 7 bits as signed ones. Products of a spike are at most 127, so that neither the 16-bit
sums of pairs of processors without VNNI nor the 32-bit sums of any can overflow; a result below 2^24 is exact in float32. Back, gradients
are float32's, or rounded: bfloat16 products and float32 sums.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch._ops import ops

from litesnn.search.model.edges import Edge, plain_convolution
from litesnn.search.run.fastest import fastest

_LARGEST = 127
_GAIN = 1.1
"""How many times as fast as float32 convolutions of bytes must be, to be worth what the conversions take."""
_SHAPE, _TARGETS = (8, 48, 16, 16), 48


@dataclass(frozen=True)
class Geometry:
    """Of a convolution, as torch takes it."""

    stride: int
    padding: int
    dilation: int
    groups: int

    def of_floats(self, x: Tensor, codes: Tensor) -> Tensor:
        """In the type of the operands."""
        return plain_convolution(x, codes, self.stride, self.padding, self.dilation, self.groups)

    def of_bytes(self, x: Tensor, codes: Tensor) -> Tensor:
        """Of spikes and codes that are bytes, in float32; by an operator that is private to torch."""
        operators, pairs = ops.onednn, [[size] * 2 for size in (self.stride, self.padding, self.dilation)]
        ones, zeros = torch.ones(len(codes)), torch.zeros(len(codes), dtype=torch.int32)
        packed = operators.qconv_prepack(codes.to(torch.int8), ones, 1.0, 0, *pairs, self.groups, list(x.shape))
        taken = x.to(torch.uint8), 1.0, 0, packed, ones, zeros, None, *pairs, self.groups
        sums: Tensor = operators.qconv2d_pointwise(*taken, 1.0, 0, torch.float32, "none", [], "")
        return sums.contiguous()

    def gradients(self, of_sums: Tensor, x: Tensor, codes: Tensor, wanted: list[bool]) -> tuple[Tensor | None, ...]:
        """Of spikes and codes, where wanted."""
        sizes = [[size] * 2 for size in (self.stride, self.padding, self.dilation)]
        found: tuple[Tensor | None, ...] = ops.aten.convolution_backward(
            of_sums, x, codes, None, *sizes, False, [0, 0], self.groups, [*wanted, False]
        )
        return found[:2]


@dataclass(frozen=True)
class IntegerConvolution:
    """Whole sums of an edge: called as `litesnn.search.model.edges.plain_convolution`.

    Attributes
    ----------
    spikes : what it reads is 0 or 1, and its codes are at most 127
    rounded : gradients are computed in bfloat16
    """

    spikes: bool
    rounded: bool

    @classmethod
    def of(cls, edge: Edge, *, rounded: bool) -> IntegerConvolution:
        """Of an edge of a network that trains."""
        return cls(edge.input_range == (0, 1) and 2**edge.plan.bits - 1 <= _LARGEST, rounded)

    def __call__(self, x: Tensor, codes: Tensor, stride: int, padding: int, dilation: int, groups: int) -> Tensor:
        """float32 sums of float32 operands; other types and devices as torch computes them."""
        geometry = Geometry(stride, padding, dilation, groups)
        if x.device.type != "cpu" or x.dtype != torch.float32:
            return geometry.of_floats(x, codes)
        forward = geometry.of_bytes if self.spikes and groups == 1 and bytes_pay() else geometry.of_floats
        if not (torch.is_grad_enabled() and (x.requires_grad or codes.requires_grad)):
            return forward(x, codes)
        sums: Tensor = _Convolved.apply(x, codes, geometry, forward, self.rounded)  # type: ignore[no-untyped-call]
        return sums


class _Convolved(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        codes: Tensor,
        geometry: Geometry,
        forward: Callable[[Tensor, Tensor], Tensor],
        rounded: bool,
    ) -> Tensor:
        ctx.save_for_backward(x, codes)
        ctx.given = geometry, rounded
        return forward(x, codes)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        geometry, rounded = ctx.given
        taken = [gradients[0], *ctx.saved_tensors]
        if rounded:
            taken = [tensor.bfloat16() for tensor in taken]
        found = geometry.gradients(*taken, list(ctx.needs_input_grad[:2]))
        return *(None if gradient is None else gradient.float() for gradient in found), None, None, None


@cache
def bytes_pay() -> bool:
    """Whether convolutions of bytes are here, exact, and faster than float32 on this processor: measured at first use."""
    geometry = Geometry(stride=1, padding=1, dilation=1, groups=1)
    generator = torch.Generator().manual_seed(0)
    x = torch.randint(0, 2, _SHAPE, generator=generator).float()
    codes = torch.randint(-_LARGEST, _LARGEST + 1, (_TARGETS, _SHAPE[1], 3, 3), generator=generator).float()
    codes[0], codes[1] = _LARGEST, -_LARGEST
    try:
        exact = torch.equal(geometry.of_bytes(x, codes), geometry.of_floats(x, codes))
    except (AttributeError, RuntimeError, TypeError):  # no such operator, or another signature
        return False
    floats, short = fastest([lambda: geometry.of_floats(x, codes), lambda: geometry.of_bytes(x, codes)], x.device)
    return exact and floats / short >= _GAIN
