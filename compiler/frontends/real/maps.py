"""Linear maps between two layers, in floating point: what lies between one population and the next, composed.

A chain of linear nodes (convolution, pooling, scaling, flattening, weights) is one block of synapses. A map keeps the chip's
shared-kernel form as long as the chain has one, and becomes an unrolled matrix where it has none; both are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from litesnn.compiler.frontends.real.grids import Grid, common_grid
from litesnn.compiler.frontends.real.joined import convolved, dilated, ungrouped
from litesnn.compiler.frontends.real.linear_map import Floats, LinearMap, Shape3, later, unrolled
from litesnn.compiler.graph import Conv2d, Dense, OneToOne, Pool


def identity(shape: Shape3) -> LinearMap:
    """One to one."""
    ids = np.arange(shape[0])
    return LinearMap(
        values=np.ones(shape[0]),
        template=OneToOne(later((shape[0],)), ids, ids),
        in_shape=shape,
        out_shape=shape,
        grid=Grid(1.0),
    )


def dense(before: LinearMap, weight: Floats) -> LinearMap:
    """Weights (out, in) behind a map."""
    values = weight if before.is_identity else np.ascontiguousarray((before.matrix().T @ weight.T).T)
    return LinearMap(values, Dense(later(values.shape)), before.in_shape, (weight.shape[0], 1, 1))


def conv(
    before: LinearMap,
    weight: Floats,
    stride: tuple[int, int],
    padding: tuple[tuple[int, int], tuple[int, int]],
    dilation: tuple[int, int],
    groups: int,
    out_shape: Shape3,
) -> LinearMap:
    """A convolution behind a map; `padding` is ((top, bottom), (left, right))."""
    kernel = ungrouped(weight, groups)
    step = dilation[0]
    if dilation[0] != dilation[1]:
        kernel, step = dilated(kernel, dilation), 1
    even = len({*padding[0], *padding[1]}) == 1 and stride[0] == stride[1]
    if even and before.is_identity:
        template = Conv2d(later(kernel.shape), stride[0], padding[0][0], step)
        return LinearMap(kernel, template, before.in_shape, out_shape)
    if even and (joined := convolved(before, kernel, stride[0], padding[0][0], step, out_shape)) is not None:
        return joined
    # Computed at every position, of which the wanted ones are kept.
    wide = max(*padding[0], *padding[1])
    shape = before.out_shape
    height, width = (side + 2 * wide - step * (k - 1) for side, k in zip(shape[1:], kernel.shape[2:], strict=True))
    everywhere = (kernel.shape[0], height, width)
    full = LinearMap(kernel, Conv2d(later(kernel.shape), 1, wide, step), shape, everywhere)
    return _kept(full, before, (wide - padding[0][0], wide - padding[1][0]), stride, out_shape)


def pool(
    before: LinearMap,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    out_shape: Shape3,
) -> LinearMap:
    """Sums over windows, behind a map."""
    shape, ids = before.out_shape, np.arange(before.out_shape[0])
    sides = {s for s, out in zip(stride, out_shape[1:], strict=True) if out > 1} or {stride[0]}
    values = np.ones(shape[0])
    if len(sides) == 1 and padding[0] == padding[1]:
        template = Pool(
            codes=later((shape[0],)), sources=ids, targets=ids, kernel=kernel, stride=sides.pop(), padding=padding[0]
        )
        window = LinearMap(values, template, shape, out_shape)
        if before.is_identity:
            return window
        if before.template.one_to_one:
            return replace(window, values=window.values * before.values)
        return unrolled(window.matrix() @ before.matrix(), before.in_shape, out_shape)
    wide = max(padding)
    height, width = (side + 2 * wide - k + 1 for side, k in zip(shape[1:], kernel, strict=True))
    everywhere = (shape[0], height, width)
    full = LinearMap(
        values,
        Pool(codes=later((shape[0],)), sources=ids, targets=ids, kernel=kernel, stride=1, padding=wide),
        shape,
        everywhere,
    )
    return _kept(full, before, (wide - padding[0], wide - padding[1]), stride, out_shape)


def total(maps: Sequence[LinearMap]) -> LinearMap:
    """The sum of maps between the same two layers."""
    first, *others = maps
    if not others:
        return first
    grid = common_grid([found.grid for found in maps])
    summed = sum(found.matrix() * (found.step if grid is None else np.rint(found.step / grid.step)) for found in maps)
    return replace(unrolled(summed, first.in_shape, first.out_shape), grid=grid)


def _kept(
    full: LinearMap, before: LinearMap, first: tuple[int, int], stride: tuple[int, int], out_shape: Shape3
) -> LinearMap:
    """Those target positions of `full` that start at `first` and are `stride` apart, behind a map."""
    _, height, width = full.out_shape
    rows = first[0] + stride[0] * np.arange(out_shape[1])
    columns = first[1] + stride[1] * np.arange(out_shape[2])
    area = np.arange(out_shape[0])[:, None, None] * (height * width)
    wanted = (area + rows[None, :, None] * width + columns[None, None, :]).ravel()
    matrix = full.matrix()[wanted]
    return unrolled(matrix if before.is_identity else matrix @ before.matrix(), before.in_shape, out_shape)
