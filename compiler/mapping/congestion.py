"""Spreading packets over links: the fewest hops for which no link carries more than so much, by prices of links.

Fewest hops alone pull cores together, and the links between neighbours then carry much. For a limit on what a link carries
(a share of the start's busiest one) every link has a price, Lagrange's multiplier of its limit: it rises while the link
carries more and falls, not below 0, while it carries less, and each round the local search goes on with hops that cost 1 and
the prices on their way. Limits are lowered one after the other, prices and placement kept. What is looked for are the
placements on the way, not the last one: some have fewer hops than the start, as well.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix

from litesnn.compiler.mapping.local_search import LocalSearch, slots_of
from litesnn.compiler.mapping.routing import Board, link_loads

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SCHEDULES = (
    ((0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3), 30, 1),
    ((0.8, 0.65, 0.5, 0.35, 0.25), 50, 8),
)
"""Each from the start: limits as shares of its busiest link, rounds for each, and the part of all cores that a round swaps at
most (one over so many). Few swaps follow the prices closely, many leave what is only locally best."""
LEAST_ROUNDS = 5
FEW_ROUNDS = 10  # where there are fewer rounds for a limit than this, they are for the schedule of few swaps
ROUND_WORK = 4_000_000  # slots squared, over the rounds of a limit: bounds the time of large searches without a clock
GRAIN = 256  # prices count in parts of a hop over this: sums of whole packets are exact, the same on every machine


def relieved(packets: csr_matrix, routers: Ints, board: Board) -> Iterator[Ints]:
    """Placements with other loads on the links, from every schedule and every round.

    `packets` from core to core, none to itself; `routers` of the cores to start with.
    """
    slots = int(board.capacity.sum())
    most = max(LEAST_ROUNDS, ROUND_WORK // slots**2)
    for limits, rounds, part in SCHEDULES[1 if most < FEW_ROUNDS else 0 :]:
        yield from _rounds(packets, routers, board, limits, min(rounds, most), -(-len(routers) // part))


def _rounds(
    packets: csr_matrix, routers: Ints, board: Board, limits: tuple[float, ...], rounds: int, swaps: int
) -> Iterator[Ints]:
    search = LocalSearch(packets, int(board.capacity.sum()))
    loads = _loads(packets, routers, board)
    busiest = max(load.max(initial=0.0) for load in loads)
    if busiest == 0:
        return
    prices: list[Floats] = [np.zeros(1)] * 4
    for limit in limits:
        for _ in range(rounds):
            prices = [
                np.maximum(0, price + load / (limit * busiest) - 1) for price, load in zip(prices, loads, strict=True)
            ]
            slots = slots_of(routers, board.capacity)
            routers = search.refine(slots, _priced_hops(prices, board), passes=1, swaps=swaps)
            loads = _loads(packets, routers, board)
            yield routers


def _loads(packets: csr_matrix, routers: Ints, board: Board) -> list[Floats]:
    """`link_loads` of a placement, on all of the board."""
    pairs = coo_matrix(packets)
    place, (width, height) = board.positions[routers], board.size
    loads = link_loads(place[pairs.row], place[pairs.col], pairs.data)
    shapes = [(height, width)] * 2 + [(width, height)] * 2
    return [
        np.pad(load, [(0, full - part) for full, part in zip(shape, load.shape, strict=True)])
        for load, shape in zip(loads, shapes, strict=True)
    ]


def _priced_hops(prices: list[Floats], board: Board) -> Floats:
    """1 and the price of every link on the way from router to router: (routers, routers)."""
    east, west, south, north = (1 + np.round(price * GRAIN) / GRAIN for price in prices)
    x, y = board.positions.T
    cost: Floats = _leg(east, west, y[:, None], x[:, None], x) + _leg(south, north, x, y[:, None], y)
    return cost


def _leg(up: Floats, down: Floats, lane: Ints, first: Ints, last: Ints) -> Floats:
    """Cost of going along a lane: the sums of what its links cost."""
    forth, back = (np.pad(np.cumsum(costs, axis=1), ((0, 0), (1, 0))) for costs in (up, down))
    cost: Floats = np.where(last >= first, forth[lane, last] - forth[lane, first], back[lane, first] - back[lane, last])
    return cost
