"""The tilings of one population that no other one is as good as: so many channels to a box, and what is left of them apart.

Even cuts lose much where a core holds a third of the channels and a bit: two ranges of 32 channels and one of 8 fill cores
that three of 24 leave a quarter of. Boxes of the small range share a core, or are cut less often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.band import Band, Bands
from litesnn.compiler.mapping.cuts import even
from litesnn.compiler.mapping.front import front
from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.joint import Options, imposed_by
from litesnn.compiler.mapping.largest import heaviest
from litesnn.compiler.mapping.margins import spacings_of
from litesnn.compiler.mapping.model import Intervals
from litesnn.compiler.mapping.spacing import Spacing
from litesnn.compiler.mapping.split import grid_cost
from litesnn.compiler.mapping.tiling import Tiling
from litesnn.compiler.mapping.usage import Demand

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
WORTH = 5  # tilings of more cores than this times the fewest are not looked at
FIRST = 4  # of the columns of points that are entries of a fan
TOGETHER = 6  # boxes of what is left on one core, at most


@dataclass(frozen=True, eq=False)
class Part:
    """Channel ranges, how the map of each is cut, boxes that a core is to hold, and senders of the largest one."""

    ranges: Intervals
    band: Band
    together: int
    senders: int

    @property
    def point(self) -> list[float]:
        """Cores, senders of a core, words, neurons, and entries of every fan."""
        count, band = len(self.ranges), self.band
        cores = count * band.boxes / self.together
        sums = (band.words, band.neurons, *band.entries)
        return [cores, self.senders * self.together, *(count * each for each in sums)]


class _Way(NamedTuple):
    """Cuts of main ranges of channels, and of those that are left, any with any."""

    demand: Demand
    main: list[Part]
    rest: list[Part | None]


class Tilings:
    """The tilings of one population that are looked at.

    Which of them fit is known for certain only where all boxes have been counted, which takes long: of their `points` only the
    innermost box of the channel range for which most is stored is known to fit, and seldom does another one not.
    """

    def __init__(self, demand: Demand, further: int, demands: dict[str, Demand], shared: bool) -> None:
        """As of `Options.of`."""
        self.fans = [fan for fan in demand.fans if fan.source.name in demands]
        self.ways: list[_Way] = []
        self.demands: dict[Spacing, Demand] = {}
        channels, _, _ = demand.population.shape
        self.total = demand.population.size // (channels if shared else 1)
        for spacing in spacings_of(demand):
            self.demands[spacing] = demand.spaced(spacing)
            bands = Bands(self.demands[spacing], self.fans, further, shared=shared)
            for size in range(1, channels + 1):
                found = list(_ways(bands, size))
                self.ways += found
                if not any(way.main for way in found):
                    break  # more channels take no less
        counts = [(len(way.main), len(way.rest)) for way in self.ways]
        numbers = [np.insert(np.indices(c).reshape(2, -1).T, 0, i, axis=1) for i, c in enumerate(counts)]
        points = np.concatenate([_points(way.main, way.rest, len(self.fans)) for way in self.ways])
        near = np.flatnonzero(points[:, 0] <= WORTH * points[:, 0].min(initial=np.inf))
        self.numbers, self.points = np.concatenate(numbers)[near], points[near]
        self._fitting: dict[tuple[Spacing, Grid], bool] = {}

    def best(self, *, sure: bool = False) -> Options[Tiling]:
        """Those that no other one is as good as; where they are to be `sure`, of those of which all boxes fit for certain."""
        kept = front(self.points, lambda point: self.fits(self._tiling(point))) if sure else front(self.points)
        points = self.points[kept]
        return Options(
            grids=[self._tiling(point) for point in kept.tolist()],
            cores=points[:, 0],
            words=points[:, 2],
            neurons=points[:, 3],
            senders=points[:, 1],
            total=self.total,
            imposed=imposed_by({fan: points[:, FIRST + number] for number, fan in enumerate(self.fans)}),
        )

    def fits(self, tiling: Tiling) -> bool:
        """Whether its boxes all fit, but for their output entries."""
        for grid in tiling.bands:
            key = tiling.spacing, grid
            if key not in self._fitting:
                self._fitting[key] = grid_cost(self.demands[tiling.spacing], grid) is not None
            if not self._fitting[key]:
                return False
        return True

    def _tiling(self, point: int) -> Tiling:
        way, i, j = self.numbers[point].tolist()
        demand, main, rest = self.ways[way]
        parts = [part for part in (main[i], rest[j]) if part is not None]
        grids = tuple(Grid(demand.population.name, part.ranges, part.band.rows, part.band.columns) for part in parts)
        return Tiling(grids, tuple(part.together for part in parts), demand.spacing)


def _ways(bands: Bands, size: int) -> Iterator[_Way]:
    """Cuts of ranges of `size` channels, and of those that are left, any with any."""
    demand, channels = bands.demand, bands.demand.population.shape[0]
    count, left = divmod(channels, size)
    evenly = even(channels, count + (left > 0))
    if max(last - first for first, last in evenly) == size:
        yield _Way(demand, _cuts(bands, evenly, 1), [None])
    if left:
        main = tuple((i * size, (i + 1) * size) for i in range(count))
        yield _Way(demand, _cuts(bands, main, 1), [*_cuts(bands, ((count * size, channels),), TOGETHER)])


def _cuts(bands: Bands, ranges: Intervals, together: int) -> list[Part]:
    """Cuts of the map for some ranges, by that for which most is stored, at most so many boxes of them on a core."""
    demand = bands.demand
    if not _within(demand, ((0, demand.population.shape[0]),)) and not _within(demand, ranges):
        return []
    return [
        Part(ranges, band, count, _senders(bands, ranges, band))
        for band in bands.of(heaviest(demand, ranges))
        for count in range(1, min(together, band.most) + 1)
    ]


def _within(demand: Demand, ranges: Intervals) -> bool:
    """Whether the values that channel ranges differ in are no more than a core has room for."""
    limits = demand.limits.resources
    return all(value <= limits.get(name, value) for each in ranges for name, value in demand.distinct(each).items())


def _senders(bands: Bands, ranges: Intervals, band: Band) -> int:
    """Of the largest box: pixels where their channels share axons, else neurons."""
    return band.pixels * (1 if bands.shared else max(last - first for first, last in ranges))


def _points(main: list[Part], rest: list[Part | None], fans: int) -> Floats:
    """`Part.point` of each main part with each rest, (pairs, FIRST + fans)."""
    first = np.array([part.point for part in main], np.float64).reshape(len(main), 1, FIRST + fans)
    second = np.array([np.zeros(FIRST + fans) if part is None else part.point for part in rest], np.float64)
    second = second.reshape(1, len(rest), FIRST + fans)
    points = first + second
    points[..., 1] = np.maximum(first[..., 1], second[..., 1])
    return points.reshape(-1, FIRST + fans)
