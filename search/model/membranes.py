"""What arrives at the membrane of a node, in either arithmetic.

A `Membrane` is made once per forward pass: it takes weights, masks and steps as they are then. After that it serves all time
steps at once, or one after the other where a loop needs that.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Protocol

import torch
from torch import Tensor

from litesnn.search.model.axes import fold_time, per_channel, unfold_time
from litesnn.search.model.edges import Edge
from litesnn.search.model.fixed_point import Folded
from litesnn.search.model.nodes import Node
from litesnn.search.model.registers import largest_sum, reach
from litesnn.search.model.step_norm import step_norm

_FLOAT32_EXACT = 2**24


class Membrane(Protocol):
    """Currents of the edges of one node, and their sum."""

    @property
    def folded(self) -> Folded | None:
        """The node's integers, None in floating point."""

    @property
    def reach(self) -> Tensor | None:
        """(C,) largest magnitude of `a` that any input can cause, None in floating point."""

    def current(self, edge: int, signal: Tensor) -> Tensor:
        """What an edge (its place in the node's list) makes of the signal that it reads, (T, N, C, H, W)."""

    def total(self, currents: Sequence[Tensor]) -> Tensor:
        """The sum of the edges' currents as the neurons take it."""


class FloatMembrane:
    """Currents in real units, normalized; steps and masks follow the weights while training.

    Parameters
    ----------
    loop : names of the populations that are walked with this one; what reads them comes step by step, not all steps at once, and its
        normalization in training is `step_norm`
    """

    folded = None
    reach = None

    def __init__(self, node: Node, loop: Set[str] = frozenset()) -> None:
        self._loop = loop
        if node.training:
            node.refresh_steps()
        self._node = node
        self._per_edge = node.genotype.norm == "edge"
        self._edges = node.edge_list()
        self._values = [edge.values(refresh=node.training) for edge in self._edges]

    def current(self, edge: int, signal: Tensor) -> Tensor:
        """In real units; normalized here with `norm: edge`."""
        chosen = self._edges[edge]
        current = chosen.real_linear(signal, self._values[edge])
        if not self._per_edge or not chosen.plan.weighted:
            return current
        return self._normalized(chosen.plan.name, current, walked=not self._loop.isdisjoint(chosen.plan.sources))

    def total(self, currents: Sequence[Tensor]) -> Tensor:
        """The normalized sum."""
        total = _sum(currents)
        return total if self._per_edge else self._normalized(self._node.plan.name, total, walked=bool(self._loop))

    def _normalized(self, owner: str, current: Tensor, *, walked: bool) -> Tensor:
        norm = self._node.norm(owner)
        if walked and norm.training:
            return step_norm(norm, current, self._node.genotype.timesteps)
        return unfold_time(norm(fold_time(current)), current)


class FixedMembrane:
    """Currents as parts of `a` of `docs/numbers.md`: whole numbers, straight-through gradients.

    Parameters
    ----------
    exact : float64 throughout; otherwise float32 where every partial sum stays below 2^24
    """

    def __init__(self, node: Node, *, exact: bool) -> None:
        self.folded: Folded = node.fold()
        self._edges = [IntegerEdge(edge, exact=exact) for edge in node.edge_list()]
        self.reach: Tensor = reach([edge.largest_sum for edge in self._edges], self.folded.multipliers)
        small = not exact and float(self.reach.max()) < _FLOAT32_EXACT
        self._dtype = torch.float32 if small else torch.float64

    def current(self, edge: int, signal: Tensor) -> Tensor:
        """Integer weights times the signal."""
        return self._edges[edge](signal).to(self._dtype) * per_channel(self.folded.multipliers[edge].to(self._dtype))

    def total(self, currents: Sequence[Tensor]) -> Tensor:
        """`a`, the accumulator."""
        return _sum(currents)


class IntegerEdge:
    """Integer codes of an edge, applied to whole-number signals (T, N, C, H, W); results are whole.

    `largest_sum` : (C,) largest magnitude of a result that any input can cause
    """

    def __init__(self, edge: Edge, *, exact: bool) -> None:
        small = edge.plan.fan_in * (2**edge.plan.bits - 1) * edge.input_magnitude < _FLOAT32_EXACT
        self._dtype = torch.float32 if small and not exact else torch.float64
        self._edge = edge
        codes = edge.trained_codes() if self._dtype == torch.float32 else edge.codes()
        self.largest_sum = largest_sum(codes, lowest=edge.input_range[0], highest=edge.input_range[1])
        self._codes = codes.to(self._dtype) if edge.plan.weighted else None

    def __call__(self, signal: Tensor) -> Tensor:
        """The sums at every place of the edge's map."""
        return self._edge.whole_linear(signal.to(self._dtype), self._codes)


def _sum(currents: Sequence[Tensor]) -> Tensor:
    """In the order of the edges, so that rounding does not depend on how the steps are walked."""
    total = currents[0]
    for current in currents[1:]:
        total = total + current
    return total
