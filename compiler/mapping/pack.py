"""Packing slices of several populations onto cores: deterministic first and best fit over all resources at once.

Several orders are tried, with and without cutting slices to fill cores up; the fewest cores win, then the lowest cost. Sums
over slices bound what a core really uses (an axon that two slices read is one axon), never below it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import product

import numpy as np

from litesnn.compiler.mapping.cutting import fill
from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.loads import Cores, Item, item_of, items_of, shares
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.mapping.usage import Demand

Packing = list[tuple[Slice, ...]]
FILL_ITEMS = 4096  # beyond so many slices, two orders are placed and nothing is cut
ALL_ORDERS = (
    256  # slices up to which all orders are cut; beyond, the one that cutting gains most with on a chip of this kind
)


class Packer:
    """Packings of the slices of grids; each lists the slices per core, cores by the first population (graph order) they hold.

    `reserve` of a resource is left free on every core that holds several slices.
    """

    def __init__(self, demands: dict[str, Demand], grids: dict[str, Grid], limits: CoreLimits) -> None:
        self.demands, self.limits = demands, limits
        self.order = order_of(demands)
        self.items = [item for name in demands for item in items_of(demands[name], grids[name])]
        self.item_of = cache(lambda part: item_of(demands[part.population], part))
        """A slice with its use; the same ones are cut again and again."""
        self.ends = frozenset(name for name, demand in demands.items() if not demand.routes)
        self.coupled = limits.entries is not None and len(self.items) > ALL_ORDERS
        """Whether many slices compete for output entries, so that cutting some readers leaves no room for cutting others."""
        self.orders = _orders(self.items, self.order, limits) if self.items else []
        self.plain = self._whole({})

    def whole(self, reserve: dict[str, int]) -> Packing:
        """The best packing that cuts no slice."""
        return self._packing(self._whole(reserve) if reserve else self.plain)

    def cut(self, least: int, whole: frozenset[str], reserve: dict[str, int]) -> Packing | None:
        """The best packing that cuts slices to fill cores up; None if none beats the best that cuts none.

        Where the lower bound `least` is met, none is looked for. Slices of the populations `whole` are not cut, nor those that
        nothing reads, readouts, where that takes no more cores.
        """
        if len(self.plain.loads) <= least or len(self.items) > FILL_ITEMS:
            return None
        orders = self.orders if len(self.items) <= ALL_ORDERS else self.orders[:1] if self.coupled else self.orders[-1:]
        limits = self.limits.without(reserve)
        best = min((self._place(each, True, whole, limits) for each in orders), key=_rank)
        if cut := self._cut(best) & self.ends:
            kept = min((self._place(each, True, whole | cut, limits) for each in orders), key=_rank)
            best = kept if len(kept.loads) <= len(best.loads) else best
        return self._packing(best) if _rank(best) < _rank(self.plain) else None

    def _whole(self, reserve: dict[str, int]) -> Cores:
        few, limits = len(self.items) <= FILL_ITEMS, self.limits.without(reserve)
        ways = product(self.orders, (False, True)) if few else product(self.orders[:2], (False,))
        tried = [self._place(each, best, frozenset(self.demands), limits) for each, best in ways]
        return min(tried, key=_rank) if tried else Cores(limits, best=False)

    def _place(self, items: list[Item], best: bool, whole: frozenset[str], limits: CoreLimits) -> Cores:
        """The items on cores, one after the other; slices of populations that are not `whole` are cut to fill cores up."""
        cores = Cores(limits, best)
        for item in items:
            core, rest = cores.find(item), item
            if core is None and item.slice.population not in whole:
                left = fill(cores, self.demands[item.slice.population], item, self.item_of)
                if left is None:
                    continue
                rest = left
            cores.add(core, rest)
        return cores

    def _cut(self, attempt: Cores) -> frozenset[str]:
        """Populations of which slices were cut."""
        before = Counter(item.slice.population for item in self.items)
        after = Counter(part.population for load in attempt.loads for part in load.slices)
        return frozenset(name for name, count in after.items() if count > before[name])

    def _packing(self, attempt: Cores) -> Packing:
        return in_order((load.slices for load in attempt.loads), self.order)


def order_of(demands: dict[str, Demand]) -> dict[str, int]:
    """Place of every population in the graph."""
    return {name: i for i, name in enumerate(demands)}


def in_order(cores: Iterable[list[Slice]], order: dict[str, int]) -> list[tuple[Slice, ...]]:
    """Cores by the first population that they hold, their slices alike; `order` of populations."""

    def key(part: Slice) -> tuple[int, Slice]:
        return order[part.population], part

    return sorted((tuple(sorted(slices, key=key)) for slices in cores), key=lambda slices: key(slices[0]))


def _orders(items: list[Item], order: dict[str, int], limits: CoreLimits) -> list[list[Item]]:
    """Largest first; as the graph has them; and first those that take most besides what binds the network as a whole.

    The last leaves for the end what fills cores up with what binds and takes little else.
    """
    scale = shares(limits)
    used = np.stack([item.use for item in items]) * scale
    binding = int(used.sum(axis=0).argmax())
    others = np.delete(used, binding, axis=1).max(axis=1)
    ratio = np.round(others / np.maximum(used[:, binding], 1e-9), 9)
    largest = used.max(axis=1)
    graph = range(len(items))

    def place(i: int) -> tuple[int, Slice]:
        return order[items[i].slice.population], items[i].slice

    by_size = sorted(graph, key=lambda i: (-float(largest[i]), place(i)))
    by_ratio = sorted(graph, key=lambda i: (-float(ratio[i]), -float(largest[i]), place(i)))
    return [[items[i] for i in each] for each in (by_size, graph, by_ratio)]


def _rank(attempt: Cores) -> tuple[int, float]:
    return len(attempt.loads), round(attempt.cost, 9)
