"""What part each candidate operation has in an edge: the live ones share it equally, for several candidate networks at once.

LightSNN's parameters start at zero and a pruned operation gets a large negative one; their softmax is one part of the number of
live operations. `zeroize` has its part as well: it adds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from litesnn.search.spaces.four_nodes import CELL_EDGES, NODES, Wiring
from litesnn.search.spaces.operations import CONVOLUTIONS

Share = Tensor | float
"""The share of one operation: a number where all candidates agree, else (K, 1, 1, 1, 1)."""


class Mixture:
    """Shares of K candidate networks that have their weights in common.

    Parameters
    ----------
    operations : names of the candidate operations
    live : bool (K, 12, operations)
    """

    def __init__(self, operations: Sequence[str], live: Tensor, device: torch.device) -> None:
        self.candidates = len(live)
        shares = live.double() / live.sum(2, keepdim=True).clamp(min=1)
        self._shares = {
            (edge.number, operation): _shared(shares[:, edge.number, index], device)
            for edge in CELL_EDGES
            for index, operation in enumerate(operations)
            if bool(live[:, edge.number, index].any())
        }
        convs = [index for index, operation in enumerate(operations) if operation in CONVOLUTIONS]
        per_edge = live[:, :, convs].sum(2).float()
        self._neurons = [
            _alike(per_edge[:, [edge.number for edge in CELL_EDGES if edge.source == node]].sum(1))
            for node in range(NODES)
        ]

    def share(self, edge: int, operation: str) -> Share | None:
        """The share of an operation on an edge; None where no candidate has it."""
        return self._shares.get((edge, operation))

    def neurons(self, node: int) -> Share:
        """How many convolutions read a node: each has spiking neurons of its own in the published network, all with the same
        input. A number, or (K,)."""
        return self._neurons[node]


def of_wiring(wiring: Wiring, operations: Sequence[str]) -> Tensor:
    """`live` (1, 12, operations) of one finished cell."""
    live = torch.zeros(1, len(CELL_EDGES), len(operations), dtype=torch.bool)
    for edge, operation in enumerate(wiring):
        live[0, edge, operations.index(operation)] = True
    return live


def _shared(values: Tensor, device: torch.device) -> Share:
    alike = _alike(values)
    return alike if isinstance(alike, float) else alike.to(device).reshape(-1, 1, 1, 1, 1)


def _alike(values: Tensor) -> Share:
    """(K,) as one number where all are equal."""
    first = float(values[0])
    return first if bool((values == first).all()) else values
