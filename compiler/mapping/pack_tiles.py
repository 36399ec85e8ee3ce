"""Packing tilings: readers before what they read, slices cut to fill cores up where their sources have room for the entries.

As all readers of a population are on cores before it is, what output entries its slices take is known; so nothing that is
packed comes out too full of them.
"""

from __future__ import annotations

from functools import cache

from litesnn.compiler.mapping.cutting import CRUMB, TRIED, along, axes_of
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.loads import Cores, Item, item_of
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.mapping.pack import in_order, order_of
from litesnn.compiler.mapping.room import Change, Room
from litesnn.compiler.mapping.tiling import Tiling
from litesnn.compiler.mapping.usage import Demand

GAIN = 0.02  # of a core, that a cut has to leave free at least
PRICE = 4.0  # of a core of entries that a cut adds at the sources, as sources are seldom cut to the last entry


def pack_tiles(
    demands: dict[str, Demand], tilings: dict[str, Tiling], limits: CoreLimits, further: int
) -> list[tuple[Slice, ...]]:
    """The slices per core, cores by the first population (graph order) they hold."""
    room, cores = Room(demands, tilings, limits, further), Cores(limits, best=True)
    for name in reversed(list(demands)):
        packing = _Population(room, cores, room.known(name))
        for part in tilings[name].slices:
            packing.place(part)
    return in_order((load.slices for load in cores.loads), order_of(demands))


def taken_apart(
    cores: list[tuple[Slice, ...]], over: set[tuple[Slice, ...]], demands: dict[str, Demand]
) -> list[tuple[Slice, ...]]:
    """The same, but for the smallest slice of each core that is too full: it has a core of its own."""
    smallest = {slices: min(slices, key=lambda part: (part.neurons, part)) for slices in over}
    kept = [[part for part in slices if part != smallest.get(slices)] for slices in cores]
    return in_order([*kept, *([part] for part in smallest.values())], order_of(demands))


class _Population:
    """One population while it is packed."""

    def __init__(self, room: Room, cores: Cores, demand: Demand) -> None:
        self.room, self.cores, self.demand = room, cores, demand
        self.item = cache(lambda part: item_of(demand, part))

    def place(self, part: Slice) -> None:
        """A slice on the core it fits best; else, where that leaves enough, cut; else on a new core."""
        while True:
            item = self.item(part)
            core = self.cores.find(item)
            found = self._cut(item) if core is None else None
            if found is None:
                self.cores.add(core, item)
                return
            number, piece, part = found
            self.cores.add(number, piece)

    def _cut(self, item: Item) -> tuple[int, Item, Slice] | None:
        """The cut after which what is left of a slice takes least, for which there is room: the core, what goes there, and what is left."""
        found: list[tuple[float, int, Slice, Slice, Change]] = []
        for core, piece, left in self._pieces(item.slice):
            change = self.room.change(item.slice, piece, left)
            gain = self._largest(item) - self._largest(self.item(left)) - PRICE * self.room.cost(change)
            if gain > GAIN:
                found.append((gain, core, piece, left, change))
        for _, core, piece, left, change in sorted(found, key=lambda each: -each[0]):
            if self.room.take(change):
                return core, self.item(piece), left
        return None

    def _pieces(self, part: Slice) -> list[tuple[int, Slice, Slice]]:
        """Cores with room for a part of a slice: the core, the largest part, and what is left; each cut once."""
        found: dict[tuple[Slice, Slice], int] = {}
        for axis in axes_of(self.demand, part):
            first, last = getattr(part, axis)
            least = max(1, (last - first) // CRUMB)
            for core in self.cores.with_room(self.item(along(part, axis, (first, first + least))), TRIED):
                low, high = least, last - first - 1
                while low < high:
                    middle = (low + high + 1) // 2
                    if self.cores.room(core, self.item(along(part, axis, (first, first + middle)))):
                        low = middle
                    else:
                        high = middle - 1
                found.setdefault(
                    (along(part, axis, (first, first + low)), along(part, axis, (first + low, last))), core
                )
        return [(core, piece, left) for (piece, left), core in found.items()]

    def _largest(self, item: Item) -> float:
        """What an item takes most of, as a share of a core's."""
        return float((item.use * self.cores.scale).max())
