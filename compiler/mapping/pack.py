"""Packing slices of several populations onto cores: deterministic first fit over all resources at once.

Several orders are tried, with and without cutting slices by channels to fill cores up; the fewest cores win, then the
lowest cost. Sums over slices bound what a core really uses (an axon that two slices read is one axon), never below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding import Register
from litesnn.compiler.graph.kinds import NeuronGroup
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.mapping.split import cost_of
from litesnn.compiler.mapping.usage import Demand, Grid

Ints = npt.NDArray[np.int64]
ADDITIVE = ("neurons", "input_axons", "output_axons", "axon_map", "synapse_words", "list_words", "core_words", "layers")
OPEN_CORES = 1000  # cores a slice is tried on, the latest ones; older ones are full or nearly
CRUMB = 8  # a slice is cut only where at least an eighth of its channels goes
FILL_ITEMS = 600  # beyond so many slices, filling up by cutting cannot gain a visible fraction


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


def pack(
    demands: dict[str, Demand], grids: dict[str, Grid], limits: CoreLimits, least: int
) -> list[list[tuple[Slice, ...]]]:
    """Packings, best first, each as slices per core; cores in order of the first population (graph order) they hold.

    `least` is a lower bound on the cores: where it is met, no more is tried. The last one cuts nothing.
    """
    order = {name: i for i, name in enumerate(demands)}
    items = [item for name in demands for item in _items(demands[name], grids[name])]
    scale = np.array([1 / limits.resources.get(name, np.inf) for name in ADDITIVE])
    by_size = sorted(
        items, key=lambda item: (-float((item.use * scale).max()), order[item.slice.population], item.slice)
    )
    attempts = [_first_fit(by_size, demands, limits, cut=False), _first_fit(items, demands, limits, cut=False)]
    if len(items) <= FILL_ITEMS and min(len(attempt.loads) for attempt in attempts) > least:
        attempts += [_first_fit(by_size, demands, limits, cut=True), _first_fit(items, demands, limits, cut=True)]
    whole = min(attempts[:2], key=_rank)
    better = sorted((attempt for attempt in attempts[2:] if _rank(attempt) < _rank(whole)), key=_rank)

    def key(part: Slice) -> tuple[int, Slice]:
        return order[part.population], part

    packings = [[tuple(sorted(load.slices, key=key)) for load in attempt.loads] for attempt in (*better, whole)]
    return [sorted(cores, key=lambda slices: key(slices[0])) for cores in packings]


def _rank(attempt: _Cores) -> tuple[int, float]:
    return len(attempt.loads), round(attempt.cost, 9)


@dataclass(kw_only=True)
class _Load:
    """What slices on one core need besides additive resources."""

    slices: list[Slice] = field(default_factory=list)
    neurons: int = 0
    registers: frozenset[Register] = frozenset()
    thresholds: frozenset[int] = frozenset()
    groups: frozenset[NeuronGroup] = frozenset()
    decays: frozenset[tuple[int, int]] = frozenset()
    delay_bits: int = 0

    def with_item(self, item: Item) -> _Load:
        """The load with one more slice."""
        return _Load(
            slices=[*self.slices, item.slice],
            neurons=self.neurons + int(item.use[ADDITIVE.index("neurons")]),
            registers=self.registers | item.registers,
            thresholds=self.thresholds | item.thresholds,
            groups=self.groups | {item.group},
            decays=self.decays | item.decays,
            delay_bits=max(self.delay_bits, item.delay_bits),
        )


class _Cores:
    """Cores while they are filled."""

    def __init__(self, limits: CoreLimits) -> None:
        self.limits = limits
        self.limit = np.array([limits.resources.get(name, np.iinfo(np.int64).max // 4) for name in ADDITIVE])
        self.loads: list[_Load] = []
        self.used: npt.NDArray[np.int64] = np.zeros((64, len(ADDITIVE)), np.int64)
        self.cost = 0.0

    def find(self, item: Item) -> int | None:
        """The first core the item fits on."""
        return next(self.with_room(item), None)

    def with_room(self, item: Item) -> Iterator[int]:
        """Every core the item fits on, first to last."""
        first = max(0, len(self.loads) - OPEN_CORES)
        free = np.all(self.used[first : len(self.loads)] + item.use <= self.limit, axis=1)
        for core in np.flatnonzero(free) + first:
            if self._sets_fit(int(core), item):
                yield int(core)

    def room(self, core: int, item: Item) -> bool:
        """Whether the item fits on one core."""
        return bool(np.all(self.used[core] + item.use <= self.limit)) and self._sets_fit(core, item)

    def add(self, core: int | None, item: Item) -> None:
        """Put the item on a core, or on a new one."""
        self.cost += cost_of(dict(zip(ADDITIVE, map(int, item.use), strict=True)), self.limits) - (core is not None)
        if core is None:
            core = len(self.loads)
            if core == len(self.used):
                self.used = np.concatenate([self.used, np.zeros_like(self.used)])
            self.loads.append(_Load())
        self.used[core] += item.use
        self.loads[core] = self.loads[core].with_item(item)

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


def _first_fit(items: list[Item], demands: dict[str, Demand], limits: CoreLimits, cut: bool) -> _Cores:
    cores = _Cores(limits)
    for item in items:
        rest: Item | None = item
        core = cores.find(item)
        if core is None and cut:
            rest = _fill(cores, demands[item.slice.population], item)
            core = None if rest is None else cores.find(rest)
        if rest is not None:
            cores.add(core, rest)
    return cores


def _fill(cores: _Cores, demand: Demand, item: Item) -> Item | None:
    """Put leading channels of a slice on cores with room; what is left, or None. A cut that leaves a crumb is not worth it."""
    rest = item
    first, last = rest.slice.channels
    least = max(1, (last - first) // CRUMB)
    for core in cores.with_room(_item(demand, rest.slice, (first, first + least))):
        first, last = rest.slice.channels
        low, high = 0, last - first
        while low < high:
            middle = (low + high + 1) // 2
            if cores.room(core, _item(demand, rest.slice, (first, first + middle))):
                low = middle
            else:
                high = middle - 1
        if low < least:
            continue
        cores.add(core, _item(demand, rest.slice, (first, first + low)))
        if first + low == last:
            return None
        rest = _item(demand, rest.slice, (first + low, last))
    return rest


def _items(demand: Demand, grid: Grid) -> list[Item]:
    usage = demand.usage(grid)
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


def _item(demand: Demand, part: Slice, channels: tuple[int, int]) -> Item:
    return _items(demand, Grid(part.population, (channels,), (part.rows,), (part.columns,)))[0]
