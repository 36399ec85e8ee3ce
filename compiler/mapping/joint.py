"""Which grid every population takes, all together: a grid fills its own cores, and the output entries of its sources.

A source whose fullest core takes f times the output entries that a core has will be cut into f times as many slices. So a
choice of grids costs the sum, over populations, of cores times max(1, f); coordinate descent from several starts lowers it,
and as smaller slices impose more themselves, the power of f is raised until next to no box is too full. What entries a box
takes is modelled by their mean over the source's map; `split_all` then makes the choice exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.usage import Demand, entries_into

Floats = npt.NDArray[np.float64]
SWEEPS = 20  # at most, over all populations
STEEPNESS = (1, 2, 4)
"""Powers of f, one descent after the other: at last boxes with too many entries pay for what they break."""
STARTS = (0.0, 0.5, 1.0, 2.0)  # what a core full of entries at the sources counts in the first choice, in cores


@dataclass(frozen=True, eq=False)
class Options:
    """The grids of one population and what each costs.

    Attributes
    ----------
    grids : fewest cores first
    cores : (grids,) that each takes
    senders : (grids,) of the largest box: neurons, or pixels where their channels share axons
    total : senders of the population
    imposed : source -> (grids,) output entries that each sender of it takes for the grid, on average
    """

    grids: list[Grid]
    cores: Floats
    senders: Floats
    total: int
    imposed: dict[str, Floats]

    @classmethod
    def of(cls, demand: Demand, grids: list[Grid], further: int, demands: dict[str, Demand], shared: bool) -> Options:
        """Options of a demand; `shared`: whether its channels share axons; `further` entries an axon besides its own."""
        imposed: dict[str, Floats] = {}
        for fan in demand.fans:
            if fan.source.name in demands:
                size = fan.source.size / (fan.source.shape[0] if fan.axon == "shared" else 1)
                taken = np.array([entries_into(fan, grid, demand.limits, further) / size for grid in grids], np.float64)
                imposed[fan.source.name] = imposed.get(fan.source.name, np.zeros(len(grids))) + taken
        pixels = np.array([_largest(grid.rows) * _largest(grid.columns) for grid in grids], np.float64)
        channels = np.array([1 if shared else _largest(grid.channels) for grid in grids], np.float64)
        cores = np.array([float(len(grid)) for grid in grids])
        size = demand.population.size // (demand.population.shape[0] if shared else 1)
        return cls(grids, cores, pixels * channels, total=size, imposed=imposed)


def choose_together(options: dict[str, Options], limit: int) -> dict[str, int]:
    """Population -> number of the grid it takes; `limit` output entries of a core."""
    found = [_descend(options, limit, start) for start in STARTS]
    return min(found, key=lambda choice: round(_total(options, choice, limit, STEEPNESS[-1]), 6))


def prices(
    options: dict[str, Options], choice: dict[str, int], limit: int, name: str, power: int = STEEPNESS[-1]
) -> Floats:
    """Cores that each grid of a population adds at its sources, with what all others chose: (grids,)."""
    load = _loads(options, choice)
    own = options[name]
    result = np.zeros(len(own.grids))
    for source, imposed in own.imposed.items():
        if source == name:
            continue
        other, taken = options[source], choice[source]
        entries = load[source] - imposed[choice[name]] + imposed
        result += other.cores[taken] * np.maximum(1.0, other.senders[taken] * entries / limit) ** power
    return result


def _descend(options: dict[str, Options], limit: int, start: float) -> dict[str, int]:
    choice = {}
    for name, own in options.items():
        weight = sum((imposed * options[source].total for source, imposed in own.imposed.items()), np.zeros(1))
        choice[name] = int(np.argmin(np.round(own.cores + start * weight / limit, 6)))
    for power in STEEPNESS:
        for _ in range(SWEEPS):
            before = dict(choice)
            for name in reversed(list(options)):
                own = options[name]
                filled = np.maximum(1.0, own.senders * _loads(options, choice)[name] / limit) ** power
                cost = own.cores * filled + prices(options, choice, limit, name, power)
                choice[name] = int(np.argmin(np.round(cost, 6)))
            if choice == before:
                break
    return choice


def _loads(options: dict[str, Options], choice: dict[str, int]) -> dict[str, float]:
    """Output entries of each sender of every population."""
    load = dict.fromkeys(options, 0.0)
    for name, own in options.items():
        for source, imposed in own.imposed.items():
            load[source] += float(imposed[choice[name]])
    return load


def _total(options: dict[str, Options], choice: dict[str, int], limit: int, power: int) -> float:
    load = _loads(options, choice)
    return sum(
        float(own.cores[choice[name]] * max(1.0, own.senders[choice[name]] * load[name] / limit) ** power)
        for name, own in options.items()
    )


def _largest(intervals: tuple[tuple[int, int], ...]) -> int:
    return max(last - first for first, last in intervals)
