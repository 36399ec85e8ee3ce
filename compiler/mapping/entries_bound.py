"""A lower bound on cores that accounts for output entries: a linear program over how every population is cut.

Finer cuts of a reader give its sources more destinations, and where the channels of a pixel share axons, every core that
holds some of them takes the entries. The bounds of `mapping.bounds` count each resource by itself and do not see that. Here
every population is cut into any mixture of the even grids that fit a core, boxes share cores in any fraction, and only sums
have to hold: of synapse words and of output entries over all cores, and of the entries of each population over its boxes. So
no choice of such grids takes fewer cores, with lists and entries as the partition costs them.

The entries between two populations are the product of what both choose: channel ranges of the source times entries that the
reader's boxes take of each. A product is at least t (1 - log t + log a + log b), for every t > 0, which is linear in the
mixtures; the program is solved again with the t of its last solution while that raises the bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix

from litesnn.compiler.encoding import ListRule
from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping.bounds import lower_bound
from litesnn.compiler.mapping.choose_axons import choose_axons
from litesnn.compiler.mapping.compartments import with_own_synapses
from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.limits import CoreLimits, core_limits
from litesnn.compiler.mapping.split import fitting_grids
from litesnn.compiler.mapping.usage import Demand, build_demands, entries_into
from litesnn.compiler.profile import Profile

Floats = npt.NDArray[np.float64]
ROUNDS = 12  # of solving, at most
RISE = 1.001  # a round that raises the bound by less is the last one


@dataclass(frozen=True, eq=False)
class _Reading:
    """A fan between populations on cores: entries that each grid of the reader takes of the source, for one channel range of it."""

    reader: str
    source: str
    shared: bool
    entries: Floats


@dataclass
class _Rows:
    """Rows of a linear program, each at most a constant."""

    places: list[tuple[int, npt.NDArray[np.int64], Floats]] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def add(self, most: float, *terms: tuple[npt.NDArray[np.int64] | list[int], Floats | list[float]]) -> None:
        """A row: columns and values of its terms."""
        for columns, values in terms:
            self.places.append((len(self.most), np.array(columns, np.int64), np.array(values, np.float64)))
        self.most.append(most)

    def matrix(self, size: int) -> csr_matrix:
        """All rows, of so many columns."""
        row = np.concatenate([np.full(len(columns), number) for number, columns, _ in self.places])
        column, value = (np.concatenate([place[i] for place in self.places]) for i in (1, 2))
        return coo_matrix((value, (row, column)), shape=(len(self.most), size)).tocsr()


def entries_bound(graph: Graph, profile: Profile) -> float:
    """The least cores that any even grids take; at least what `lower_bound` says, and no more where entries are not counted."""
    graph, limits, rule = with_own_synapses(graph, profile), core_limits(profile), ListRule.of(profile)
    demands = build_demands(graph, limits, rule, choose_axons(graph, limits, rule))
    plain = max(lower_bound(demands, limits).values(), default=1.0)
    if limits.entries is None or "output_axons" not in limits.resources:
        return plain
    grids = {name: fitting_grids(demand, finer=True) for name, demand in demands.items()}
    return max(plain, _Program(demands, grids, limits).least()) if all(grids.values()) else plain


class _Program:
    """Variables: cores, the share of every grid of every population, and the entries of every reading."""

    def __init__(self, demands: dict[str, Demand], grids: dict[str, list[Grid]], limits: CoreLimits) -> None:
        self.grids, self.limits = grids, limits
        self.readings = [
            _Reading(name, fan.source.name, fan.axon == "shared", np.array(taken, np.float64))
            for name, demand in demands.items()
            for fan in demand.fans
            if fan.source.name in demands and fan.source.name != name
            for taken in [[entries_into(fan, grid, limits) for grid in grids[name]]]
        ]
        first = np.cumsum([1, *(len(own) for own in grids.values())]).tolist()
        self.columns = {name: np.arange(first[i], first[i + 1]) for i, name in enumerate(grids)}
        self.first_reading = first[-1]
        self.size = self.first_reading + len(self.readings)
        self.ranges = {name: np.log([len(grid.channels) for grid in own]) for name, own in grids.items()}
        self.rows = self._sums(demands)

    def least(self) -> float:
        """Cores of the optimum."""
        shares = {name: np.full(len(own), 1 / len(own)) for name, own in self.grids.items()}
        best = 0.0
        for _ in range(ROUNDS):
            for number, reading in enumerate(self.readings):
                self._touch(number, reading, shares)
            found = self._solved()
            shares = {name: found[columns] for name, columns in self.columns.items()}
            if found[0] < RISE * best:
                return float(max(best, found[0]))
            best = float(found[0])
        return best

    def _sums(self, demands: dict[str, Demand]) -> _Rows:
        """Words and entries over all cores, and the entries of every population over its boxes."""
        rows, resources, limit = _Rows(), self.limits.resources, float(self.limits.resources["output_axons"])
        if "synapse_words" in resources:
            words = [
                (self.columns[name], np.array([demands[name].least_words(grid) for grid in own], np.float64))
                for name, own in self.grids.items()
            ]
            rows.add(0.0, ([0], [-float(resources["synapse_words"])]), *words)
        every = np.arange(self.first_reading, self.size)
        rows.add(0.0, ([0], [-limit]), (every, np.ones(len(every))))
        for name, own in self.grids.items():
            of = [self.first_reading + i for i, reading in enumerate(self.readings) if reading.source == name]
            boxes = np.array([float(len(grid)) for grid in own])
            rows.add(0.0, (of, np.ones(len(of))), (self.columns[name], -limit * boxes))
        return rows

    def _touch(self, number: int, reading: _Reading, shares: dict[str, Floats]) -> None:
        """That a reading takes at least what its product does, by the tangent at some shares."""
        own = self.columns[reading.reader]
        if not reading.shared:
            self.rows.add(0.0, ([self.first_reading + number], [-1.0]), (own, reading.entries))
        elif reading.entries.min() > 0:
            taken, ranges = np.log(reading.entries), self.ranges[reading.source]
            at = float(shares[reading.reader] @ taken + shares[reading.source] @ ranges)
            t = float(np.exp(at))
            source = (self.columns[reading.source], t * ranges)
            self.rows.add(t * (at - 1), ([self.first_reading + number], [-1.0]), (own, t * taken), source)

    def _solved(self) -> Floats:
        cost = np.zeros(self.size)
        cost[0] = 1.0
        whole = _Rows()
        for columns in self.columns.values():
            whole.add(1.0, (columns, np.ones(len(columns))))
        found = linprog(
            cost,
            A_ub=self.rows.matrix(self.size),
            b_ub=self.rows.most,
            A_eq=whole.matrix(self.size),
            b_eq=whole.most,
            method="highs",
        )
        assert found.success, found.message
        solution: Floats = found.x
        return solution
