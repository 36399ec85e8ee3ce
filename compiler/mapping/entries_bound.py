"""A lower bound on cores that accounts for output entries: a linear program over how every population is cut.

Finer cuts of a reader give its sources more destinations, and where the channels of a pixel share axons, every core that
holds some of them takes the entries. The bounds of `mapping.bounds` count each resource by itself and do not see that. Here
every population is cut into any mixture of the even grids that fit a core, boxes share cores in any fraction, and only sums
have to hold: of synapse words and of output entries over all cores, and of the entries of each grid over its own boxes. So
no choice of such grids takes fewer cores, with lists as the partition costs them and entries spread evenly over a map.

The entries between two populations follow from what share of the map is cut by which grid of the one and which of the other:
a variable for each pair of grids, of those grids alone that no other one is at least as good as in every respect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from litesnn.compiler.encoding import ListRule
from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping.bounds import lower_bound
from litesnn.compiler.mapping.choose_axons import choose_axons
from litesnn.compiler.mapping.compartments import with_own_synapses
from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.front import front
from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.limits import CoreLimits, core_limits
from litesnn.compiler.mapping.rows import Rows
from litesnn.compiler.mapping.split import fitting_grids
from litesnn.compiler.mapping.usage import Demand, build_demands, entries_into
from litesnn.compiler.profile import Profile

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def entries_bound(graph: Graph, profile: Profile, *, leaving: bool = False) -> float:
    """The least cores that any even grids take; at least what `lower_bound` says, and no more where entries are not counted.

    `leaving`: with what the partition takes an axon for where there are several chips, that it leaves its own.
    """
    graph, limits, rule = with_own_synapses(graph, profile), core_limits(profile), ListRule.of(profile)
    demands = build_demands(graph, limits, rule, choose_axons(graph, limits, rule))
    plain = max(lower_bound(demands, limits).values(), default=1.0)
    if limits.entries is None or "output_axons" not in limits.resources:
        return plain
    grids = {name: fitting_grids(demand, finer=True) for name, demand in demands.items()}
    if not all(grids.values()):
        return plain
    return max(plain, _Program(demands, grids, limits, limits.other_chip if leaving else 0).least())


@dataclass(frozen=True, eq=False)
class _Cuts:
    """The grids of one population that matter: (grids,) each.

    Attributes
    ----------
    columns : of their shares of the map
    boxes, words : of each grid
    ranges : channel ranges, each of which has axons of its own; 1 where every neuron has
    entries : fan -> what each grid takes of the fan's source, for one channel range of it
    """

    columns: Ints
    boxes: Floats
    words: Floats
    ranges: Floats
    entries: dict[Fan, Floats]

    @classmethod
    def of(cls, demand: Demand, grids: list[Grid], fans: list[Fan], further: int, *, shared: bool, first: int) -> _Cuts:
        """Of a demand that reads populations on cores by `fans`; columns begin at the first."""
        boxes = np.array([float(len(grid)) for grid in grids])
        words = np.array([float(demand.least_words(grid)) for grid in grids])
        ranges = np.array([float(len(grid.channels)) if shared else 1.0 for grid in grids])
        entries = {
            fan: np.array([float(entries_into(fan, grid, demand.limits, further)) for grid in grids]) for fan in fans
        }
        kept = front(np.stack([words, ranges, ranges / boxes, *entries.values()], axis=1))
        return cls(
            columns=np.arange(first, first + len(kept)),
            boxes=boxes[kept],
            words=words[kept],
            ranges=ranges[kept],
            entries={fan: taken[kept] for fan, taken in entries.items()},
        )


class _Program:
    """The linear program: column 0 is the number of cores, then the share of every grid, then that of every pair of a reading."""

    def __init__(
        self, demands: dict[str, Demand], grids: dict[str, list[Grid]], limits: CoreLimits, further: int
    ) -> None:
        self.limits = limits
        self.size = 1
        self.cuts: dict[str, _Cuts] = {}
        readings = {
            name: [fan for fan in demand.fans if fan.source.name in demands and fan.source.name != name]
            for name, demand in demands.items()
        }
        for name, demand in demands.items():
            shared = all(fan.axon == "shared" for fans in readings.values() for fan in fans if fan.source.name == name)
            own = _Cuts.of(demand, grids[name], readings[name], further, shared=shared, first=self.size)
            self.cuts[name] = own
            self.size += len(own.columns)
        self.pairs: dict[Fan, Ints] = {}
        """(grids of the source, grids of the reader) columns of each reading."""
        for name, fans in readings.items():
            for fan in fans:
                shape = len(self.cuts[fan.source.name].columns), len(self.cuts[name].columns)
                self.pairs[fan] = np.arange(self.size, self.size + shape[0] * shape[1]).reshape(shape)
                self.size += self.pairs[fan].size

    def least(self) -> float:
        """Cores of the optimum."""
        most, equal = self._most(), self._equal()
        cost: Floats = np.zeros(self.size)
        cost[0] = 1.0
        found = linprog(
            cost,
            A_ub=most.matrix(self.size),
            b_ub=most.most,
            A_eq=equal.matrix(self.size),
            b_eq=equal.most,
            method="highs",
        )
        assert found.success, found.message
        return float(found.fun)

    def _entries(self, fan: Fan) -> Floats:
        """Output entries of a reading, if a pair of grids had all of the map: (grids of the source, grids of the reader)."""
        taken: Floats = np.outer(self.cuts[fan.source.name].ranges, self.cuts[fan.target.name].entries[fan])
        return taken

    def _most(self) -> Rows:
        """Words and entries over all cores, and the entries of every grid over its boxes."""
        rows, resources, limit = Rows(), self.limits.resources, float(self.limits.resources["output_axons"])
        if "synapse_words" in resources:
            words = [(own.columns, own.words) for own in self.cuts.values()]
            rows.add(0.0, ([0], [-float(resources["synapse_words"])]), *words)
        taken = {fan: self._entries(fan) for fan in self.pairs}
        rows.add(0.0, ([0], [-limit]), *((pairs.ravel(), taken[fan].ravel()) for fan, pairs in self.pairs.items()))
        for name, own in self.cuts.items():
            read = [fan for fan in self.pairs if fan.source.name == name]
            for i, column in enumerate(own.columns.tolist()):
                used = [(self.pairs[fan][i], taken[fan][i]) for fan in read]
                rows.add(0.0, ([column], [-limit * float(own.boxes[i])]), *used)
        return rows

    def _equal(self) -> Rows:
        """That the grids of a population share its whole map, and pairs what each grid of theirs has."""
        rows = Rows()
        for own in self.cuts.values():
            rows.add(1.0, (own.columns, np.ones(len(own.columns))))
        for fan, pairs in self.pairs.items():
            for name, each in ((fan.source.name, pairs), (fan.target.name, pairs.T)):
                for column, line in zip(self.cuts[name].columns.tolist(), each, strict=True):
                    rows.add(0.0, (line, np.ones(len(line))), ([column], [-1.0]))
        return rows
