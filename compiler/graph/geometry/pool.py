"""One constant window per channel: pools and skips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph.geometry.base import TapCounts, Windowed
from litesnn.compiler.graph.geometry.maps import Index, Shape, neurons, unrolled
from litesnn.compiler.graph.geometry.windows import Axes, AxisWindow, per_axis, reached, taps

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix, csr_matrix


@dataclass(frozen=True, eq=False)
class Pool(Windowed):
    """Depthwise window of one constant code per channel: source channel `sources[i]` into target channel `targets[i]`."""

    sources: Index
    targets: Index
    kernel: tuple[int, int] = (1, 1)
    stride: Axes = 1
    padding: Axes = 0
    kind: ClassVar[str] = "pool"
    depthwise: ClassVar[bool] = True
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
        live = np.flatnonzero(self.codes)
        codes, rows, columns = [], [], []
        for tap in taps(self.axes, in_shape, out_shape):
            rows.append(neurons(self.targets[live], tap.outputs, out_shape))
            columns.append(neurons(self.sources[live], tap.inputs, in_shape))
            codes.append(np.repeat(self.codes[live], tap.outputs.size))
        return unrolled(codes, rows, columns, in_shape, out_shape)

    def fan_out(self, in_shape: Shape, out_shape: Shape) -> Index:
        """See `Geometry.fan_out`."""
        per_channel = np.bincount(self.sources[self.codes != 0], minlength=in_shape[0])
        window = np.zeros(in_shape[1] * in_shape[2], np.int64)
        for tap in taps(self.axes, in_shape, out_shape):
            window[tap.inputs] += 1
        fan_out: Index = (per_channel[:, None] * window).reshape(in_shape)
        return fan_out

    def sums(self, in_shape: Shape, out_shape: Shape) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """See `Geometry.sums`."""
        area = self.kernel[0] * self.kernel[1]
        positive, negative = np.zeros(out_shape[0], np.int64), np.zeros(out_shape[0], np.int64)
        np.add.at(positive, self.targets, np.maximum(self.codes, 0) * area)
        np.add.at(negative, self.targets, np.maximum(-self.codes, 0) * area)
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
        produced = reached(in_shape, self.axes)
        return None if produced == out_shape[1:] else f"produces maps of {produced}, the target has {out_shape[1:]}"

    def tap_counts(self, in_shape: Shape, out_shape: Shape) -> TapCounts:
        """See `Geometry.tap_counts`."""

        def counts(channels: tuple[int, int]) -> Index:
            kept = (self.targets >= channels[0]) & (self.targets < channels[1]) & (self.codes != 0)
            per_channel = np.bincount(self.sources[kept], minlength=in_shape[0])
            return np.broadcast_to(per_channel[:, None, None], (len(per_channel), *self.kernel))

        return counts

    def kernel_matrix(self, channels: tuple[int, int], sources: int) -> csc_matrix:
        """See `Windowed.kernel_matrix`."""
        from scipy.sparse import coo_matrix

        first, last = channels
        taps = self.window.taps
        inside = (self.targets >= first) & (self.targets < last) & (self.codes != 0)
        rows = np.repeat(self.targets[inside] - first, taps)
        columns = (self.sources[inside][:, None] * taps + np.arange(taps)).ravel()
        return coo_matrix(
            (np.repeat(self.codes[inside], taps), (rows, columns)), shape=(last - first, sources * taps)
        ).tocsc()

    def dense_kernel(self, in_shape: Shape, out_shape: Shape) -> Index:
        """See `Geometry.dense_kernel`."""
        kernel = np.zeros((out_shape[0], in_shape[0], *self.kernel), np.int64)
        kernel[self.targets, self.sources] = self.codes[:, None, None]
        return kernel

    def _own_problems(self) -> Iterator[str]:
        yield from super()._own_problems()
        if len(self.sources) != len(self.targets):
            yield "sources and targets differ in length"
        elif len(self.sources) and min(self.sources.min(), self.targets.min()) < 0:
            yield "channel ids must be 0 or more"
        elif len(np.unique(np.stack([self.sources, self.targets]), axis=1).T) != len(self.sources):
            yield "two channels are joined twice"

    def params(self) -> dict[str, Any]:
        """See `Geometry.params`."""
        return {"kernel": self.kernel, "stride": self.stride, "padding": self.padding}


@dataclass(frozen=True, eq=False)
class OneToOne(Pool):
    """Identity per pixel (kernel 1, stride 1): the skip connection."""

    kind: ClassVar[str] = "one_to_one"
    one_to_one: ClassVar[bool] = True

    def _own_problems(self) -> Iterator[str]:
        if self.axes != ((1, 1, 0, 1), (1, 1, 0, 1)):
            yield "one to one has a kernel and a stride of 1 and no padding"
        yield from super()._own_problems()


def _renumber(kept: Index | None, count: int) -> Index:
    """Old channel id -> new id, -1 where dropped."""
    if kept is None:
        return np.arange(count)
    numbers = np.full(count, -1, np.int64)
    numbers[kept] = np.arange(len(kept))
    return numbers
