"""Maps (C, H, W) flattened in C order, and matrices between them.

Scipy is imported where a matrix is made: a graph that is only read and shown needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Codes = npt.NDArray[np.int32]
Index = npt.NDArray[np.int64]
Shape = tuple[int, int, int]


def size(shape: Shape) -> int:
    """Neurons of a map."""
    return shape[0] * shape[1] * shape[2]


def neurons(channels: Index, places: Index, shape: Shape) -> Index:
    """Flat ids of the same places (in one flattened (H, W)) of each channel, channel by channel."""
    ids: Index = (channels[:, None] * (shape[1] * shape[2]) + places[None, :]).ravel()
    return ids


def unrolled(
    codes: list[Codes], rows: list[Index], columns: list[Index], in_shape: Shape, out_shape: Shape
) -> csr_matrix:
    """The CSR of codes at flat ids of target (rows) and source (columns), given in parts; equal places add up."""
    from scipy.sparse import coo_matrix

    stored = (np.concatenate(codes), (np.concatenate(rows), np.concatenate(columns)))
    matrix = coo_matrix(stored, shape=(size(out_shape), size(in_shape)), dtype=np.int32).tocsr()
    matrix.sum_duplicates()
    return matrix
