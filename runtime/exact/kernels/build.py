"""Which kernels can compute a projection."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix

from litesnn.compiler.graph import Conv2d, Dense, Geometry, Pool
from litesnn.runtime.exact.kernels.conv import ActiveWindows, DenseConv
from litesnn.runtime.exact.kernels.kernel import Kernel
from litesnn.runtime.exact.kernels.matrix import ActiveInputs, DenseMatrix, SparseMatrix
from litesnn.runtime.exact.kernels.pool import DepthwisePool
from litesnn.runtime.exact.layout import Shape

# Weights up to which a sparse matrix may be filled up, and the share of stored ones from which that can pay.
FILLED_WEIGHTS = 2**24
FILLED_SHARE = 0.02


def candidates(
    geometry: Geometry,
    weights: npt.NDArray[np.int64] | csr_matrix,
    out_shape: Shape,
    dtype: torch.dtype,
    device: torch.device,
) -> list[Kernel]:
    """Kernels for integer weights in the layout of a geometry's codes (CSR for a sparse one); the usual choice first."""
    if isinstance(geometry, Conv2d):
        return [
            DenseConv(geometry, weights, dtype, device),
            ActiveWindows(geometry, weights, out_shape, dtype, device),
        ]
    if isinstance(geometry, Dense):
        return [DenseMatrix(weights, out_shape, dtype, device), ActiveInputs(weights, out_shape, dtype, device)]
    if isinstance(geometry, Pool):
        return [DepthwisePool(geometry, weights, out_shape, dtype, device)]
    assert isinstance(weights, csr_matrix)
    kernels: list[Kernel] = [SparseMatrix(weights, out_shape, dtype, device)]
    size = weights.shape[0] * weights.shape[1]
    if size <= FILLED_WEIGHTS and weights.nnz >= FILLED_SHARE * size:
        kernels.append(DenseMatrix(weights.toarray(), out_shape, dtype, device))
    return kernels
