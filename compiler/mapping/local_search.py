"""Local search on a placement: swap two cores, or move one to a free slot, while that lowers what its packets cost.

Deterministic: cores are visited in order, each takes its best swap, ties go to the lowest index.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PASSES = 12
WORK = 4_000_000_000  # updated table entries; bounds the time of large searches without a clock


def slots_of(routers: Ints, capacity: Ints) -> Ints:
    """Router of every slot, (m,): those that cores take first, in their order, then the free ones; `capacity` of routers (routers,)."""
    free = np.repeat(np.arange(len(capacity)), capacity - np.bincount(routers, minlength=len(capacity)))
    return np.concatenate([routers, free])


class LocalSearch:
    """Searches among so many slots for the places of the same cores."""

    def __init__(self, packets: csr_matrix, slots: int) -> None:
        """`packets` (n, n) from core (row) to core (column), zero diagonal; n or more slots."""
        self.packets, self.count = packets, packets.shape[0]
        self.links: Floats = np.zeros((slots, slots))
        self.links[: self.count, : self.count] = packets.toarray()
        self.both: Floats = self.links + self.links.T
        self.least = 1e-9 * max(1.0, float(packets.sum()))

    def refine(
        self,
        slots: Ints,
        costs: Ints | Floats,
        outside: Floats | None = None,
        passes: int = PASSES,
        swaps: int | None = None,
    ) -> Ints:
        """Better routers for the cores.

        Parameters
        ----------
        slots : (m,) router of every slot; core i starts at slot i, the slots from n on are free
        costs : (routers, routers) what a packet costs from router to router: hops, or hops that cost more where links are busy
        outside : (n, routers) cost of a core at a router towards cores that do not move, if there are any
        passes : how often at most all cores are visited
        swaps : how many swaps at most; what `WORK` allows where it is left out

        Returns
        -------
        (n,) routers, whose packets cost at most what those of the start do.
        """
        place, cost = slots.copy(), np.array(costs, np.float64)
        there_and_back = cost + cost.T
        field, every = self._field(place, cost, outside), np.arange(len(slots))
        left = WORK // field.size
        left = left if swaps is None else min(left, swaps)
        for _ in range(passes):
            before = left
            for core in range(self.count):
                if not left:
                    break
                here = place[core]
                at_home = field[every, place]
                change = field[core, place] - at_home[core] + field[:, here] - at_home
                change += self.both[core] * there_and_back[here, place]
                other = int(np.argmin(change))
                if change[other] < -self.least:
                    self._swap(core, other, place, field, cost)
                    left -= 1
            if left in (before, 0):
                break
        return place[: self.count]

    def _field(self, place: Ints, cost: Floats, outside: Floats | None) -> Floats:
        """What the packets of every slot would cost at every router, the others where they are: (slots, routers)."""
        field: Floats = np.zeros((len(place), len(cost)))
        at = csr_matrix((np.ones(self.count), place[: self.count], np.arange(self.count + 1)), (self.count, len(cost)))
        field[: self.count] = (self.packets @ at).toarray() @ cost.T + (self.packets.T @ at).toarray() @ cost
        if outside is not None:
            field[: self.count] += outside
        return field

    def _swap(self, first: int, second: int, place: Ints, field: Floats, cost: Floats) -> None:
        here, there = place[first], place[second]
        links = self.links
        to, by = links[:, first] - links[:, second], links[first] - links[second]
        touched = np.flatnonzero((to != 0) | (by != 0))
        further = np.stack([cost[:, there] - cost[:, here], cost[there] - cost[here]])
        field[touched] += np.stack([to[touched], by[touched]], axis=1) @ further
        place[first], place[second] = there, here
