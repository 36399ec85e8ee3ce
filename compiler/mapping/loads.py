"""Cores while they are filled: what slices take of them, and which core a slice fits best."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding import Register
from litesnn.compiler.graph.kinds import NeuronGroup
from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.mapping.split import cost_of
from litesnn.compiler.mapping.usage import Demand

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
ADDITIVE = ("neurons", "input_axons", "output_axons", "axon_map", "synapse_words", "list_words", "core_words", "layers")
OPEN_CORES = 1000  # cores a slice is tried on, the latest ones; older ones are full or nearly
NEURONS, ENTRIES = ADDITIVE.index("neurons"), ADDITIVE.index("output_axons")


@dataclass(frozen=True, eq=False, kw_only=True)
class Item:
    """A slice with its use: additive resources, and the sets that cores are limited in."""

    slice: Slice
    use: Ints
    registers: frozenset[Register]
    thresholds: frozenset[int]
    group: NeuronGroup
    decays: frozenset[tuple[int, int]]
    delay_bits: int


def items_of(demand: Demand, grid: Grid) -> list[Item]:
    """The slices of a grid, in its order."""
    usage = demand.sums(grid)
    table = np.stack([usage[name].ravel() for name in ADDITIVE], axis=1)
    group = demand.population.group
    registers = {channels: demand.registers(channels) for channels in grid.channels}
    thresholds = {channels: demand.thresholds(channels) for channels in grid.channels}
    decays = {channels: demand.decays(channels) for channels in grid.channels}
    return [
        Item(
            slice=part,
            use=table[i],
            registers=registers[part.channels],
            thresholds=thresholds[part.channels],
            group=group,
            decays=decays[part.channels],
            delay_bits=demand.delay_bits,
        )
        for i, part in enumerate(grid.slices)
    ]


def item_of(demand: Demand, part: Slice) -> Item:
    """One slice."""
    return items_of(demand, Grid.of(part))[0]


def shares(limits: CoreLimits) -> Floats:
    """What one of each additive resource is of its limit; 0 where there is none."""
    return np.array([1 / limits.resources.get(name, np.inf) for name in ADDITIVE])


@dataclass(kw_only=True)
class Load:
    """What slices on one core need besides additive resources."""

    slices: list[Slice] = field(default_factory=list)
    neurons: int = 0
    registers: frozenset[Register] = frozenset()
    thresholds: frozenset[int] = frozenset()
    groups: frozenset[NeuronGroup] = frozenset()
    decays: frozenset[tuple[int, int]] = frozenset()
    delay_bits: int = 0

    def with_item(self, item: Item) -> Load:
        """The load with one more slice."""
        return Load(
            slices=[*self.slices, item.slice],
            neurons=self.neurons + int(item.use[NEURONS]),
            registers=self.registers | item.registers,
            thresholds=self.thresholds | item.thresholds,
            groups=self.groups | {item.group},
            decays=self.decays | item.decays,
            delay_bits=max(self.delay_bits, item.delay_bits),
        )


class Cores:
    """Cores while they are filled; `best` fit puts a slice where least is left over, first fit on the first core with room.

    Least left over: the squares of what each resource has left, as shares of its limit (Panigrahy et al., Heuristics for
    vector bin packing, 2011).
    """

    def __init__(self, limits: CoreLimits, best: bool) -> None:
        self.limits, self.best = limits, best
        self.limit = np.array([limits.resources.get(name, np.iinfo(np.int64).max // 4) for name in ADDITIVE])
        self.scale = shares(limits)
        self.loads: list[Load] = []
        self.used: Ints = np.zeros((64, len(ADDITIVE)), np.int64)
        self.cost = 0.0

    def find(self, item: Item) -> int | None:
        """The core for a slice; None if none has room."""
        return next((core for core in self._ordered(item) if self._sets_fit(core, item)), None)

    def with_room(self, item: Item, most: int) -> list[int]:
        """At most so many cores with room for the item, those with the most room for neurons first."""
        free = self._free(item)
        order = np.argsort(self.used[free, NEURONS], kind="stable")
        found: list[int] = []
        for core in free[order].tolist():
            if len(found) == most:
                break
            if self._sets_fit(core, item):
                found.append(core)
        return found

    def room(self, core: int, item: Item) -> bool:
        """Whether the item fits on one core."""
        return bool(np.all(self.used[core] + item.use <= self.limit)) and self._sets_fit(core, item)

    def fits(self, item: Item) -> bool:
        """Whether the item fits on an empty core, by what is added up."""
        return bool(np.all(item.use <= self.limit))

    def add(self, core: int | None, item: Item) -> None:
        """Put the item on a core, or on a new one."""
        self.cost += cost_of(dict(zip(ADDITIVE, map(int, item.use), strict=True)), self.limits) - (core is not None)
        if core is None:
            core = len(self.loads)
            if core == len(self.used):
                self.used = np.concatenate([self.used, np.zeros_like(self.used)])
            self.loads.append(Load())
        self.used[core] += item.use
        self.loads[core] = self.loads[core].with_item(item)

    def _free(self, item: Item) -> Ints:
        """Cores with enough of every additive resource, first to last."""
        first = max(0, len(self.loads) - OPEN_CORES)
        free: Ints = np.flatnonzero(np.all(self.used[first : len(self.loads)] + item.use <= self.limit, axis=1))
        return free + first

    def _ordered(self, item: Item) -> list[int]:
        free = self._free(item)
        if self.best:
            left = (self.limit - self.used[free] - item.use) * self.scale
            free = free[np.argsort(np.round(np.square(left).sum(axis=1), 9), kind="stable")]
        cores: list[int] = free.tolist()
        return cores

    def _sets_fit(self, core: int, item: Item) -> bool:
        load = self.loads[core].with_item(item)
        sizes = {
            "delay_slots": load.neurons << load.delay_bits,
            "synapse_formats": len(load.registers),
            "threshold_profiles": len(load.thresholds),
            "compartment_profiles": len(load.decays),
            "neuron_groups": len(load.groups),
        }
        return all(size <= self.limits.resources.get(name, size) for name, size in sizes.items())
