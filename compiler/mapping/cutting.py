"""Cutting slices to fill cores up: leading channels, rows or columns go where there is room for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal

from litesnn.compiler.mapping.loads import NEURONS, Cores, Item
from litesnn.compiler.mapping.model import Interval, Slice
from litesnn.compiler.mapping.usage import Demand

Axis = Literal["channels", "rows", "columns"]
CRUMB = 8  # a slice is cut only where at least an eighth of an axis goes
TRIED = 8  # cores with room that a cut is tried on


def fill(cores: Cores, demand: Demand, item: Item, item_of: Callable[[Slice], Item]) -> Item | None:
    """Put as much of a slice as there is room for on the cores; what is left for a new core, or None.

    `item_of` gives a slice with its use.
    """
    rest = item
    while (found := _largest(cores, demand, rest.slice, item_of)) is not None:
        core, piece, left = found
        cores.add(core, piece)
        rest = item_of(left)
        if (room := cores.find(rest)) is not None:
            cores.add(room, rest)
            return None
    return rest


def _largest(
    cores: Cores, demand: Demand, part: Slice, item_of: Callable[[Slice], Item]
) -> tuple[int, Item, Slice] | None:
    """The cut that puts most neurons on a core: the core, what goes there, and what is left."""
    best: tuple[int, Item, Slice] | None = None
    for axis in axes_of(demand, part):
        for core, piece, left in pieces(cores, part, axis, item_of):
            if best is None or piece.use[NEURONS] > best[1].use[NEURONS]:
                best = core, piece, left
    return best


def pieces(
    cores: Cores, part: Slice, axis: Axis, item_of: Callable[[Slice], Item]
) -> Iterator[tuple[int, Item, Slice]]:
    """Cores with room for a part of a slice, cut along an axis: the core, the largest part, and what is left."""
    first, last = getattr(part, axis)
    least, most = max(1, (last - first) // CRUMB), last - first - 1

    def leading(size: int) -> Item:
        return item_of(along(part, axis, (first, first + size)))

    for core in cores.with_room(leading(least), TRIED):
        size = longest(least, most, partial(_has_room, cores, core, leading))
        yield core, leading(size), along(part, axis, (first + size, last))


def _has_room(cores: Cores, core: int, leading: Callable[[int], Item], size: int) -> bool:
    return cores.room(core, leading(size))


def longest(least: int, most: int, fits: Callable[[int], bool]) -> int:
    """The most that fits, of what `least` is taken to, by bisection."""
    while least < most:
        middle = (least + most + 1) // 2
        if fits(middle):
            least = middle
        else:
            most = middle - 1
    return least


def along(part: Slice, axis: Axis, interval: Interval) -> Slice:
    """The slice with another interval along one axis."""
    sides = {"channels": part.channels, "rows": part.rows, "columns": part.columns, axis: interval}
    return Slice(part.population, sides["channels"], sides["rows"], sides["columns"])


def axes_of(demand: Demand, part: Slice) -> Iterator[Axis]:
    """Axes along which a slice can be cut: of the map its rows, or its columns where it has one row.

    None along which a profile has maps cut into powers of two alone (`mapping.cuts`).
    """
    patches, is_map = demand.limits.patches, part.rows[1] - part.rows[0] > 1 or part.columns[1] - part.columns[0] > 1
    if part.channels[1] - part.channels[0] > 1 and not (patches.part_powers and is_map):
        yield "channels"
    if demand.splits_space and part.rows[1] - part.rows[0] > 1:
        if not patches.part_powers:
            yield "rows"
    elif demand.splits_space and part.columns[1] - part.columns[0] > 1 and not patches.width_powers:
        yield "columns"
