"""How the sums of a population lie: channels padded, and a gap between lines for what windows add beside the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litesnn.compiler.graph import Geometry, Population, Windowed
from litesnn.runtime.exact.native.arrays import GROUP


@dataclass(frozen=True)
class SumRoom:
    """The sums of a population.

    Attributes
    ----------
    padded : channels of a place
    gap : places between two lines
    width : places of a line
    vector_bytes : that the processor adds at once
    """

    padded: int
    gap: int
    width: int
    vector_bytes: int

    @staticmethod
    def of(
        population: Population, reads: Sequence[tuple[Geometry, Population]], sum_bytes: int, vector_bytes: int
    ) -> SumRoom:
        """For what a population reads: geometries, each with its source; sums of so many bytes."""
        channels, height, width = population.shape
        unit = GROUP if height * width > 1 else max(GROUP, vector_bytes // sum_bytes)
        windows = [(g.axes[1], source.shape[2]) for g, source in reads if isinstance(g, Windowed)]
        gap = max((_beside(axis, read, width) for axis, read in windows), default=0)
        return SumRoom(padded_to(channels, unit), gap, width, vector_bytes)

    @property
    def pitch(self) -> int:
        """Places from one line to the next."""
        return self.width + self.gap


def padded_to(channels: int, unit: int) -> int:
    """Channels as whole units."""
    return -(-channels // unit) * unit


def _beside(axis: tuple[int, int, int, int], read: int, width: int) -> int:
    """Places beside a line of so many to which sources of a line of `read` add."""
    kernel, stride, padding, dilation = axis
    before = -(-((kernel - 1) * dilation - padding) // stride)
    behind = (read - 1 + padding) // stride - (width - 1)
    return max(before, behind, 0)
