"""Local search on a placement: swap two cores, or move one to a free slot, while that lowers what its packets cost.

Deterministic: cores are visited in order, each takes its best swap, ties go to the lowest index.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PASSES = 12
WORK = 4_000_000_000  # updated table entries; bounds the time of large searches without a clock


def slots_of(routers: Ints, capacity: Ints) -> Ints:
    """Router of every slot, (m,): those that cores take first, in their order, then the free ones; `capacity` of routers (routers,)."""
    free = np.repeat(np.arange(len(capacity)), capacity - np.bincount(routers, minlength=len(capacity)))
    return np.concatenate([routers, free])


def refine(
    packets: Floats, outside: Floats, slots: Ints, costs: Ints | Floats, passes: int = PASSES, swaps: int | None = None
) -> Ints:
    """Better routers for cores.

    Parameters
    ----------
    packets : (n, n) packets from core (row) to core (column), zero diagonal
    outside : (n, routers) cost of a core at a router towards cores that do not move
    slots : (m,) router of every slot, m >= n; core i starts at slot i, the slots from n on are free
    costs : (routers, routers) what a packet costs from router to router: hops, or hops that cost more where links are busy
    passes : how often at most all cores are visited
    swaps : how many swaps at most; what `WORK` allows where it is left out

    Returns
    -------
    (n,) routers, whose packets cost at most what those of the start do.
    """
    count, total = len(packets), len(slots)
    links = np.zeros((total, total))
    links[:count, :count] = packets
    both = links + links.T
    place = slots.copy()
    cost = np.array(costs, np.float64)
    there_and_back = cost + cost.T
    field: Floats = np.matmul(links, cost[:, place].T) + np.matmul(links.T, cost[place])
    field[:count] += outside
    least = 1e-9 * max(1.0, float(packets.sum()))
    left = WORK // (total * costs.shape[1])
    left = left if swaps is None else min(left, swaps)
    for _ in range(passes):
        before = left
        for core in range(count):
            here = place[core]
            at_home = field[np.arange(total), place]
            change = field[core, place] - at_home[core] + field[:, here] - at_home
            change += both[core] * there_and_back[here, place]
            other = int(np.argmin(change))
            if change[other] < -least and left > 0:
                _swap(core, other, place, field, links, cost)
                left -= 1
        if left in (before, 0):
            break
    return place[:count]


def _swap(first: int, second: int, place: Ints, field: Floats, links: Floats, cost: Floats) -> None:
    here, there = place[first], place[second]
    to, by = links[:, first] - links[:, second], links[first] - links[second]
    touched = np.flatnonzero((to != 0) | (by != 0))
    field[touched] += to[touched, None] * (cost[:, there] - cost[:, here])
    field[touched] += by[touched, None] * (cost[there] - cost[here])
    place[first], place[second] = there, here
