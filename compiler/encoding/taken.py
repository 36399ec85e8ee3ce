"""What runs take in each variant of an encoding, whatever the widths: entries and stored synapses of some cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from litesnn.compiler.encoding.bits import within

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Counts(NamedTuple):
    """Entries and stored synapses of cells, by row and cell."""

    row: Ints
    cell: Ints
    entries: Ints
    synapses: Ints


@dataclass(frozen=True, eq=False)
class Taken:
    """What every row takes; a row is a run in one variant.

    Attributes
    ----------
    entries, synapses : stored ones of every cell, at the same places: (rows, cells)
    """

    entries: csr_matrix
    synapses: csr_matrix

    def bits(self, entry: Ints, synapse: Ints) -> Floats:
        """Bits of every row, exact, from those of an entry and a stored synapse of every cell."""
        bits: Floats = self.entries @ entry.astype(np.float64) + self.synapses @ synapse.astype(np.float64)
        return bits

    def of_rows(self, rows: Ints) -> tuple[Ints, Ints]:
        """Entries and stored synapses of every cell that some rows take together."""
        first = self.entries.indptr[rows]
        count = self.entries.indptr[rows + 1] - first
        places = np.repeat(first, count) + within(count)
        cells = self.entries.indices[places]
        entries, synapses = (
            np.bincount(cells, part.data[places], part.shape[1]).astype(np.int64)
            for part in (self.entries, self.synapses)
        )
        return entries, synapses


def taken(parts: Sequence[Counts], shape: tuple[int, int]) -> Taken:
    """What rows take, from parts that count different rows, each with its rows in order."""
    row, cell, entries, synapses = (np.concatenate(each) for each in zip(*parts, strict=True))
    if (np.diff(row) < 0).any():
        order = np.argsort(row, kind="stable")
        row, cell, entries, synapses = (each[order] for each in (row, cell, entries, synapses))
    first = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=shape[0]))])
    return Taken(*(csr_matrix((data.astype(np.float64), cell, first), shape) for data in (entries, synapses)))
