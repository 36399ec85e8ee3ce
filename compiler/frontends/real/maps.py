"""Linear maps between two layers, in floating point: what lies between one population and the next, composed.

A chain of linear nodes (convolution, pooling, scaling, flattening, weights) is one block of synapses. A map keeps the chip's
shared-kernel form as long as the chain has one, and becomes an unrolled matrix where it has none; both are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags

from litesnn.base.errors import ImportFileError
from litesnn.compiler.graph import Conv2d, Dense, Geometry, OneToOne, Pool, Sparse, per_axis

Floats = npt.NDArray[np.float64]
Shape3 = tuple[int, int, int]
UNROLLED_MAX = 40_000_000


@dataclass(frozen=True, eq=False)
class LinearMap:
    """Real weights in the layout of a geometry's codes; `template` is that geometry with its codes still to come.

    `in_shape` and `out_shape` are (C, H, W); flattening keeps the shape, since both orders are C order.
    """

    values: Floats
    template: Geometry
    in_shape: Shape3
    out_shape: Shape3

    def geometry(self, codes: npt.NDArray[np.int32]) -> Geometry:
        """The integer geometry with these codes, in the layout of `values`."""
        return replace(self.template, codes=np.ascontiguousarray(codes, np.int32))

    def matrix(self) -> csr_matrix:
        """Real weights, unrolled: CSR (targets, sources).

        Raises
        ------
        ImportFileError
            If it would have more than 40 million entries.
        """
        template = self.template
        taps = template.kernel[0] * template.kernel[1] if isinstance(template, Pool) else 1
        copies = 1 if isinstance(template, (Dense, Sparse)) else self.out_shape[1] * self.out_shape[2]
        if self.values.size * copies * taps > UNROLLED_MAX:
            raise ImportFileError(
                f"a chain of linear nodes from {self.in_shape} to {self.out_shape} has no shared-kernel form and more than "
                f"{UNROLLED_MAX:,} single weights; put neurons between its nodes"
            )
        if isinstance(template, Dense):
            return csr_matrix(self.values)
        # Unroll the positions of the values, then put the values there: geometries unroll integers.
        places = self.geometry(np.arange(1, self.values.size + 1, dtype=np.int32).reshape(self.values.shape))
        matrix = places.matrix(self.in_shape, self.out_shape)
        result = csr_matrix((self.values.ravel()[matrix.data - 1], matrix.indices, matrix.indptr), shape=matrix.shape)
        result.eliminate_zeros()
        return result

    @property
    def is_identity(self) -> bool:
        """Whether it hands everything on as it is."""
        return isinstance(self.template, OneToOne) and bool((self.values == 1).all())

    def scaled(self, factors: Floats) -> LinearMap:
        """Every target neuron's weights times its factor, (C, H, W)."""
        per_channel = factors.reshape(self.out_shape[0], -1)
        if (per_channel == per_channel[:, :1]).all() and not isinstance(self.template, Sparse):
            channel = per_channel[:, 0]
            if isinstance(self.template, Pool):
                return replace(self, values=self.values * channel[self.template.targets])
            return replace(self, values=self.values * channel.reshape(-1, *(1,) * (self.values.ndim - 1)))
        return unrolled(diags(factors.ravel()) @ self.matrix(), self.in_shape, self.out_shape)

    def flattened(self) -> LinearMap:
        """The same map onto a flat layer (C * H * W, 1, 1)."""
        flat = (self.out_shape[0] * self.out_shape[1] * self.out_shape[2], 1, 1)
        if self.out_shape == flat:
            return self
        return unrolled(self.matrix(), self.in_shape, flat)

    def reading(self, shape: Shape3) -> LinearMap:
        """The same map from a layer of as many neurons in another shape."""
        if self.in_shape == shape or isinstance(self.template, (Dense, Sparse)):
            return replace(self, in_shape=shape)
        return unrolled(self.matrix(), shape, self.out_shape)


def identity(shape: Shape3) -> LinearMap:
    """One to one."""
    ids = np.arange(shape[0])
    return LinearMap(np.ones(shape[0]), OneToOne(_later((shape[0],)), ids, ids), shape, shape)


def unrolled(matrix: csr_matrix, in_shape: Shape3, out_shape: Shape3) -> LinearMap:
    """From an unrolled matrix (targets, sources)."""
    csr = csr_matrix(matrix)
    csr.sum_duplicates()
    csr.eliminate_zeros()
    template = Sparse(_later((csr.nnz,)), csr.indices.astype(np.int64), csr.indptr.astype(np.int64))
    return LinearMap(csr.data.astype(np.float64), template, in_shape, out_shape)


