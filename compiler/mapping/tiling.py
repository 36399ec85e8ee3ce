"""A population cut into bands of channels, each into a grid of its own: what is left of its channels goes otherwise than the rest."""

from __future__ import annotations

from dataclasses import dataclass

from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.mapping.spacing import NO_SPACING, Spacing


@dataclass(frozen=True)
class Tiling:
    """One or two grids that cover a population.

    Attributes
    ----------
    bands : one after the other in channels
    together : of each band, boxes that a core is to hold at once
    spacing : along which axes there are margins around the boxes
    """

    bands: tuple[Grid, ...]
    together: tuple[int, ...]
    spacing: Spacing = NO_SPACING

    @property
    def slices(self) -> list[Slice]:
        """The boxes of all bands."""
        return [part for grid in self.bands for part in grid.slices]

    @property
    def cores(self) -> float:
        """Cores that the boxes fill, as many at once as are to be."""
        return sum(len(grid) / count for grid, count in zip(self.bands, self.together, strict=True))

    @property
    def ranges(self) -> int:
        """Channel ranges of all bands."""
        return sum(len(grid.channels) for grid in self.bands)
