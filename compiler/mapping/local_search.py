"""Local search on a placement: swap two cores, or move one to a free slot, while that lowers hop-weighted traffic.

Deterministic: cores are visited in order, each takes its best swap, ties go to the lowest index.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

PASSES = 12
WORK = 4_000_000_000  # updated table entries; bounds the time of large searches without a clock


def refine(between: Floats, outside: Floats, slots: Ints, hops: Ints | Floats) -> Ints:
    """Better routers for cores.

    Parameters
    ----------
    between : (n, n) packets between cores, both directions summed, symmetric, zero diagonal
    outside : (n, routers) cost of a core at a router towards cores that do not move
    slots : (m,) router of every slot, m >= n; core i starts at slot i, the slots from n on are free
    hops : (routers, routers) hops, or what they cost; symmetric

    Returns
    -------
    (n,) routers, with traffic weighted by hops at most that of the start.
    """
    count, total = len(between), len(slots)
    links = np.zeros((total, total))
    links[:count, :count] = between
    place, distance = slots.copy(), hops.astype(np.float64)
    field = links @ distance[place]
    field[:count] += outside
    least = 1e-9 * max(1.0, float(between.sum()))
    swaps = WORK // (total * hops.shape[1])
    for _ in range(PASSES):
        before = swaps
        for core in range(count):
            here = place[core]
            at_home = field[np.arange(total), place]
            change = (
                field[core, place] - at_home[core] + field[:, here] - at_home + 2 * links[core] * distance[here, place]
            )
            other = int(np.argmin(change))
            if change[other] < -least and swaps > 0:
                _swap(core, other, place, field, links, distance)
                swaps -= 1
        if swaps in (before, 0):
            break
    return place[:count]


def _swap(first: int, second: int, place: Ints, field: Floats, links: Floats, hops: Floats) -> None:
    difference = links[first] - links[second]
    touched = np.flatnonzero(difference)
    field[touched] += difference[touched, None] * (hops[place[second]] - hops[place[first]])
    place[first], place[second] = place[second], place[first]