def dense(before: LinearMap, weight: Floats) -> LinearMap:
    """Weights (out, in) behind a map."""
    values = weight if before.is_identity else np.ascontiguousarray((before.matrix().T @ weight.T).T)
    return LinearMap(values, Dense(_later(values.shape)), before.in_shape, (weight.shape[0], 1, 1))


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
    kernel = _ungrouped(weight, groups)
    step = dilation[0]
    if dilation[0] != dilation[1]:
        kernel, step = _dilated(kernel, dilation), 1
    even = len({*padding[0], *padding[1]}) == 1 and stride[0] == stride[1]
    if even and before.is_identity:
        template = Conv2d(_later(kernel.shape), stride[0], padding[0][0], step)
        return LinearMap(kernel, template, before.in_shape, out_shape)
    if even and (joined := _pool_then_conv(before, kernel, stride[0], padding[0][0], step, out_shape)) is not None:
        return joined
    # Computed at every position, of which the wanted ones are kept.
    wide = max(*padding[0], *padding[1])
    shape = before.out_shape
    height, width = (side + 2 * wide - step * (k - 1) for side, k in zip(shape[1:], kernel.shape[2:], strict=True))
    everywhere = (kernel.shape[0], height, width)
    full = LinearMap(kernel, Conv2d(_later(kernel.shape), 1, wide, step), shape, everywhere)
    return _kept(full, before, (wide - padding[0][0], wide - padding[1][0]), stride, out_shape)


def pool(
    before: LinearMap,
    factor: float,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    out_shape: Shape3,
) -> LinearMap:
    """Sums over windows times `factor`, behind a map."""
    shape, ids = before.out_shape, np.arange(before.out_shape[0])
    sides = {s for s, out in zip(stride, out_shape[1:], strict=True) if out > 1} or {stride[0]}
    values = np.full(shape[0], factor)
    if len(sides) == 1 and padding[0] == padding[1]:
        template = Pool(_later((shape[0],)), ids, ids, kernel, sides.pop(), padding[0])
        window = LinearMap(values, template, shape, out_shape)
        if before.is_identity:
            return window
        if isinstance(before.template, OneToOne):
            return replace(window, values=window.values * before.values)
        return unrolled(window.matrix() @ before.matrix(), before.in_shape, out_shape)
    wide = max(padding)
    height, width = (side + 2 * wide - k + 1 for side, k in zip(shape[1:], kernel, strict=True))
    everywhere = (shape[0], height, width)
    full = LinearMap(values, Pool(_later((shape[0],)), ids, ids, kernel, 1, wide), shape, everywhere)
    return _kept(full, before, (wide - padding[0], wide - padding[1]), stride, out_shape)


def total(maps: Sequence[LinearMap]) -> LinearMap:
    """The sum of maps between the same two layers."""
    first, *others = maps
    if not others:
        return first
    summed = first.matrix()
    for other in others:
        summed = summed + other.matrix()
    return unrolled(summed, first.in_shape, first.out_shape)


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


def _pool_then_conv(
    before: LinearMap, kernel: Floats, stride: int, padding: int, dilation: int, out_shape: Shape3
) -> LinearMap | None:
    """Pooling and then convolving is one convolution with a wider kernel, where no border comes between; else None."""
    window = before.template
    if not isinstance(window, Pool) or per_axis(window.padding) != (0, 0) or (window.sources != window.targets).any():
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
    spread = _dilated(scaled, (dilation * down, dilation * across))
    values = np.zeros((*kernel.shape[:2], *(s + k - 1 for s, k in zip(spread.shape[2:], window.kernel, strict=True))))
    for y in range(window.kernel[0]):
        for x in range(window.kernel[1]):
            values[:, :, y : y + spread.shape[2], x : x + spread.shape[3]] += spread
    strides, paddings = (stride * down, stride * across), (padding * down, padding * across)
    template = Conv2d(_later(values.shape), strides, paddings, 1)
    joined = LinearMap(values, template, before.in_shape, out_shape)
    return joined if template.check(before.in_shape, out_shape) is None else None


def _ungrouped(weight: Floats, groups: int) -> Floats:
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


def _dilated(kernel: Floats, dilation: tuple[int, int]) -> Floats:
    """The kernel with `dilation - 1` zeros between its taps."""
    sides = [(size - 1) * step + 1 for size, step in zip(kernel.shape[2:], dilation, strict=True)]
    spread = np.zeros((*kernel.shape[:2], *sides))
    spread[:, :, :: dilation[0], :: dilation[1]] = kernel
    return spread


def _later(shape: tuple[int, ...]) -> npt.NDArray[np.int32]:
    """Stands for codes that are not chosen yet, without taking memory."""
    return np.broadcast_to(np.int32(0), shape)
