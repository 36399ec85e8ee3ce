"""The tilings of one population that no other one is as good as: so many channels to a box, and what is left of them apart.

Even cuts lose much where a core holds a third of the channels and a bit: two ranges of 32 channels and one of 8 fill cores
that three of 24 leave a quarter of. Boxes of the small range share a core, or are cut less often.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.band import Band, Bands
from litesnn.compiler.mapping.cuts import even
from litesnn.compiler.mapping.front import front
from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.joint import Options
from litesnn.compiler.mapping.model import Intervals
from litesnn.compiler.mapping.split import grid_cost
from litesnn.compiler.mapping.tiling import Tiling
from litesnn.compiler.mapping.usage import Demand

Floats = npt.NDArray[np.float64]
Part = tuple[Intervals, Band, int]
"""Channel ranges, how the map of each is cut, and boxes that a core is to hold."""
WORTH = 8  # tilings of more cores than this times the fewest are not looked at
TOGETHER = 6  # boxes of a kind on one core, at most


def tilings_of(demand: Demand, further: int, demands: dict[str, Demand], shared: bool) -> Options[Tiling]:
    """As `Options.of`, of tilings."""
    fans = [fan for fan in demand.fans if fan.source.name in demands]
    bands = Bands(demand, fans, further, shared=shared)
    channels, _, _ = demand.population.shape
    found = [parts for size in range(1, channels + 1) for parts in _parts(demand, bands, size)]
    tilings = [_tiling(demand.population.name, parts) for parts in found]
    cores = np.array([tiling.cores for tiling in tilings])
    senders = np.array([_senders(parts, shared) for parts in found], np.float64)
    words = np.array([sum(len(ranges) * band.words for ranges, band, _ in parts) for parts in found])
    entries = np.array([_entries(parts, len(fans)) for parts in found], np.float64).reshape(len(found), len(fans))
    near = np.flatnonzero(cores <= WORTH * cores.min(initial=np.inf))
    kept = _fitting(demand, tilings, near, np.column_stack([cores, senders, words, entries]))
    imposed: dict[str, Floats] = {}
    for number, fan in enumerate(fans):
        size = fan.source.size / (fan.source.shape[0] if fan.axon == "shared" else 1)
        imposed[fan.source.name] = imposed.get(fan.source.name, 0.0) + entries[kept, number] / size
    return Options(
        grids=[tilings[i] for i in kept],
        cores=cores[kept],
        words=words[kept],
        senders=senders[kept],
        total=demand.population.size // (channels if shared else 1),
        imposed=imposed,
    )


def _parts(demand: Demand, bands: Bands, size: int) -> Iterator[tuple[Part, ...]]:
    """All ways to cut ranges of `size` channels and, where some are left, those."""
    channels = demand.population.shape[0]
    count, left = divmod(channels, size)
    evenly = even(channels, count + (left > 0))
    if max(last - first for first, last in evenly) == size:
        yield from ((part,) for part in _cuts(demand, bands, evenly))
    if left:
        main = tuple((i * size, (i + 1) * size) for i in range(count))
        yield from product(_cuts(demand, bands, main), _cuts(demand, bands, ((count * size, channels),)))


def _cuts(demand: Demand, bands: Bands, ranges: Intervals) -> list[Part]:
    """Cuts of the map for some ranges, by that which holds most weights."""
    heaviest = max(ranges, key=lambda interval: sum(fan.weight(interval) for fan in demand.fans))
    return [
        (ranges, band, together)
        for band in bands.of(heaviest)
        for together in range(1, min(TOGETHER, band.most) + 1)
    ]


def _tiling(name: str, parts: tuple[Part, ...]) -> Tiling:
    grids = tuple(Grid(name, ranges, band.rows, band.columns) for ranges, band, _ in parts)
    return Tiling(grids, tuple(together for _, _, together in parts))


def _senders(parts: tuple[Part, ...], shared: bool) -> int:
    """Of a core: pixels where their channels share axons, else neurons."""
    return max(
        together * band.pixels * (1 if shared else max(last - first for first, last in ranges))
        for ranges, band, together in parts
    )


def _entries(parts: tuple[Part, ...], fans: int) -> list[float]:
    return [sum(len(ranges) * band.entries[number] for ranges, band, _ in parts) for number in range(fans)]


def _fitting(demand: Demand, tilings: list[Tiling], numbers: npt.NDArray[np.int64], points: Floats) -> list[int]:
    """Those of the numbers whose boxes all fit, but for their output entries, and that no other such one is as good as."""
    fits: dict[Grid, bool] = {}
    while True:
        kept: list[int] = numbers[front(points[numbers])].tolist()
        for grid in (grid for i in kept for grid in tilings[i].bands):
            if grid not in fits:
                fits[grid] = grid_cost(demand, grid) is not None
        broken = [i for i in kept if not all(fits[grid] for grid in tilings[i].bands)]
        if not broken:
            return kept
        numbers = np.setdiff1d(numbers, broken)
