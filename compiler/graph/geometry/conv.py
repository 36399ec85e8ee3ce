"""Convolution: one kernel shared by all places."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph.geometry.base import Scalar, TapCounts, Windowed, counts_below, split_sums
from litesnn.compiler.graph.geometry.maps import Index, Shape, neurons, unrolled
from litesnn.compiler.graph.geometry.slices import EdgeSlice
from litesnn.compiler.graph.geometry.windows import Axes, AxisWindow, reached, taps, windows

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix, csr_matrix


@dataclass(frozen=True, eq=False, repr=False)
class Conv2d(Windowed):
    """2-D cross-correlation as torch defines it; codes (C_out, C_in, kH, kW)."""

    stride: Axes = 1
    padding: Axes = 0
    dilation: Axes = 1
    kind: ClassVar[str] = "conv2d"
    dimensions: ClassVar[int] = 4

    @classmethod
    def of_slice(cls, part: EdgeSlice) -> Conv2d:
        """See `Geometry.of_slice`; codes (C_out, C_in, kH, kW)."""
        assert part.codes is not None
        return cls(np.ascontiguousarray(part.codes[:, part.read]), part.stride, part.padding, part.dilation)

    @property
    def axes(self) -> tuple[AxisWindow, AxisWindow]:
        """Windows along rows and columns."""
        return windows(self.codes.shape[2:], self.stride, self.padding, self.dilation)

    def by_target(self, values: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """See `Geometry.by_target`."""
        return values[:, None, None, None]

    def matrix(self, in_shape: Shape, out_shape: Shape) -> csr_matrix:
        """See `Geometry.matrix`."""
        codes, rows, columns = [], [], []
        for tap in taps(self.axes, in_shape, out_shape):
            targets, sources = np.nonzero(self.codes[:, :, tap.row, tap.column])
            rows.append(neurons(targets, tap.outputs, out_shape))
            columns.append(neurons(sources, tap.inputs, in_shape))
            codes.append(np.repeat(self.codes[targets, sources, tap.row, tap.column], tap.outputs.size))
        return unrolled(codes, rows, columns, in_shape, out_shape)

    def fan_out(self, in_shape: Shape, out_shape: Shape) -> Index:
        """See `Geometry.fan_out`."""
        fan_out = np.zeros((in_shape[0], in_shape[1] * in_shape[2]), np.int64)
        for tap in taps(self.axes, in_shape, out_shape):
            fan_out[:, tap.inputs] += np.count_nonzero(self.codes[:, :, tap.row, tap.column], axis=0)[:, None]
        return fan_out.reshape(in_shape)

    def sums(self, in_shape: Shape, out_shape: Shape) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """See `Geometry.sums` (a bound: taken over the whole kernel, as if no border cut it)."""
        return split_sums(self.codes, (1, 2, 3))

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
        produced = (self.codes.shape[0], *reached(in_shape, self.axes))
        if self.codes.shape[1] != in_shape[0]:
            return f"kernel reads {self.codes.shape[1]} channels, the source has {in_shape[0]}"
        return None if produced == out_shape else f"produces {produced}, the target is {out_shape}"

    def tap_counts(self, in_shape: Shape, out_shape: Shape) -> TapCounts:
        """See `Geometry.tap_counts`."""
        return counts_below(self.codes != 0)

    def dense_kernel(self, in_shape: Shape, out_shape: Shape) -> Index:
        """See `Geometry.dense_kernel`."""
        return self.codes.astype(np.int64)

    def kernel_matrix(self, channels: tuple[int, int], sources: int) -> csc_matrix:
        """See `Windowed.kernel_matrix`."""
        from scipy.sparse import csc_matrix

        part = self.codes[slice(*channels)]
        by_column = np.ascontiguousarray(part.reshape(len(part), -1).T)
        stored = np.flatnonzero(by_column != 0)
        column, channel = np.divmod(stored, len(part))
        first = np.searchsorted(column, np.arange(len(by_column) + 1))
        return csc_matrix((by_column.ravel()[stored], channel, first), by_column.T.shape)

    def params(self) -> dict[str, Any]:
        """See `Geometry.params`."""
        return {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}
