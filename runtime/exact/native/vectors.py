"""How the sums of a map lie in vectors: channels padded to whole ones, or several neighbouring places of a line to one.

Twelve sums of 16 bits fill three eighths of 64 bytes. Where places share a vector, a window is that of them all, wider, and its row
of weights holds what each of them takes (`widened`): fewer rows are added, fewer lines of taps begun, and less is padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litesnn.compiler.graph import Geometry, Population, Windowed
from litesnn.runtime.exact.native.arrays import GROUP, Array, aligned

CACHED_BYTES = 28 * 1024  # of the nearest cache, for weights
MOST = 8  # places
SPIKING = 0.2  # of the sources of a window, where nothing is known of a run
A_LINE = 12.0  # rows of weights that could be added while one line of taps of one window is begun
A_GROUP = 6.0  # ... while the neurons of a group are computed


@dataclass(frozen=True)
class Vectors:
    """How the sums of a population lie.

    Attributes
    ----------
    padded : channels of a place
    side : places that are summed at once, of a line; whole vectors together
    """

    padded: int
    side: int = 1

    @staticmethod
    def of(population: Population, reads: Sequence[tuple[Geometry, int]], sum_bytes: int, vector_bytes: int) -> Vectors:
        """For what a population reads: geometries, each with the channels of its source; sums of so many bytes."""
        whole = vector_bytes // sum_bytes
        windows = [(geometry, channels) for geometry, channels in reads if isinstance(geometry, Windowed)]
        plain = Vectors(padded_to(population.shape[0], max(GROUP, whole)))
        if any(geometry.axes[1][3] != 1 for geometry, _ in windows):
            return plain

        def cost(tried: Vectors) -> float:
            vectors, places = tried.side * tried.padded // whole, float(tried.side)
            taken = tried.padded / GROUP * A_GROUP
            for geometry, channels in windows:
                (height, *_), (width, stride, *_) = geometry.axes
                rows = (width + (tried.side - 1) * stride) * channels
                taken += height * (rows * SPIKING * vectors + A_LINE) / places
                if tried.side > 1 and rows * vectors * vector_bytes > 2 * CACHED_BYTES:
                    return float("inf")
            return taken

        sides = [side for side in range(2, MOST + 1) if population.shape[2] % side == 0]
        shared = [Vectors(padded_to(population.shape[0], max(GROUP, whole // side)), side) for side in sides]
        return min([plain, *(each for each in shared if each.side * each.padded % whole == 0)], key=cost)

    def widened(self, rows: Array, stride: int) -> Array:
        """Rows of weights (kH, kW, C_in, padded) as those of all places: (kH, kW + (side - 1) * stride, C_in, side * padded)."""
        if self.side == 1:
            return rows
        height, width, channels, padded = rows.shape
        wide = aligned((height, width + (self.side - 1) * stride, channels, self.side * padded), rows.dtype)
        for place in range(self.side):
            at = place * stride
            wide[:, at : at + width, :, place * padded : (place + 1) * padded] = rows
        return wide


def padded_to(channels: int, unit: int) -> int:
    """Channels as whole units."""
    return -(-channels // unit) * unit
