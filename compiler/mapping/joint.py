"""Which grid every population takes, all together: the fewest cores on which the output entries of all have room.

A grid takes its own cores, imposes output entries on the sources that it reads, and bears so many on its own boxes. What entries
a sender takes is modelled by their mean over the source's map, so all of that is linear in the choice: an integer program, small
once grids are left out that another one is no worse than in any respect. `split_all` then makes the choice exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp

from litesnn.compiler.mapping.entries import entries_into
from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.front import front
from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.rows import Rows
from litesnn.compiler.mapping.split import grid_cost
from litesnn.compiler.mapping.usage import Demand

Floats = npt.NDArray[np.float64]
Cut = TypeVar("Cut")
"""How a population is cut: into a grid, or otherwise."""
GAP = 0.005  # of the cores: a choice this near to the best there is ends the search
NODES = 5000  # of the search tree, at most
CROWDING = 0.3  # of a core: what a core full of words, or of entries at the sources, counts besides


@dataclass(frozen=True, eq=False)
class Options(Generic[Cut]):
    """The grids of one population that no other one is as good as in every respect, and what each costs.

    Attributes
    ----------
    grids : fewest cores first
    cores : (grids,) that each takes
    words : (grids,) of lists, in cores that they fill
    neurons : (grids,) those of margins included, in cores that they fill
    senders : (grids,) of the largest box: neurons, or pixels where their channels share axons
    total : senders of the population
    imposed : source -> (grids,) output entries that each sender of it takes for the grid, on average
    """

    grids: list[Cut]
    cores: Floats
    words: Floats
    neurons: Floats
    senders: Floats
    total: int
    imposed: dict[str, Floats]

    @staticmethod
    def of(demand: Demand, grids: list[Grid], further: int, demands: dict[str, Demand], shared: bool) -> Options[Grid]:
        """Options of a demand; `shared`: whether its channels share axons; `further` entries an axon besides its own."""
        fans = [fan for fan in demand.fans if fan.source.name in demands]
        taken = {
            fan: np.array([entries_into(fan, grid, demand.limits, further) for grid in grids], np.float64)
            for fan in fans
        }
        pixels = np.array([_largest(grid.rows) * _largest(grid.columns) for grid in grids], np.float64)
        channels = np.array([1 if shared else _largest(grid.channels) for grid in grids], np.float64)
        cores = np.array([float(len(grid)) for grid in grids])
        lists = np.array([float(_tap_copies(demand, grid)) for grid in grids])
        kept = _useful(demand, grids, np.stack([cores, pixels * channels, lists, *taken.values()], axis=1))
        some = [grids[i] for i in kept]
        limit = demand.limits.resources.get("synapse_words", np.inf)
        return Options(
            grids=some,
            cores=cores[kept],
            words=np.array([demand.least_words(grid) for grid in some], np.float64) / limit,
            neurons=np.full(
                len(kept), demand.population.size * demand.compartments / demand.limits.resources["neurons"]
            ),
            senders=(pixels * channels)[kept],
            total=demand.population.size // (demand.population.shape[0] if shared else 1),
            imposed=imposed_by({fan: entries[kept] for fan, entries in taken.items()}),
        )


def imposed_by(taken: dict[Fan, Floats]) -> dict[str, Floats]:
    """Source -> entries that each sender of it takes on average, of what its fans take in all."""
    imposed: dict[str, Floats] = {}
    for fan, entries in taken.items():
        senders = fan.source.size / (fan.source.shape[0] if fan.axon == "shared" else 1)
        imposed[fan.source.name] = imposed.get(fan.source.name, np.zeros(len(entries))) + entries / senders
    return imposed


def choose_together(
    options: dict[str, Options[Any]],
    limit: int,
    strain: dict[str, float],
    crowding: float = CROWDING,
    filling: float = 0.0,
) -> dict[str, int] | None:
    """Population -> number of the grid it takes; `limit` output entries of a core; None if the search ends without a choice.

    `strain`: how far the fullest box of a population is above the mean, 1 where not named. Where no choice has room for all
    entries, one that lacks little: a column each says how many a sender of each population lacks.
    """
    first = np.cumsum([len(options), *(len(own.grids) for own in options.values())]).tolist()
    columns = {name: np.arange(first[i], first[i + 1]) for i, name in enumerate(options)}
    one, room = Rows(), Rows()
    cost: Floats = np.zeros(first[-1])
    whole: Floats = np.ones(first[-1])
    whole[: len(options)] = 0
    for number, (name, own) in enumerate(options.items()):
        cost[number] = own.cores.max()
        crowded = sum((each * options[source].total for source, each in own.imposed.items()), np.zeros(len(own.grids)))
        cost[columns[name]] = own.cores + filling * own.neurons + crowding * (own.words + crowded / limit)
        one.add(1.0, (columns[name], np.ones(len(own.grids))))
        readers = [(columns[other], their.imposed[name]) for other, their in options.items() if name in their.imposed]
        if readers:
            bears = limit / (own.senders * strain.get(name, 1.0))
            room.add(0.0, ([number], [-1.0]), (columns[name], -bears), *readers)
    constraints = [LinearConstraint(one.matrix(len(cost)), one.most, one.most)]
    if room.most:
        constraints.append(LinearConstraint(room.matrix(len(cost)), -np.inf, room.most))
    for most in (0.0, np.inf):
        found = milp(
            cost,
            constraints=constraints,
            integrality=whole,
            bounds=Bounds(0, np.where(whole > 0, 1.0, most)),
            options={"mip_rel_gap": GAP, "node_limit": NODES},
        )
        if found.x is not None:
            solution: Floats = found.x
            return {name: int(np.argmax(solution[own])) for name, own in columns.items()}
    return None


def loads(options: dict[str, Options[Any]], choice: dict[str, int]) -> dict[str, float]:
    """Output entries of each sender of every population, on average."""
    load = dict.fromkeys(options, 0.0)
    for name, own in options.items():
        for source, imposed in own.imposed.items():
            load[source] += float(imposed[choice[name]])
    return load


def prices(options: dict[str, Options[Any]], choice: dict[str, int], name: str) -> Floats:
    """Cores at its sources that the entries of each grid of a population fill, by what those of the choice do: (grids,)."""
    load, own = loads(options, choice), options[name]
    result = np.zeros(len(own.grids))
    for source, imposed in own.imposed.items():
        if load[source] > 0:
            result += options[source].cores[choice[source]] * imposed / load[source]
    return result


def _useful(demand: Demand, grids: list[Grid], points: Floats) -> npt.NDArray[np.int64]:
    """Numbers of the grids of which every box fits, but for its entries, and that no other such one is as good as."""
    return front(points, lambda number: grid_cost(demand, grids[number]) is not None)


def _tap_copies(demand: Demand, grid: Grid) -> int:
    """Kernel taps that the population lists of one channel range hold, over all boxes: what words grow with."""
    fans = [fan for fan in demand.fans if fan.classed]
    return sum(fan.rows.tap_copies(grid.rows) * fan.columns.tap_copies(grid.columns) for fan in fans)


def _largest(intervals: tuple[tuple[int, int], ...]) -> int:
    return max(last - first for first, last in intervals)
