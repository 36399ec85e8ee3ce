"""How a block's weight codes connect two maps: the shared-kernel form and the exact unrolled matrix of each geometry.

Maps are (C, H, W), flattened in C order. A code of 0 is a pruned weight: it does not exist, in any form. Geometries are
immutable; passes make new ones.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix

Codes = npt.NDArray[np.int32]
Index = npt.NDArray[np.int64]
Shape = tuple[int, int, int]
Axes = int | tuple[int, int]  # one figure for both axes, or (rows, columns)
AxisWindow = tuple[int, int, int, int]  # kernel, stride, padding, dilation along one axis


def per_axis(figure: Axes) -> tuple[int, int]:
    """The figure for (rows, columns)."""
    return (figure, figure) if isinstance(figure, int) else figure


def _size(shape: Shape) -> int:
    return shape[0] * shape[1] * shape[2]


def _csr(codes: Codes, rows: Index, columns: Index, out_shape: Shape, in_shape: Shape) -> csr_matrix:
    matrix = coo_matrix((codes, (rows, columns)), shape=(_size(out_shape), _size(in_shape)), dtype=np.int32).tocsr()
    matrix.sum_duplicates()
    return matrix


def _taps(size_in: int, size_out: int, tap: int, window: AxisWindow) -> tuple[Index, Index]:
    """Output positions for which this kernel tap falls inside the input, and the input positions it falls on."""
    _, stride, padding, dilation = window
    outputs = np.arange(size_out)
    inputs = outputs * stride + tap * dilation - padding
    inside = (inputs >= 0) & (inputs < size_in)
    return outputs[inside], inputs[inside]


@dataclass(frozen=True, eq=False)
class Geometry(ABC):
    """Base of all geometries; `codes` is the array of weight codes in the geometry's own layout."""

    codes: Codes
    kind: ClassVar[str] = ""
    array_names: ClassVar[tuple[str, ...]] = ("codes",)

    @property
    def nnz(self) -> int:
        """Stored weights in shared-kernel form (pruned ones do not count)."""
        return int(np.count_nonzero(self.codes))

    def map_codes(self, change: Callable[[Codes], Codes]) -> Any:
        """The same geometry with `change` applied to the codes elementwise."""
        return replace(self, codes=change(self.codes).astype(np.int32))

    @abstractmethod
    def scale_targets(self, factors: npt.NDArray[np.int64]) -> Any:
        """Multiply the codes into each target channel by an integer."""

    @abstractmethod
    def matrix(self, in_shape: Shape, out_shape: Shape) -> csr_matrix:
        """Exact unrolled codes, scipy CSR of shape (C*H*W of the target, C*H*W of the source)."""

    @abstractmethod
    def fan_out(self, in_shape: Shape, out_shape: Shape) -> Index:
        """Unrolled synapses per source neuron, (C, H, W)."""

    @abstractmethod
    def sums(self, in_shape: Shape, out_shape: Shape) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Per target channel, the largest sum of positive codes and of negated negative codes at any position."""

    @abstractmethod
    def read_channels(self, in_shape: Shape) -> npt.NDArray[np.bool_]:
        """Per source channel, whether any weight reads it."""

    @abstractmethod
    def keep(self, sources: Index | None, targets: Index | None, in_shape: Shape, out_shape: Shape) -> Any:
        """Restrict to the given source and target channels (sorted ids), which are renumbered from 0."""

    @abstractmethod
    def check(self, in_shape: Shape, out_shape: Shape) -> str | None:
        """None if the geometry turns `in_shape` into `out_shape`; otherwise what is wrong."""

    def params(self) -> dict[str, Any]:
        """Everything but the arrays, for graph.json."""
        return {}

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by name, for weights.safetensors."""
        return {name: getattr(self, name) for name in self.array_names}


