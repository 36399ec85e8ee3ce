"""A linear map between two layers, in floating point: real weights in the layout of a geometry's codes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.real.grids import Grid
from litesnn.compiler.graph import Geometry, Sparse

Floats = npt.NDArray[np.float64]
Shape3 = tuple[int, int, int]
UNROLLED_MAX = 40_000_000


@dataclass(frozen=True, eq=False)
class LinearMap:
    """Real weights in the layout of a geometry's codes; `template` is that geometry with its codes still to come.

    `in_shape` and `out_shape` are (C, H, W); flattening keeps the shape, since both orders are C order. With a `grid`, `values` are
    whole numbers of its step; without one they are the weights.
    """

    values: Floats
    template: Geometry
    in_shape: Shape3
    out_shape: Shape3
    grid: Grid | None = None

    @property
    def step(self) -> float:
        """What a value of 1 is worth."""
        return 1.0 if self.grid is None else self.grid.step

    @property
    def real(self) -> Floats:
        """The weights."""
        return self.values if self.grid is None else self.values * self.step

    def off_grid(self) -> LinearMap:
        """The same map with its weights as values."""
        return replace(self, values=self.real, grid=None)

    def channels(self, count: int) -> npt.NDArray[np.int64]:
        """The target channel of every value, of `count` channels."""
        return np.broadcast_to(self.template.by_target(np.arange(count)), self.values.shape)

    def geometry(self, codes: npt.NDArray[np.int32]) -> Geometry:
        """The integer geometry with these codes, in the layout of `values`."""
        return replace(self.template, codes=np.ascontiguousarray(codes, np.int32))

    def matrix(self) -> csr_matrix:
        """The values, unrolled: CSR (targets, sources).

        Raises
        ------
        ImportFileError
            If it would have more than 40 million entries.
        """
        if self.values.size * self.template.uses_of_code(self.out_shape) > UNROLLED_MAX:
            raise ImportFileError(
                f"a chain of linear nodes from {self.in_shape} to {self.out_shape} has no shared-kernel form and more than "
                f"{UNROLLED_MAX:,} single weights; put neurons between its nodes"
            )
        # Unroll the positions of the values, then put the values there: geometries unroll integers.
        places = self.geometry(np.arange(1, self.values.size + 1, dtype=np.int32).reshape(self.values.shape))
        matrix = places.matrix(self.in_shape, self.out_shape)
        result = csr_matrix((self.values.ravel()[matrix.data - 1], matrix.indices, matrix.indptr), shape=matrix.shape)
        result.eliminate_zeros()
        return result

    @property
    def is_identity(self) -> bool:
        """Whether it hands everything on as it is."""
        return self.template.one_to_one and self.step == 1 and bool((self.values == 1).all())

    def scaled(self, factors: Floats) -> LinearMap:
        """Every target neuron's weights times its factor, (C, H, W); factors of one size keep a grid."""
        if self.grid is not None:
            size = float(np.abs(factors).max())
            if size == 0 or (np.abs(factors) != size).any():
                return self.off_grid().scaled(factors)
            turned = replace(self, grid=None).scaled(np.sign(factors))
            return replace(turned, grid=self.grid.behind(Grid(size)))
        per_channel = factors.reshape(self.out_shape[0], -1)
        if (per_channel == per_channel[:, :1]).all() and self.template.same_places:
            return replace(self, values=self.values * self.template.by_target(per_channel[:, 0]))
        return unrolled(diags(factors.ravel()) @ self.matrix(), self.in_shape, self.out_shape)

    def flattened(self) -> LinearMap:
        """The same map onto a flat layer (C * H * W, 1, 1)."""
        flat = (self.out_shape[0] * self.out_shape[1] * self.out_shape[2], 1, 1)
        if self.out_shape == flat:
            return self
        return self._unrolled(self.in_shape, flat)

    def reading(self, shape: Shape3) -> LinearMap:
        """The same map from a layer of as many neurons in another shape."""
        if self.in_shape == shape or self.template.window is None:
            return replace(self, in_shape=shape)
        return self._unrolled(shape, self.out_shape)

    def _unrolled(self, in_shape: Shape3, out_shape: Shape3) -> LinearMap:
        return replace(unrolled(self.matrix(), in_shape, out_shape), grid=self.grid)


def unrolled(matrix: csr_matrix, in_shape: Shape3, out_shape: Shape3) -> LinearMap:
    """From an unrolled matrix (targets, sources)."""
    csr = csr_matrix(matrix)
    csr.sum_duplicates()
    csr.eliminate_zeros()
    template = Sparse(later((csr.nnz,)), csr.indices.astype(np.int64), csr.indptr.astype(np.int64))
    return LinearMap(csr.data.astype(np.float64), template, in_shape, out_shape)


def later(shape: tuple[int, ...]) -> npt.NDArray[np.int32]:
    """Stands for codes that are not chosen yet, without taking memory."""
    return np.broadcast_to(np.int32(0), shape)
