"""Edges: all synapses from one source with one geometry and delay, as one array of integer weights.

Blocks that carry parts of one edge (both signs, high and low bytes) are added before anything runs, since their integers add up to
the edge's weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Geometry, Graph, Population, SynapseBlock

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Ints = npt.NDArray[np.int64]
# Weights up to which zeros may be filled in, and the share of stored ones from which that can pay.
FILLED_WEIGHTS = 2**24
FILLED_SHARE = 0.02
Weights: TypeAlias = "Ints | csr_matrix"


@dataclass(frozen=True, eq=False)
class Edge:
    """Blocks that differ in their codes only.

    Attributes
    ----------
    source, latency, distance, geometry : as of every block
    weights : integers in the layout of the geometry's codes; of a sparse one the CSR (C * H * W of the target, of the source)
    """

    source: str
    latency: int
    distance: int
    geometry: Geometry
    weights: Weights

    @property
    def connects(self) -> bool:
        """Whether any weight is not 0."""
        return bool(np.any(self.weights if isinstance(self.weights, np.ndarray) else self.weights.data))

    def weights_in(self, unit: int) -> Weights:
        """The weights in multiples of a common divisor."""
        if isinstance(self.weights, np.ndarray):
            return self.weights // unit
        weights = self.weights.copy()
        weights.data //= unit
        return weights


def edges_into(graph: Graph, target: Population) -> list[Edge]:
    """All input of one population; edges without a weight are left out."""
    groups: dict[tuple[object, ...], list[SynapseBlock]] = {}
    for block in graph.into(target.name):
        groups.setdefault(_signature(block), []).append(block)
    found = [
        Edge(
            source=b[0].source,
            latency=b[0].latency,
            distance=b[0].distance,
            geometry=b[0].geometry,
            weights=_weights(graph, target, b),
        )
        for b in groups.values()
    ]
    return [edge for edge in found if edge.connects]


def _signature(block: SynapseBlock) -> tuple[object, ...]:
    """Blocks with equal signatures differ in their codes only."""
    geometry = block.geometry
    layout = tuple(
        array.tobytes() for name, array in sorted(geometry.arrays().items()) if name != "codes" and geometry.same_places
    )
    shape = geometry.codes.shape if geometry.same_places else ()
    params = tuple(sorted((key, str(value)) for key, value in geometry.params().items()))
    return (block.source, block.latency, block.distance, geometry.kind, shape, params, layout)


def _weights(graph: Graph, target: Population, blocks: list[SynapseBlock]) -> Weights:
    """Summed integer weights in the geometry's own layout; CSR where that is a sparse matrix."""
    if not blocks[0].geometry.same_places:
        shape = graph[blocks[0].source].shape
        return sum(block.weights(shape, target.shape) for block in blocks).tocsr()
    total: Ints = sum(
        (block.geometry.codes.astype(np.int64) << block.exponent for block in blocks),
        np.zeros(blocks[0].geometry.codes.shape, np.int64),
    )
    return total


def worth_filling(weights: csr_matrix) -> bool:
    """Whether a sparse matrix is small and full enough to be computed with its zeros."""
    size = weights.shape[0] * weights.shape[1]
    return bool(size <= FILLED_WEIGHTS and weights.nnz >= FILLED_SHARE * size)
