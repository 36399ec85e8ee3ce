"""Any connection, synapse by synapse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph.geometry.base import Geometry, Scalar, TapCounts
from litesnn.compiler.graph.geometry.maps import Index, Shape, neurons, size

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False, repr=False)
class Sparse(Geometry):
    """Any connection, as CSR over flattened maps; `codes` are the stored values, `indices` and `indptr` as in scipy."""

    indices: Index
    indptr: Index
    kind: ClassVar[str] = "sparse"
    to_map: ClassVar[bool] = False
    splits_space: ClassVar[bool] = False
    same_places: ClassVar[bool] = False
    array_names: ClassVar[tuple[str, ...]] = ("codes", "indices", "indptr")

    @classmethod
    def from_matrix(cls, matrix: csr_matrix) -> Sparse:
        """From a scipy matrix of codes (targets, sources)."""
        from scipy.sparse import csr_matrix

        csr = csr_matrix(matrix)
        csr.sum_duplicates()
        csr.eliminate_zeros()
        return cls(csr.data.astype(np.int32), csr.indices.astype(np.int64), csr.indptr.astype(np.int64))

    def _rows(self) -> Index:
        return np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))

    def by_target(self, values: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """See `Geometry.by_target`; targets of a sparse block are single neurons, spread over equal channels."""
        per_channel = (len(self.indptr) - 1) // len(values)
        spread: npt.NDArray[Scalar] = values[self._rows() // per_channel]
        return spread

    def matrix(self, in_shape: Shape, out_shape: Shape) -> csr_matrix:
        """See `Geometry.matrix`."""
        from scipy.sparse import csr_matrix

        # A copy: dropping zeros works in place, and parts of one block share their indices.
        stored = (self.codes, self.indices, self.indptr)
        matrix = csr_matrix(stored, shape=(size(out_shape), size(in_shape)), copy=True)
        matrix.eliminate_zeros()
        return matrix

    def fan_out(self, in_shape: Shape, out_shape: Shape) -> Index:
        """See `Geometry.fan_out`."""
        fan_out: Index = np.bincount(self.indices[self.codes != 0], minlength=size(in_shape)).reshape(in_shape)
        return fan_out

    def sums(self, in_shape: Shape, out_shape: Shape) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """See `Geometry.sums`."""
        positive, negative = np.zeros(size(out_shape), np.int64), np.zeros(size(out_shape), np.int64)
        np.add.at(positive, self._rows(), np.maximum(self.codes, 0))
        np.add.at(negative, self._rows(), np.maximum(-self.codes, 0))
        return positive.reshape(out_shape).max(axis=(1, 2)), negative.reshape(out_shape).max(axis=(1, 2))

    def read_channels(self, in_shape: Shape) -> npt.NDArray[np.bool_]:
        """See `Geometry.read_channels`."""
        read = np.zeros(size(in_shape), bool)
        read[self.indices[self.codes != 0]] = True
        channels: npt.NDArray[np.bool_] = np.any(read.reshape(in_shape), axis=(1, 2))
        return channels

    def keep(self, sources: Index | None, targets: Index | None, in_shape: Shape, out_shape: Shape) -> Sparse:
        """See `Geometry.keep`."""
        matrix = self.matrix(in_shape, out_shape)
        if targets is not None:
            matrix = matrix[_neurons_of(targets, out_shape)]
        if sources is not None:
            matrix = matrix[:, _neurons_of(sources, in_shape)]
        return Sparse.from_matrix(matrix)

    def onto(self, channels: Index, in_shape: Shape, out_shape: Shape) -> csr_matrix:
        """See `Geometry.onto`."""
        return self.matrix(in_shape, out_shape)[_neurons_of(channels, out_shape)]

    def tap_counts(self, in_shape: Shape, out_shape: Shape) -> TapCounts:
        """See `Geometry.tap_counts`."""
        area = out_shape[1] * out_shape[2]

        def counts(channels: tuple[int, int]) -> Index:
            first, last = self.indptr[channels[0] * area], self.indptr[channels[1] * area]
            stored = self.indices[first:last][self.codes[first:last] != 0]
            return np.bincount(stored, minlength=size(in_shape)).reshape(in_shape)

        return counts

    def _own_problems(self) -> Iterator[str]:
        stored = len(self.codes)
        if (
            not len(self.indptr)
            or self.indptr[0] != 0
            or self.indptr[-1] != len(self.indices)
            or stored != len(self.indices)
        ):
            yield f"indptr must run from 0 to the number of codes ({stored})"
        elif (np.diff(self.indptr) < 0).any():
            yield "indptr must not fall"
        elif stored and self.indices.min() < 0:
            yield "indices must be 0 or more"
        elif ((np.diff(self.indices) <= 0) & (np.diff(self._rows()) == 0)).any():
            yield "the indices of a row must rise"

    def check(self, in_shape: Shape, out_shape: Shape) -> str | None:
        """See `Geometry.check`."""
        if len(self.indptr) != size(out_shape) + 1:
            return f"has {len(self.indptr) - 1} rows, the target {size(out_shape)} neurons"
        if len(self.indices) and self.indices.max() >= size(in_shape):
            return f"reads neuron {self.indices.max()}, the source has {size(in_shape)}"
        return None


def _neurons_of(channels: Index, shape: Shape) -> Index:
    return neurons(channels, np.arange(shape[1] * shape[2]), shape)
