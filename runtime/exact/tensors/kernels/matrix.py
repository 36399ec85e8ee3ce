"""Matrix products over flattened maps: dense, restricted to neurons that spike, or sparse."""

from __future__ import annotations

from warnings import catch_warnings, simplefilter

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix
from torch import Tensor

from litesnn.runtime.exact.tensors.layout import Shape


class DenseMatrix:
    """All weights at once; sources that no weight reads are left out."""

    name = "matrix"

    def __init__(
        self, weights: npt.NDArray[np.int64], out_shape: Shape, dtype: torch.dtype, device: torch.device
    ) -> None:
        self.out_shape = out_shape
        read = np.flatnonzero(weights.any(axis=0))
        self.read = None if len(read) == weights.shape[1] else torch.as_tensor(read, device=device)
        self.columns = torch.as_tensor(weights[:, read].T.copy(), dtype=dtype, device=device)

    def promising(self, words: Tensor) -> bool:
        """See `Kernel.promising`."""
        return True

    def __call__(self, words: Tensor) -> Tensor:
        """See `Kernel.__call__`."""
        return (self._values(words) @ self.columns).reshape(-1, *self.out_shape)

    def _values(self, words: Tensor) -> Tensor:
        flat = words.flatten(1)
        return flat if self.read is None else flat.index_select(1, self.read)


class ActiveInputs(DenseMatrix):
    """The rows of source neurons that send something in this call."""

    name = "active inputs"
    LARGEST_SHARE = 0.5
    """Share of sending neurons above which selecting them cannot win."""

    def promising(self, words: Tensor) -> bool:
        """See `Kernel.promising`."""
        return float((words.flatten(1) != 0).any(dim=0).float().mean()) < self.LARGEST_SHARE

    def __call__(self, words: Tensor) -> Tensor:
        """See `Kernel.__call__`."""
        values = self._values(words)
        active = (values != 0).any(dim=0).nonzero()[:, 0]
        sums = values.index_select(1, active) @ self.columns.index_select(0, active)
        return sums.reshape(-1, *self.out_shape)


class SparseMatrix:
    """Stored weights only, in CSR."""

    name = "sparse matrix"

    def __init__(self, weights: csr_matrix, out_shape: Shape, dtype: torch.dtype, device: torch.device) -> None:
        self.out_shape = out_shape
        with catch_warnings():
            simplefilter("ignore")  # torch calls its CSR tensors a beta; a product is all that is asked of them
            self.weights = torch.sparse_csr_tensor(
                torch.as_tensor(weights.indptr.astype(np.int64)),
                torch.as_tensor(weights.indices.astype(np.int64)),
                torch.as_tensor(weights.data, dtype=dtype),
                size=weights.shape,
                device=device,
            )

    def promising(self, words: Tensor) -> bool:
        """See `Kernel.promising`."""
        return True

    def __call__(self, words: Tensor) -> Tensor:
        """See `Kernel.__call__`."""
        return (self.weights @ words.flatten(1).T.contiguous()).T.reshape(-1, *self.out_shape)