def _split_sums(codes: Codes, axes: tuple[int, ...]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    wide = codes.astype(np.int64)
    return np.maximum(wide, 0).sum(axis=axes), np.maximum(-wide, 0).sum(axis=axes)


@dataclass(frozen=True, eq=False)
class Conv2d(Geometry):
    """2-D cross-correlation as torch defines it; codes (C_out, C_in, kH, kW)."""

    stride: Axes = 1
    padding: Axes = 0
    dilation: Axes = 1
    kind: ClassVar[str] = "conv2d"

    @property
    def axes(self) -> tuple[AxisWindow, AxisWindow]:
        """Windows along rows and columns."""
        figures = zip(per_axis(self.stride), per_axis(self.padding), per_axis(self.dilation), strict=True)
        rows, columns = ((kernel, *axis) for kernel, axis in zip(self.codes.shape[2:], figures, strict=True))
        return rows, columns

    def scale_targets(self, factors: npt.NDArray[np.int64]) -> Conv2d:
        """See `Geometry.scale_targets`."""
        return replace(self, codes=(self.codes * factors[:, None, None, None]).astype(np.int32))

    def matrix(self, in_shape: Shape, out_shape: Shape) -> csr_matrix:
        """See `Geometry.matrix`."""
        _, height, width = in_shape
        _, out_height, out_width = out_shape
        codes, rows, columns = [], [], []
        down, across = self.axes
        for ky in range(down[0]):
            oy, iy = _taps(height, out_height, ky, down)
            for kx in range(across[0]):
                ox, ix = _taps(width, out_width, kx, across)
                targets, sources = np.nonzero(self.codes[:, :, ky, kx])
                out_pixel = (oy[:, None] * out_width + ox[None, :]).ravel()
                in_pixel = (iy[:, None] * width + ix[None, :]).ravel()
                rows.append((targets[:, None] * (out_height * out_width) + out_pixel[None, :]).ravel())
                columns.append((sources[:, None] * (height * width) + in_pixel[None, :]).ravel())
                codes.append(np.repeat(self.codes[targets, sources, ky, kx], out_pixel.size))
        return _csr(np.concatenate(codes), np.concatenate(rows), np.concatenate(columns), out_shape, in_shape)

    def fan_out(self, in_shape: Shape, out_shape: Shape) -> Index:
        """See `Geometry.fan_out`."""
        fan_out = np.zeros(in_shape, np.int64)
        down, across = self.axes
        for ky in range(down[0]):
            _, iy = _taps(in_shape[1], out_shape[1], ky, down)
            for kx in range(across[0]):
                _, ix = _taps(in_shape[2], out_shape[2], kx, across)
                fan_out[:, iy[:, None], ix[None, :]] += np.count_nonzero(self.codes[:, :, ky, kx], axis=0)[
                    :, None, None
                ]
        return fan_out

    def sums(self, in_shape: Shape, out_shape: Shape) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """See `Geometry.sums` (a bound: taken over the whole kernel, as if no border cut it)."""
        return _split_sums(self.codes, (1, 2, 3))

    def read_channels(self, in_shape: Shape) -> npt.NDArray[np.bool_]:
        """See `Geometry.read_channels`."""
        read: npt.NDArray[np.bool_] = np.any(self.codes != 0, axis=(0, 2, 3))
        return read

    def keep(self, sources: Index | None, targets: Index | None, in_shape: Shape, out_shape: Shape) -> Conv2d:
        """See `Geometry.keep`."""
        codes = self.codes if sources is None else self.codes[:, sources]
        return replace(self, codes=np.ascontiguousarray(codes if targets is None else codes[targets]))

    def check(self, in_shape: Shape, out_shape: Shape) -> str | None:
        """See `Geometry.check`."""
        reached = (self.codes.shape[0], *_reached(in_shape, self.axes))
        if self.codes.shape[1] != in_shape[0]:
            return f"kernel reads {self.codes.shape[1]} channels, the source has {in_shape[0]}"
        return None if reached == out_shape else f"produces {reached}, the target is {out_shape}"

    def params(self) -> dict[str, Any]:
        """See `Geometry.params`."""
        return {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}


def _reached(in_shape: Shape, axes: tuple[AxisWindow, AxisWindow]) -> tuple[int, ...]:
    """Height and width of what windows make of a map."""
    return tuple(
        (side + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
        for side, (kernel, stride, padding, dilation) in zip(in_shape[1:], axes, strict=True)
    )


@dataclass(frozen=True, eq=False)
class Dense(Geometry):
    """All to all; codes (C_out, C_in * H * W), target (C_out, 1, 1)."""

    kind: ClassVar[str] = "dense"

    def scale_targets(self, factors: npt.NDArray[np.int64]) -> Dense:
        """See `Geometry.scale_targets`."""
        return replace(self, codes=(self.codes * factors[:, None]).astype(np.int32))

    def matrix(self, in_shape: Shape, out_shape: Shape) -> csr_matrix:
        """See `Geometry.matrix`."""
        return csr_matrix(self.codes)

    def fan_out(self, in_shape: Shape, out_shape: Shape) -> Index:
        """See `Geometry.fan_out`."""
        fan_out: Index = np.count_nonzero(self.codes, axis=0).reshape(in_shape)
        return fan_out

    def sums(self, in_shape: Shape, out_shape: Shape) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """See `Geometry.sums`."""
        return _split_sums(self.codes, (1,))

    def read_channels(self, in_shape: Shape) -> npt.NDArray[np.bool_]:
        """See `Geometry.read_channels`."""
        read: npt.NDArray[np.bool_] = np.any(self.codes.reshape(-1, *in_shape) != 0, axis=(0, 2, 3))
        return read

    def keep(self, sources: Index | None, targets: Index | None, in_shape: Shape, out_shape: Shape) -> Dense:
        """See `Geometry.keep`."""
        codes = self.codes
        if sources is not None:
            codes = codes.reshape(-1, *in_shape)[:, sources].reshape(codes.shape[0], -1)
        return replace(self, codes=np.ascontiguousarray(codes if targets is None else codes[targets]))

    def check(self, in_shape: Shape, out_shape: Shape) -> str | None:
        """See `Geometry.check`."""
        wanted = (_size(out_shape), _size(in_shape))
        if out_shape[1:] != (1, 1):
            return f"a dense target is (C, 1, 1), found {out_shape}"
        return None if self.codes.shape == wanted else f"codes are {self.codes.shape}, the maps need {wanted}"


@dataclass(frozen=True, eq=False)
class Pool(Geometry):
    """Depthwise window of one constant code per channel: source channel `sources[i]` into target channel `targets[i]`."""

    sources: Index
    targets: Index
    kernel: tuple[int, int] = (1, 1)
    stride: Axes = 1
    padding: Axes = 0
    kind: ClassVar[str] = "pool"
    array_names: ClassVar[tuple[str, ...]] = ("codes", "sources", "targets")

    @property
    def axes(self) -> tuple[AxisWindow, AxisWindow]:
        """Windows along rows and columns."""
        figures = zip(self.kernel, per_axis(self.stride), per_axis(self.padding), strict=True)
        rows, columns = ((*axis, 1) for axis in figures)
        return rows, columns

    def scale_targets(self, factors: npt.NDArray[np.int64]) -> Pool:
        """See `Geometry.scale_targets`."""
        return replace(self, codes=(self.codes * factors[self.targets]).astype(np.int32))

    def matrix(self, in_shape: Shape, out_shape: Shape) -> csr_matrix:
        """See `Geometry.matrix`."""
        _, height, width = in_shape
        _, out_height, out_width = out_shape
        live = np.flatnonzero(self.codes)
        codes, rows, columns = [], [], []
        down, across = self.axes
        for ky in range(down[0]):
            oy, iy = _taps(height, out_height, ky, down)
            for kx in range(across[0]):
                ox, ix = _taps(width, out_width, kx, across)
                out_pixel = (oy[:, None] * out_width + ox[None, :]).ravel()
                in_pixel = (iy[:, None] * width + ix[None, :]).ravel()
                rows.append((self.targets[live][:, None] * (out_height * out_width) + out_pixel).ravel())
                columns.append((self.sources[live][:, None] * (height * width) + in_pixel).ravel())
                codes.append(np.repeat(self.codes[live], out_pixel.size))
        return _csr(np.concatenate(codes), np.concatenate(rows), np.concatenate(columns), out_shape, in_shape)

    def fan_out(self, in_shape: Shape, out_shape: Shape) -> Index:
        """See `Geometry.fan_out`."""
        per_channel = np.bincount(self.sources[self.codes != 0], minlength=in_shape[0])
        window = np.zeros(in_shape[1:], np.int64)
        down, across = self.axes
        for ky in range(down[0]):
            _, iy = _taps(in_shape[1], out_shape[1], ky, down)
            for kx in range(across[0]):
                _, ix = _taps(in_shape[2], out_shape[2], kx, across)
                window[iy[:, None], ix[None, :]] += 1
        fan_out: Index = per_channel[:, None, None] * window
        return fan_out

    def sums(self, in_shape: Shape, out_shape: Shape) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """See `Geometry.sums`."""
        taps = self.kernel[0] * self.kernel[1]
        positive, negative = np.zeros(out_shape[0], np.int64), np.zeros(out_shape[0], np.int64)
        np.add.at(positive, self.targets, np.maximum(self.codes, 0) * taps)
        np.add.at(negative, self.targets, np.maximum(-self.codes, 0) * taps)
        return positive, negative

    def read_channels(self, in_shape: Shape) -> npt.NDArray[np.bool_]:
        """See `Geometry.read_channels`."""
        read = np.zeros(in_shape[0], bool)
        read[self.sources[self.codes != 0]] = True
        return read

    def keep(self, sources: Index | None, targets: Index | None, in_shape: Shape, out_shape: Shape) -> Pool:
        """See `Geometry.keep`."""
        new_source, new_target = _renumber(sources, in_shape[0]), _renumber(targets, out_shape[0])
        kept = (new_source[self.sources] >= 0) & (new_target[self.targets] >= 0)
        return replace(
            self,
            codes=self.codes[kept],
            sources=new_source[self.sources[kept]],
            targets=new_target[self.targets[kept]],
        )

    def check(self, in_shape: Shape, out_shape: Shape) -> str | None:
        """See `Geometry.check`."""
        if not len(self.codes) == len(self.sources) == len(self.targets):
            return "codes, sources and targets differ in length"
        if len(self.codes) and (self.sources.max() >= in_shape[0] or self.targets.max() >= out_shape[0]):
            return f"channel ids reach beyond the maps {in_shape} and {out_shape}"
        size = _reached(in_shape, self.axes)
        return None if size == out_shape[1:] else f"produces maps of {size}, the target has {out_shape[1:]}"

    def params(self) -> dict[str, Any]:
        """See `Geometry.params`."""
        return {"kernel": list(self.kernel), "stride": self.stride, "padding": self.padding}


@dataclass(frozen=True, eq=False)
class OneToOne(Pool):
    """Identity per pixel (kernel 1, stride 1): the skip connection."""

    kind: ClassVar[str] = "one_to_one"


@dataclass(frozen=True, eq=False)
class Sparse(Geometry):
    """Any connection, as CSR over flattened maps; `codes` are the stored values, `indices` and `indptr` as in scipy."""

    indices: Index
    indptr: Index
    kind: ClassVar[str] = "sparse"
    array_names: ClassVar[tuple[str, ...]] = ("codes", "indices", "indptr")

    @classmethod
    def from_matrix(cls, matrix: csr_matrix) -> Sparse:
        """From a scipy matrix of codes (targets, sources)."""
        csr = csr_matrix(matrix)
        csr.sum_duplicates()
        csr.eliminate_zeros()
        return cls(csr.data.astype(np.int32), csr.indices.astype(np.int64), csr.indptr.astype(np.int64))

    def _rows(self) -> Index:
        return np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))

    def scale_targets(self, factors: npt.NDArray[np.int64]) -> Sparse:
        """See `Geometry.scale_targets`; targets of a sparse block are single neurons, spread over equal channels."""
        per_channel = (len(self.indptr) - 1) // len(factors)
        return replace(self, codes=(self.codes * factors[self._rows() // per_channel]).astype(np.int32))

    def matrix(self, in_shape: Shape, out_shape: Shape) -> csr_matrix:
        """See `Geometry.matrix`."""
        # A copy: dropping zeros works in place, and parts of one block share their indices.
        stored = (self.codes, self.indices, self.indptr)
        matrix = csr_matrix(stored, shape=(_size(out_shape), _size(in_shape)), copy=True)
        matrix.eliminate_zeros()
        return matrix

    def fan_out(self, in_shape: Shape, out_shape: Shape) -> Index:
        """See `Geometry.fan_out`."""
        fan_out: Index = np.bincount(self.indices[self.codes != 0], minlength=_size(in_shape)).reshape(in_shape)
        return fan_out

    def sums(self, in_shape: Shape, out_shape: Shape) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """See `Geometry.sums`."""
        positive, negative = np.zeros(_size(out_shape), np.int64), np.zeros(_size(out_shape), np.int64)
        np.add.at(positive, self._rows(), np.maximum(self.codes, 0))
        np.add.at(negative, self._rows(), np.maximum(-self.codes, 0))
        return positive.reshape(out_shape).max(axis=(1, 2)), negative.reshape(out_shape).max(axis=(1, 2))

    def read_channels(self, in_shape: Shape) -> npt.NDArray[np.bool_]:
        """See `Geometry.read_channels`."""
        read = np.zeros(_size(in_shape), bool)
        read[self.indices[self.codes != 0]] = True
        channels: npt.NDArray[np.bool_] = read.reshape(in_shape).any(axis=(1, 2))
        return channels

    def keep(self, sources: Index | None, targets: Index | None, in_shape: Shape, out_shape: Shape) -> Sparse:
        """See `Geometry.keep`."""
        matrix = self.matrix(in_shape, out_shape)
        if targets is not None:
            matrix = matrix[_pixels(targets, out_shape)]
        if sources is not None:
            matrix = matrix[:, _pixels(sources, in_shape)]
        return Sparse.from_matrix(matrix)

    def check(self, in_shape: Shape, out_shape: Shape) -> str | None:
        """See `Geometry.check`."""
        if len(self.indptr) != _size(out_shape) + 1:
            return f"has {len(self.indptr) - 1} rows, the target {_size(out_shape)} neurons"
        if len(self.indices) and self.indices.max() >= _size(in_shape):
            return f"reads neuron {self.indices.max()}, the source has {_size(in_shape)}"
        return None


def _renumber(kept: Index | None, count: int) -> Index:
    """Old channel id -> new id, -1 where dropped."""
    if kept is None:
        return np.arange(count)
    numbers = np.full(count, -1, np.int64)
    numbers[kept] = np.arange(len(kept))
    return numbers


def _pixels(channels: Index, shape: Shape) -> Index:
    area = shape[1] * shape[2]
    pixels: Index = (channels[:, None] * area + np.arange(area)[None, :]).ravel()
    return pixels


GEOMETRIES: dict[str, type[Geometry]] = {g.kind: g for g in (Conv2d, Dense, Pool, OneToOne, Sparse)}
