"""Into which intervals the axes of a population may be cut: evenly into any number, or as a profile's patches allow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from litesnn.compiler.mapping.model import Ids, Intervals, Shape, lengths


@dataclass(frozen=True)
class PatchRule:
    """What patch of a map a core may hold.

    Attributes
    ----------
    width_powers : a patch is a power of two wide; the last one of a row may reach beyond the map, and takes as many neurons
        as if it did not end there
    part_powers : channels and rows of a map are cut into a power of two of parts; what is no map is cut into any number
    """

    width_powers: bool = False
    part_powers: bool = False

    def channels(self, shape: Shape) -> Iterator[Intervals]:
        """Cuts of the channels of a map (C, H, W), fewest parts first."""
        return _cuts(shape[0], self.part_powers and shape[1] * shape[2] > 1)

    def rows(self, shape: Shape) -> Iterator[Intervals]:
        """Cuts of its rows."""
        return _cuts(shape[1], self.part_powers)

    def columns(self, shape: Shape) -> tuple[Intervals, ...]:
        """Cuts of its columns."""
        return _columns(shape[2], self.width_powers)

    def widths(self, columns: Intervals) -> Ids:
        """Columns that the neurons of each interval are allocated for."""
        taken = lengths(columns)
        return np.array([1 << (width - 1).bit_length() for width in taken.tolist()]) if self.width_powers else taken


def even(size: int, parts: int) -> Intervals:
    """`parts` intervals of equal length (within one) that cover 0 .. size."""
    edges = [size * i // parts for i in range(parts + 1)]
    return tuple(pairwise(edges))


def _cuts(size: int, powers: bool) -> Iterator[Intervals]:
    """Even cuts of different largest parts, ascending: 1 .. size without rounding duplicates (NxTF), or powers of two of parts."""
    counts = [min(1 << k, size) for k in range((size - 1).bit_length() + 1)] if powers else range(1, size + 1)
    largest = 0
    for parts in counts:
        if -(-size // parts) != largest:
            largest = -(-size // parts)
            yield even(size, parts)


@lru_cache(maxsize=256)
def _columns(size: int, powers: bool) -> tuple[Intervals, ...]:
    """Even cuts, or patches of a power of two, widest first; the first one covers all."""
    if not powers:
        return tuple(_cuts(size, powers))
    widths = [1 << k for k in reversed(range((size - 1).bit_length() + 1))]
    return tuple(tuple((first, min(first + width, size)) for first in range(0, size, width)) for width in widths)
