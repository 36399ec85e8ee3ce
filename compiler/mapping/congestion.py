"""Spreading packets over links: local search again and again, with hops that cost more where links are busy.

Fewest hops alone pull cores together, and the links between neighbours then carry much. Each round prices every link by its
load relative to the busiest one, on top of its fading earlier prices, and improves the placement by priced hops. What is
looked for are the placements on the way, not the last one: some have fewer hops than the start, as well.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix

from litesnn.compiler.mapping.local_search import refine
from litesnn.compiler.mapping.routing import Board, link_loads

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ROUNDS, LEAST_ROUNDS = 16, 4
ROUND_WORK = 2_000_000  # slots squared, over all rounds: bounds the time of large searches without a clock
PRICES = (
    (8, 0.8),
    (8, 1.0),
    (4, 0.9),
)  # power of relative loads, and what stays of prices after a round; each from the start


def relieved(packets: csr_matrix, between: Floats, routers: Ints, board: Board) -> Iterator[Ints]:
    """Placements with other loads on the links, from every way of pricing and every round.

    `packets` from core to core, `between` them as a dense symmetric matrix; `routers` of the cores to start with.
    """
    for power, fading in PRICES:
        yield from _rounds(packets, between, routers, board, power, fading)


def _rounds(
    packets: csr_matrix, between: Floats, routers: Ints, board: Board, power: int, fading: float
) -> Iterator[Ints]:
    slots = int(board.capacity.sum())
    outside = np.zeros((len(routers), board.routers))
    prices: list[Floats] = [np.zeros(1)] * 4
    for _ in range(min(ROUNDS, max(LEAST_ROUNDS, ROUND_WORK // slots**2))):
        loads = _loads(packets, routers, board)
        busiest = max(load.max(initial=0.0) for load in loads)
        if busiest == 0:
            return
        prices = [fading * price + _power(load / busiest, power) for price, load in zip(prices, loads, strict=True)]
        free = np.repeat(np.arange(board.routers), board.capacity - np.bincount(routers, minlength=board.routers))
        routers = refine(between, outside, np.concatenate([routers, free]), _priced_hops(prices, board))
        yield routers


def _power(values: Floats, power: int) -> Floats:
    """A power of two of values, by squaring: the same digits on every machine, which `**` does not promise."""
    for _ in range(power.bit_length() - 1):
        values = np.square(values)
    return values


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
    """1 and the price of every link between two routers, the mean of both directions: (routers, routers)."""
    x, y = board.positions.T
    hops = _leg(prices[0], prices[1], y[:, None], x[:, None], x) + _leg(prices[2], prices[3], x, y[:, None], y)
    mean: Floats = (hops + hops.T) / 2
    return mean


def _leg(up: Floats, down: Floats, lane: Ints, first: Ints, last: Ints) -> Floats:
    """Cost of going along a lane: the sums of 1 and the prices on the way."""
    forth, back = (np.pad(np.cumsum(1 + prices, axis=1), ((0, 0), (1, 0))) for prices in (up, down))
    cost: Floats = np.where(last >= first, forth[lane, last] - forth[lane, first], back[lane, first] - back[lane, last])
    return cost
