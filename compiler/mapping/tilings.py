"""The tilings of one population that no other one is as good as: so many channels to a box, and what is left of them apart.

Even cuts lose much where a core holds a third of the channels and a bit: two ranges of 32 channels and one of 8 fill cores
that three of 24 leave a quarter of. Boxes of the small range share a core, or are cut less often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.band import Band, Bands
from litesnn.compiler.mapping.cuts import even
from litesnn.compiler.mapping.front import front
from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.joint import Options, imposed_by
from litesnn.compiler.mapping.model import Intervals
from litesnn.compiler.mapping.split import grid_cost
from litesnn.compiler.mapping.tiling import Tiling
from litesnn.compiler.mapping.usage import Demand

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
WORTH = 8  # tilings of more cores than this times the fewest are not looked at
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
        """Cores, senders of a core, words, and entries of every fan."""
        count, band = len(self.ranges), self.band
        cores = count * band.boxes / self.together
        return [cores, self.senders * self.together, count * band.words, *(count * each for each in band.entries)]


def tilings_of(demand: Demand, further: int, demands: dict[str, Demand], shared: bool) -> Options[Tiling]:
    """As `Options.of`, of tilings."""
    fans = [fan for fan in demand.fans if fan.source.name in demands]
    bands = Bands(demand, fans, further, shared=shared)
    channels, _, _ = demand.population.shape
    ways = [way for size in range(1, channels + 1) for way in _ways(demand, bands, size)]
    numbers = np.array(
        [(way, i, j) for way, (main, rest) in enumerate(ways) for i in range(len(main)) for j in range(len(rest))]
    )
    points = np.concatenate([_points(main, rest, len(fans)) for main, rest in ways])
    near = np.flatnonzero(points[:, 0] <= WORTH * points[:, 0].min(initial=np.inf))
    tilings, points = _fitting(demand, ways, numbers[near], points[near])
    return Options(
        grids=tilings,
        cores=points[:, 0],
        words=points[:, 2],
        senders=points[:, 1],
        total=demand.population.size // (channels if shared else 1),
        imposed=imposed_by({fan: points[:, 3 + number] for number, fan in enumerate(fans)}),
    )


def _ways(demand: Demand, bands: Bands, size: int) -> Iterator[tuple[list[Part], list[Part | None]]]:
    """Cuts of ranges of `size` channels, and of those that are left, any with any."""
    channels = demand.population.shape[0]
    count, left = divmod(channels, size)
    evenly = even(channels, count + (left > 0))
    if max(last - first for first, last in evenly) == size:
        yield _cuts(demand, bands, evenly, 1), [None]
    if left:
        main = tuple((i * size, (i + 1) * size) for i in range(count))
        yield _cuts(demand, bands, main, 1), [*_cuts(demand, bands, ((count * size, channels),), TOGETHER)]


def _cuts(demand: Demand, bands: Bands, ranges: Intervals, together: int) -> list[Part]:
    """Cuts of the map for some ranges, by that which holds most weights, at most so many boxes of them on a core."""
    heaviest = max(ranges, key=lambda interval: sum(fan.weight(interval) for fan in demand.fans))
    return [
        Part(ranges, band, count, _senders(bands, ranges, band))
        for band in bands.of(heaviest)
        for count in range(1, min(together, band.most) + 1)
    ]


def _senders(bands: Bands, ranges: Intervals, band: Band) -> int:
    """Of the largest box: pixels where their channels share axons, else neurons."""
    return band.pixels * (1 if bands.shared else max(last - first for first, last in ranges))


def _points(main: list[Part], rest: list[Part | None], fans: int) -> Floats:
    """Cores, senders of a core, words, and entries of every fan: of each main part with each rest, (pairs, 3 + fans)."""
    first = np.array([part.point for part in main], np.float64).reshape(len(main), 1, 3 + fans)
    second = np.array([np.zeros(3 + fans) if part is None else part.point for part in rest], np.float64)
    second = second.reshape(1, len(rest), 3 + fans)
    points = first + second
    points[..., 1] = np.maximum(first[..., 1], second[..., 1])
    return points.reshape(-1, 3 + fans)


def _fitting(
    demand: Demand, ways: list[tuple[list[Part], list[Part | None]]], numbers: Ints, points: Floats
) -> tuple[list[Tiling], Floats]:
    """Those whose boxes all fit, but for their output entries, and that no other such one is as good as."""
    fits: dict[Grid, bool] = {}
    while True:
        kept = front(points) if len(points) else np.zeros(0, np.int64)
        tilings = []
        for way, i, j in numbers[kept].tolist():
            parts = [part for part in (ways[way][0][i], ways[way][1][j]) if part is not None]
            grids = tuple(
                Grid(demand.population.name, part.ranges, part.band.rows, part.band.columns) for part in parts
            )
            tilings.append(Tiling(grids, tuple(part.together for part in parts)))
        for grid in (grid for tiling in tilings for grid in tiling.bands):
            if grid not in fits:
                fits[grid] = grid_cost(demand, grid) is not None
        broken = [i for i, tiling in zip(kept.tolist(), tilings, strict=True) if not all(map(fits.get, tiling.bands))]
        if not broken:
            return tilings, points[kept]
        numbers, points = np.delete(numbers, broken, axis=0), np.delete(points, broken, axis=0)
