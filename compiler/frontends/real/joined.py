"""Kernels of convolutions: ungrouped, dilated, and joined with the map that comes before them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from litesnn.compiler.frontends.real.linear_map import Floats, LinearMap, Shape3, later
from litesnn.compiler.graph import Conv2d, Geometry, OneToOne, Pool, per_axis

Join: TypeAlias = Callable[[Any, LinearMap, Floats, int, int, int, Shape3], LinearMap | None]


def convolved(
    before: LinearMap, kernel: Floats, stride: int, padding: int, dilation: int, out_shape: Shape3
) -> LinearMap | None:
    """One kernel for a map and a convolution behind it; None where there is none."""
    join = JOINS.get(type(before.template))
    return None if join is None else join(before.template, before, kernel, stride, padding, dilation, out_shape)


def _pool_then_conv(
    window: Pool, before: LinearMap, kernel: Floats, stride: int, padding: int, dilation: int, out_shape: Shape3
) -> LinearMap | None:
    """Pooling and then convolving is one convolution with a wider kernel, where no border comes between; else None."""
    if per_axis(window.padding) != (0, 0) or (window.sources != window.targets).any():
        return None
    if len(window.sources) != before.in_shape[0]:
        return None
    down, across = per_axis(window.stride)
    covers = window.kernel == (down, across) and before.in_shape[1:] == (
        before.out_shape[1] * down,
        before.out_shape[2] * across,
    )
    if padding and not covers:
        return None
    scaled = kernel * before.values[None, :, None, None]
    spread = dilated(scaled, (dilation * down, dilation * across))
    values = np.zeros((*kernel.shape[:2], *(s + k - 1 for s, k in zip(spread.shape[2:], window.kernel, strict=True))))
    for y in range(window.kernel[0]):
        for x in range(window.kernel[1]):
            values[:, :, y : y + spread.shape[2], x : x + spread.shape[3]] += spread
    strides, paddings = (stride * down, stride * across), (padding * down, padding * across)
    template = Conv2d(later(values.shape), strides, paddings, 1)
    joined = LinearMap(values, template, before.in_shape, out_shape)
    return joined if template.check(before.in_shape, out_shape) is None else None


def ungrouped(weight: Floats, groups: int) -> Floats:
    """Kernel (C_out, C_in, kH, kW) of a grouped convolution; weights between groups are zero and do not exist."""
    if groups == 1:
        return weight
    out, per_group = weight.shape[0] // groups, weight.shape[1]
    full = np.zeros((weight.shape[0], per_group * groups, *weight.shape[2:]))
    for group in range(groups):
        full[group * out : (group + 1) * out, group * per_group : (group + 1) * per_group] = weight[
            group * out : (group + 1) * out
        ]
    return full


def dilated(kernel: Floats, dilation: tuple[int, int]) -> Floats:
    """The kernel with `dilation - 1` zeros between its taps."""
    sides = [(size - 1) * step + 1 for size, step in zip(kernel.shape[2:], dilation, strict=True)]
    spread = np.zeros((*kernel.shape[:2], *sides))
    spread[:, :, :: dilation[0], :: dilation[1]] = kernel
    return spread


JOINS: dict[type[Geometry], Join] = {Pool: _pool_then_conv, OneToOne: _pool_then_conv}
"""By the geometry before; all others are composed unrolled."""
