"""Windows that join channels one by one: what pools, skips and depthwise convolutions have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph.geometry.base import Scalar, TapCounts, Windowed
from litesnn.compiler.graph.geometry.maps import Codes, Index, Shape, neurons, unrolled
from litesnn.compiler.graph.geometry.windows import reached, taps

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix, csr_matrix


@dataclass(frozen=True, eq=False, repr=False)
class ByChannel(Windowed):
    """Source channel `sources[i]` into target channel `targets[i]` through a window of its own; `codes` are by i."""

    sources: Index
    targets: Index
    depthwise: ClassVar[bool] = True
    array_names: ClassVar[tuple[str, ...]] = ("codes", "sources", "targets")

    @property
    @abstractmethod
    def kernels(self) -> Codes:
        """The codes of each window, (channels joined, kH, kW)."""

    def by_target(self, values: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """See `Geometry.by_target`."""
        return values[self.targets].reshape(-1, *[1] * (self.codes.ndim - 1))

    def matrix(self, in_shape: Shape, out_shape: Shape) -> csr_matrix:
        """See `Geometry.matrix`."""
        codes, rows, columns = [], [], []
        for tap in taps(self.axes, in_shape, out_shape):
            stored = self.kernels[:, tap.row, tap.column]
            live = np.flatnonzero(stored)
            rows.append(neurons(self.targets[live], tap.outputs, out_shape))
            columns.append(neurons(self.sources[live], tap.inputs, in_shape))
            codes.append(np.repeat(stored[live], tap.outputs.size))
        return unrolled(codes, rows, columns, in_shape, out_shape)

    def fan_out(self, in_shape: Shape, out_shape: Shape) -> Index:
        """See `Geometry.fan_out`."""
        fan_out = np.zeros((in_shape[0], in_shape[1] * in_shape[2]), np.int64)
        counts = self.tap_counts(in_shape, out_shape)((0, out_shape[0]))
        for tap in taps(self.axes, in_shape, out_shape):
            fan_out[:, tap.inputs] += counts[:, tap.row, tap.column, None]
        return fan_out.reshape(in_shape)

    def sums(self, in_shape: Shape, out_shape: Shape) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """See `Geometry.sums` (a bound: taken over the whole window, as if no border cut it)."""
        positive, negative = np.zeros(out_shape[0], np.int64), np.zeros(out_shape[0], np.int64)
        kernels = self.kernels.astype(np.int64)
        np.add.at(positive, self.targets, np.maximum(kernels, 0).sum(axis=(1, 2)))
        np.add.at(negative, self.targets, np.maximum(-kernels, 0).sum(axis=(1, 2)))
        return positive, negative

    def read_channels(self, in_shape: Shape) -> npt.NDArray[np.bool_]:
        """See `Geometry.read_channels`."""
        read = np.zeros(in_shape[0], bool)
        read[self.sources[self.kernels.any(axis=(1, 2))]] = True
        return read

    def keep(self, sources: Index | None, targets: Index | None, in_shape: Shape, out_shape: Shape) -> Any:
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
        stored = self.kernels != 0
        taps, shape = self.window.taps, (in_shape[0], *stored.shape[1:])
        places = self.sources[:, None].astype(np.int64) * taps + np.arange(taps)
        weights = stored.reshape(len(stored), taps).astype(np.float64)

        def counts(channels: tuple[int, int]) -> Index:
            inside = (self.targets >= channels[0]) & (self.targets < channels[1])
            found = np.bincount(places[inside].ravel(), weights[inside].ravel(), in_shape[0] * taps)
            return found.astype(np.int64).reshape(shape)

        return counts

    def kernel_matrix(self, channels: tuple[int, int], sources: int) -> csc_matrix:
        """See `Windowed.kernel_matrix`."""
        from scipy.sparse import coo_matrix

        first, last = channels
        taps = self.window.taps
        inside = np.flatnonzero((self.targets >= first) & (self.targets < last))
        window, tap = np.nonzero(self.kernels[inside].reshape(len(inside), taps))
        joined = inside[window]
        codes = self.kernels.reshape(len(self.kernels), taps)[joined, tap]
        places = (self.targets[joined] - first, self.sources[joined] * taps + tap)
        return coo_matrix((codes, places), shape=(last - first, sources * taps)).tocsc()

    def dense_kernel(self, in_shape: Shape, out_shape: Shape) -> Index:
        """See `Geometry.dense_kernel`."""
        kernel = np.zeros((out_shape[0], in_shape[0], *self.kernels.shape[1:]), np.int64)
        kernel[self.targets, self.sources] = self.kernels
        return kernel

    def _own_problems(self) -> Iterator[str]:
        yield from super()._own_problems()
        if len(self.sources) != len(self.targets):
            yield "sources and targets differ in length"
        elif len(self.sources) and min(self.sources.min(), self.targets.min()) < 0:
            yield "channel ids must be 0 or more"
        elif len(np.unique(np.stack([self.sources, self.targets]), axis=1).T) != len(self.sources):
            yield "two channels are joined twice"


def _renumber(kept: Index | None, count: int) -> Index:
    """Old channel id -> new id, -1 where dropped."""
    if kept is None:
        return np.arange(count)
    numbers = np.full(count, -1, np.int64)
    numbers[kept] = np.arange(len(kept))
    return numbers
