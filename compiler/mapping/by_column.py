"""A sparse square matrix as it is filled, column by column."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class ByColumn:
    """A matrix of `size` rows and columns."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.parts: list[tuple[Ints, Ints, Floats]] = []

    def add(self, rows: Ints, column: int, values: Floats) -> None:
        """Values at some rows of a column, added to what is there."""
        found = np.flatnonzero(values)
        self.parts.append((rows[found], np.full(len(found), column, np.int64), values[found]))

    def finish(self) -> csr_matrix:
        """The matrix."""
        empty = np.zeros(0, np.int64)
        rows, columns, values = (np.concatenate([empty, *(part[i] for part in self.parts)]) for i in range(3))
        return csr_matrix((values.astype(np.float64), (rows, columns)), (self.size, self.size))
