"""Projections: an edge's weights behind the kernel that computes its sums fastest here."""

from __future__ import annotations

import torch
from torch import Tensor

from litesnn.compiler.graph import Graph, Population
from litesnn.runtime.exact.edges import Edge, edges_into
from litesnn.runtime.exact.tensors.kernels import KERNELS, Chooser, Place, candidates
from litesnn.runtime.exact.tensors.limits import Arithmetic


class Projection:
    """An edge into `target`.

    Attributes
    ----------
    source, latency, distance : as of the edge
    """

    def __init__(self, edge: Edge, target: Population, device: torch.device) -> None:
        self.source, self.latency, self.distance = edge.source, edge.latency, edge.distance
        self._edge, self._out_shape, self._device = edge, target.shape, device
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
            weights = self._edge.weights_in(arithmetic.sums.unit)
            place = Place(self._out_shape, arithmetic.dtype, self._device)
            self._choosers[key] = Chooser(candidates(self._edge.geometry, weights, place))
        return self._choosers[key]


def projections(graph: Graph, target: Population, device: torch.device) -> list[Projection]:
    """All input of one population.

    Raises
    ------
    BackendError
        For a geometry that no kernel computes.
    """
    for block in graph.into(target.name):
        KERNELS.of(block.geometry, block.name)  # refused before anything is computed
    return [Projection(edge, target, device) for edge in edges_into(graph, target)]
