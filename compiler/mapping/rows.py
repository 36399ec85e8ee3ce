"""Rows of a linear program while they are gathered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Terms = tuple[Ints | Sequence[int], Floats | Sequence[float]]
"""Columns and their values."""


@dataclass
class Rows:
    """Rows, each at most (or, where the caller says so, exactly) a constant."""

    places: list[tuple[int, Ints, Floats]] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def add(self, most: float, *terms: Terms) -> None:
        """A row of some terms."""
        for columns, values in terms:
            self.places.append((len(self.most), np.asarray(columns, np.int64), np.asarray(values, np.float64)))
        self.most.append(most)

    def matrix(self, size: int) -> csr_matrix:
        """All rows, of so many columns."""
        row = np.concatenate([np.full(len(columns), number) for number, columns, _ in self.places])
        column, value = (np.concatenate([place[i] for place in self.places]) for i in (1, 2))
        return coo_matrix((value, (row, column)), shape=(len(self.most), size)).tocsr()
