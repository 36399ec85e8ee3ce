"""Projections: all synapses from one source with one geometry and delay, as one kernel of integer weights.

Blocks that carry parts of one edge (both signs, high and low bytes) are added into one kernel before anything runs, since
their integers add up to the edge's weights.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix
from torch import Tensor

from litesnn.compiler.graph import Graph, Population, SynapseBlock
from litesnn.runtime.exact.kernels import KERNELS, Chooser, Place, candidates
from litesnn.runtime.exact.limits import Arithmetic


class Projection:
    """Blocks that differ in their codes only.

    Attributes
    ----------
    source, latency, distance : as of every block
    connects : whether any weight is not 0
    """

    def __init__(self, graph: Graph, target: Population, blocks: list[SynapseBlock], device: torch.device) -> None:
        self.source, self.latency, self.distance = blocks[0].source, blocks[0].latency, blocks[0].distance
        self._geometry = blocks[0].geometry
        KERNELS.of(self._geometry, blocks[0].name)  # refused before anything is computed
        self._weights = _weights(graph, target, blocks)
        self.connects = bool(np.any(self._weights if isinstance(self._weights, np.ndarray) else self._weights.data))
        self._out_shape = target.shape
        self._device = device
        self._choosers: dict[tuple[int, torch.dtype], Chooser] = {}

    def __call__(self, words: Tensor, arithmetic: Arithmetic) -> Tensor:
        """Sums (S, W, C, H, W') in units of `arithmetic`, from words (S, W, C, H, W') of the source."""
        found = self._chooser(arithmetic)(words.flatten(0, 1).to(arithmetic.dtype))
        return found.view(*words.shape[:2], *found.shape[1:])

    def kernel_name(self, arithmetic: Arithmetic) -> str:
        """The kernel in use."""
        return self._chooser(arithmetic).kernel.name

    def _chooser(self, arithmetic: Arithmetic) -> Chooser:
        key = (arithmetic.sums.unit, arithmetic.dtype)
        if key not in self._choosers:
            weights = (
                self._weights // arithmetic.sums.unit if isinstance(self._weights, np.ndarray) else self._weights.copy()
            )
            if isinstance(weights, csr_matrix):
                weights.data //= arithmetic.sums.unit
            kernels = candidates(self._geometry, weights, Place(self._out_shape, arithmetic.dtype, self._device))
            self._choosers[key] = Chooser(kernels)
        return self._choosers[key]


def projections(graph: Graph, target: Population, device: torch.device) -> list[Projection]:
    """All input of one population."""
    groups: dict[tuple[object, ...], list[SynapseBlock]] = {}
    for block in graph.into(target.name):
        groups.setdefault(_signature(block), []).append(block)
    found = [Projection(graph, target, blocks, device) for blocks in groups.values()]
    return [projection for projection in found if projection.connects]


def _signature(block: SynapseBlock) -> tuple[object, ...]:
    """Blocks with equal signatures differ in their codes only."""
    geometry = block.geometry
    layout = tuple(
        array.tobytes() for name, array in sorted(geometry.arrays().items()) if name != "codes" and geometry.same_places
    )
    shape = geometry.codes.shape if geometry.same_places else ()
    params = tuple(sorted((key, str(value)) for key, value in geometry.params().items()))
    return (block.source, block.latency, block.distance, geometry.kind, shape, params, layout)


def _weights(graph: Graph, target: Population, blocks: list[SynapseBlock]) -> npt.NDArray[np.int64] | csr_matrix:
    """Summed integer weights in the geometry's own layout; CSR where that is a sparse matrix."""
    if not blocks[0].geometry.same_places:
        shape = graph[blocks[0].source].shape
        return sum(block.weights(shape, target.shape) for block in blocks).tocsr()
    total: npt.NDArray[np.int64] = sum(
        (block.geometry.codes.astype(np.int64) << block.exponent for block in blocks),
        np.zeros(blocks[0].geometry.codes.shape, np.int64),
    )
    return total
