"""Packing tilings: readers before what they read, slices cut to fill cores up where their sources have room for the entries.

As all readers of a population are on cores before it is, what output entries its slices take is known; so nothing that is
packed comes out too full of them.
"""

from __future__ import annotations

from functools import cache

from litesnn.compiler.mapping.cutting import Axis, along, axes_of, longest, pieces
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.loads import ENTRIES, Cores, Item, item_of
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
        """A slice on the core it fits best; else, where that leaves enough, cut; else on a new core.

        Where it sends to more than a core has entries for, first what fits.
        """
        while True:
            item = self.item(part)
            if item.use[ENTRIES] > self.room.limit and (both := self._relieved(part)) is not None:
                self.place(both[0])
                part = both[1]
                continue
            core = self.cores.find(item)
            found = self._cut(item) if core is None else None
            if found is None:
                self.cores.add(core, item)
                return
            number, piece, part = found
            self.cores.add(number, piece)

    def _relieved(self, part: Slice) -> tuple[Slice, Slice] | None:
        """The largest leading rows or columns that take no more entries than a core has, and what is left; None where there are none.

        None of a map that may not be cut, or into powers of two alone.
        """
        patches = self.demand.limits.patches
        if not self.demand.splits_space or patches.width_powers or patches.part_powers:
            return None
        found: list[tuple[int, Slice, Slice]] = []
        axes: tuple[Axis, Axis] = ("rows", "columns")
        for axis in axes:
            first, last = getattr(part, axis)

            def leading(size: int, axis: Axis = axis, first: int = first) -> Item:
                return self.item(along(part, axis, (first, first + size)))

            size = longest(0, last - first - 1, lambda size: bool(leading(size).use[ENTRIES] <= self.room.limit))
            while size > 0 and not self.cores.fits(leading(size)):
                size -= 1  # a part may have wider margins than the whole
            if size > 0:
                piece, left = leading(size).slice, along(part, axis, (first + size, last))
                found.append((piece.neurons, piece, left))
        if not found:
            return None
        _, piece, left = max(found)
        self.room.add(self.room.change(part, piece, left))
        return piece, left

    def _cut(self, item: Item) -> tuple[int, Item, Slice] | None:
        """The cut after which what is left of a slice takes least, for which there is room: the core, what goes there, and what is left."""
        found: list[tuple[float, int, Item, Slice, Change]] = []
        for core, piece, left in self._pieces(item.slice):
            change = self.room.change(item.slice, piece.slice, left)
            gain = self._largest(item) - self._largest(self.item(left)) - PRICE * self.room.cost(change)
            if gain > GAIN:
                found.append((gain, core, piece, left, change))
        for _, core, piece, left, change in sorted(found, key=lambda each: -each[0]):
            if self.room.take(change):
                return core, piece, left
        return None

    def _pieces(self, part: Slice) -> list[tuple[int, Item, Slice]]:
        """Cores with room for a part of a slice: the core, the largest part, and what is left; each cut once."""
        found: dict[Slice, tuple[int, Item, Slice]] = {}
        for axis in axes_of(self.demand, part):
            for core, piece, left in pieces(self.cores, part, axis, self.item):
                found.setdefault(piece.slice, (core, piece, left))
        return list(found.values())

    def _largest(self, item: Item) -> float:
        """What an item takes most of, as a share of a core's."""
        return float((item.use * self.cores.scale).max())
