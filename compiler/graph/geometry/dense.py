"""All to all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph.geometry.base import Geometry, Scalar, TapCounts, counts_below, split_sums
from litesnn.compiler.graph.geometry.maps import Index, Shape, size
from litesnn.compiler.graph.geometry.slices import EdgeSlice

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False, repr=False)
class Dense(Geometry):
    """All to all; codes (C_out, C_in * H * W), target (C_out, 1, 1)."""

    kind: ClassVar[str] = "dense"
    dimensions: ClassVar[int] = 2
    to_map: ClassVar[bool] = False

    @classmethod
    def of_slice(cls, part: EdgeSlice) -> Dense:
        """See `Geometry.of_slice`; codes (C_out, C_in * H * W)."""
        assert part.codes is not None
        by_channel = part.codes.reshape(len(part.codes), part.in_shape[0], -1)
        return cls(np.ascontiguousarray(by_channel[:, part.read].reshape(len(part.codes), -1)))

    def by_target(self, values: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """See `Geometry.by_target`."""
        return values[:, None]

    def matrix(self, in_shape: Shape, out_shape: Shape) -> csr_matrix:
        """See `Geometry.matrix`."""
        from scipy.sparse import csr_matrix

        return csr_matrix(self.codes)

    def fan_out(self, in_shape: Shape, out_shape: Shape) -> Index:
        """See `Geometry.fan_out`."""
        fan_out: Index = np.count_nonzero(self.codes, axis=0).reshape(in_shape)
        return fan_out

    def sums(self, in_shape: Shape, out_shape: Shape) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """See `Geometry.sums`."""
        return split_sums(self.codes, (1,))

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

    def tap_counts(self, in_shape: Shape, out_shape: Shape) -> TapCounts:
        """See `Geometry.tap_counts`."""
        return counts_below(self.codes.reshape(-1, *in_shape) != 0)

    def dense_kernel(self, in_shape: Shape, out_shape: Shape) -> Index:
        """See `Geometry.dense_kernel`."""
        return self.codes.reshape(-1, *in_shape).astype(np.int64)

    def check(self, in_shape: Shape, out_shape: Shape) -> str | None:
        """See `Geometry.check`."""
        wanted = (size(out_shape), size(in_shape))
        if out_shape[1:] != (1, 1):
            return f"a dense target is (C, 1, 1), found {out_shape}"
        return None if self.codes.shape == wanted else f"codes are {self.codes.shape}, the maps need {wanted}"
