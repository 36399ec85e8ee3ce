"""LightSNN's search: all candidate operations live on all edges; every round takes the least important one from each edge.

An operation is unimportant where the network without it still scores high. All edges with more than one live operation lose one
at the end of a round, so that |O| - 1 rounds and E (|O| + ... + 2) evaluations suffice: 60 for 12 edges and 3 operations.

A forward path from x0 to x3 is never cut: where the removal of an edge's least important operation would leave no forward path on
which every edge still has an operation other than `zeroize`, the next in its ranking goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from litesnn.search.spaces.four_nodes import CELL_EDGES, Wiring, connected
from litesnn.search.spaces.operations import ZEROIZE

Removal = tuple[int, int]
"""(edge, operation), as numbers."""


class Pruning:
    """Which operations are live, (12, operations) bool; starts with all of them."""

    def __init__(self, operations: Sequence[str]) -> None:
        self.operations = tuple(operations)
        self.live = torch.ones(len(CELL_EDGES), len(operations), dtype=torch.bool)

    @property
    def finished(self) -> bool:
        """Whether every edge has one operation left."""
        return bool((self.live.sum(1) == 1).all())

    def removals(self) -> tuple[Removal, ...]:
        """What the next round tries: each live operation of each edge that has more than one.

        Edges into early nodes come last: the candidates before them have more in common.
        """
        tried = [
            (edge.number, operation)
            for edge in CELL_EDGES
            if int(self.live[edge.number].sum()) > 1
            for operation in range(len(self.operations))
            if self.live[edge.number, operation]
        ]
        return tuple(sorted(tried, key=lambda removal: (-_first_changed(removal[0]), removal)))

    def without(self, removals: Sequence[Removal]) -> Tensor:
        """`live` (K, 12, operations) of the networks that each lack one operation."""
        live = self.live.repeat(len(removals), 1, 1)
        for candidate, (edge, operation) in enumerate(removals):
            live[candidate, edge, operation] = False
        return live

    def finish_round(self, scores: Mapping[Removal, float]) -> tuple[Removal, ...]:
        """Take one operation from every edge that was tried, and return them.

        The removal with the highest score goes; among equal scores, as in the authors' program, that of the later edge and the
        later operation.
        """
        ranking = sorted(scores, key=lambda removal: (scores[removal], removal), reverse=True)
        removed: dict[int, int] = {}
        for edge, operation in ranking:
            if edge not in removed and self._keeps_a_path(edge, operation):
                self.live[edge, operation] = False
                removed[edge] = operation
        return tuple(sorted(removed.items()))

    def wiring(self) -> Wiring:
        """The operation that is left on each edge."""
        assert self.finished
        return tuple(self.operations[int(row.int().argmax())] for row in self.live)

    def _keeps_a_path(self, edge: int, operation: int) -> bool:
        carries = torch.tensor([name != ZEROIZE for name in self.operations])
        after = self.live.clone()
        after[edge, operation] = False
        return connected((after & carries).any(1).tolist())


def evaluations(operations: int) -> int:
    """How many networks a whole search evaluates."""
    return len(CELL_EDGES) * sum(range(2, operations + 1))


def _first_changed(number: int) -> int:
    """The first node of a pass that the removal changes; feedback changes the second step first."""
    edge = CELL_EDGES[number]
    return len(CELL_EDGES) + edge.target if edge.feedback else edge.target
