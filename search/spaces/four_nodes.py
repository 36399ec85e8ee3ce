"""The cell space of SNASNet (Kim et al., ECCV 2022) and LightSNN (2025): four nodes, forward edges and feedback.

x0 is the cell's input and x3 its output. Between any two nodes runs a forward edge (to the later node) and a feedback edge (to
the earlier one, one time step later), each with one operation of a set; `zeroize` is no edge. Both cells share one wiring.

A wiring counts as what is left of it when every node that no forward path from x0 reaches, or that leads nowhere, is zeroized
(SNASNet's sampling filter; a node with feedback as its only input is not a population that can be deployed).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from litesnn.compiler.genotype.ops import OPS
from litesnn.search.spaces.connections import Operations, reached
from litesnn.search.spaces.operations import ZEROIZE

NODES = 4
INPUT, OUTPUT = 0, NODES - 1


@dataclass(frozen=True)
class CellEdge:
    """One edge: `source` feeds `target`; its number is its place in `CELL_EDGES`."""

    number: int
    target: int
    source: int

    @property
    def feedback(self) -> bool:
        """Whether the value arrives one time step later."""
        return self.source > self.target

    @property
    def name(self) -> str:
        """As LightSNN's program names it: `1<-0`."""
        return f"{self.target}<-{self.source}"


CELL_EDGES = tuple(
    CellEdge(number, *ends) for number, ends in enumerate((i, j) for i in range(NODES) for j in range(NODES) if i != j)
)
"""All twelve, in the order of their names."""

Wiring = tuple[str, ...]
"""One operation for each of `CELL_EDGES`."""


def to_matrix(wiring: Wiring) -> Operations:
    """`operations[source][target]`."""
    assert set(wiring) <= {ZEROIZE, *OPS}
    matrix: Operations = [[None] * NODES for _ in range(NODES)]
    for edge, operation in zip(CELL_EDGES, wiring, strict=True):
        if operation != ZEROIZE:
            matrix[edge.source][edge.target] = operation
    return matrix


def connected(live: Sequence[bool]) -> bool:
    """Whether a forward path of live edges (a flag for each of `CELL_EDGES`) leads from x0 to x3."""
    wiring = tuple("skip" if alive else ZEROIZE for alive in live)
    return OUTPUT in reached(to_matrix(wiring), INPUT, forward_only=True)


def without_idle_nodes(wiring: Wiring) -> Wiring:
    """The wiring with every node zeroized that has no forward path from x0, or from which no path leads to x3."""
    fed = reached(to_matrix(wiring), INPUT, forward_only=True)
    wiring = _between(wiring, fed)
    matrix = to_matrix(wiring)
    return _between(wiring, {node for node in range(NODES) if OUTPUT in reached(matrix, node, forward_only=False)})


def sample_wiring(operations: Sequence[str], feedback: bool, rng: np.random.Generator) -> Wiring:
    """A random cell as SNASNet draws it.

    Every pair of nodes has one edge, forward, or with `feedback` in a random direction, and a random operation. A cell without
    a direct edge from x0 to x3 is drawn again; idle nodes are zeroized.
    """
    numbers = {(edge.source, edge.target): edge.number for edge in CELL_EDGES}
    while True:
        drawn = [ZEROIZE] * len(CELL_EDGES)
        for early, late in combinations(range(NODES), 2):
            backward = feedback and bool(rng.integers(2))
            drawn[numbers[(late, early) if backward else (early, late)]] = operations[
                int(rng.integers(len(operations)))
            ]
        if drawn[numbers[INPUT, OUTPUT]] != ZEROIZE:
            return without_idle_nodes(tuple(drawn))


def _between(wiring: Wiring, nodes: set[int]) -> Wiring:
    return tuple(
        operation if {edge.source, edge.target} <= nodes else ZEROIZE
        for edge, operation in zip(CELL_EDGES, wiring, strict=True)
    )
