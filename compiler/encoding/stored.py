"""Words of lists as stored, from the bits of their runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding.lists import AxonLists
from litesnn.compiler.encoding.rule import ListRule

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class StoredLists:
    """Which runs stand in one list, and which lists are stored at equal length.

    Attributes
    ----------
    run, least : first run of each list, and the words that it takes at least
    first, atoms : first list of each population list, and how many there are
    """

    run: Ints
    least: Ints
    first: Ints
    atoms: Ints

    def words(self, bits: Ints, rule: ListRule) -> Ints:
        """Words of every list: population lists at the length of their longest, rows with at least one."""
        words = np.maximum(rule.words(np.add.reduceat(bits, self.run)), self.least)
        return np.repeat(np.maximum.reduceat(words, self.first), self.atoms)


def stored_lists(parts: Sequence[AxonLists]) -> StoredLists:
    """The lists of all parts, one after the other."""
    count = [len(part) for part in parts]
    populations = [len(part) // part.atoms for part in parts]
    formats = np.repeat([len(part.formats) for part in parts], count)
    atoms = np.repeat([part.atoms for part in parts], populations)
    return StoredLists(
        run=np.cumsum(formats) - formats,
        least=np.repeat([int(part.rows) for part in parts], count),
        first=np.cumsum(atoms) - atoms,
        atoms=atoms,
    )
