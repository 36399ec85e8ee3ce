"""A spiking population with the edges that meet at its membrane and their normalization, in both evaluations."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from litesnn.compiler.genotype import Genotype, NodePlan
from litesnn.compiler.genotype.topology import NORM_TENSORS
from litesnn.search.axes import fold_time, per_channel, unfold_time
from litesnn.search.edges import Edge
from litesnn.search.fixed_point import Folded, Gain, fold_edge_norm, fold_node_norm, gain_of_norm
from litesnn.search.snapping import UnsnappedEdge, snap_steps

_FLOAT32_EXACT = 2**24


class Node(nn.Module):
    """One node: edges, one normalization for their sum (`norm: node`) or one per weighted edge (`norm: edge`).

    Attributes
    ----------
    membrane_exp : int64 scalar buffer, S of `docs/numbers.md`
    """

    membrane_exp: Tensor

    def __init__(self, plan: NodePlan, genotype: Genotype, generator: torch.Generator) -> None:
        super().__init__()
        self.plan = plan
        self.genotype = genotype
        self.edges = nn.ModuleList(Edge(edge, genotype.input, generator) for edge in plan.edges)
        self.norms = nn.ModuleDict(
            {
                owner.replace(".", "_"): nn.BatchNorm2d(plan.shape[0], eps=genotype.norm_eps)
                for owner in self.norm_owners()
            }
        )
        self.register_buffer("membrane_exp", torch.tensor(plan.membrane_exp or 0, dtype=torch.int64))

    def norm_owners(self) -> tuple[str, ...]:
        """Tensor name prefixes that have a normalization: the node, or its weighted edges."""
        if self.genotype.norm == "node":
            return (self.plan.name,)
        return tuple(edge.name for edge in self.plan.edges if edge.weighted)

    def norm(self, owner: str) -> nn.BatchNorm2d:
        """The normalization of a node or edge by name."""
        norm = self.norms[owner.replace(".", "_")]
        assert isinstance(norm, nn.BatchNorm2d)
        return norm

    def edge_list(self) -> list[Edge]:
        """The edges, typed, in the order of the genotype."""
        return [edge for edge in self.edges if isinstance(edge, Edge)]

    def refresh_steps(self) -> None:
        """Set every step from the weights as they are: snapped to powers of two with `norm: node`, as they come otherwise."""
        edges = self.edge_list()
        steps = [edge.natural_step() for edge in edges]
        if self.genotype.norm == "node":
            unsnapped = [
                UnsnappedEdge(step, edge.factor, edge.plan.weighted) for step, edge in zip(steps, edges, strict=True)
            ]
            steps = snap_steps(unsnapped)
        for step, edge in zip(steps, edges, strict=True):
            edge.step.fill_(step)

    def float_current(self, signals: Sequence[Tensor]) -> Tensor:
        """Normalized current (T, N, C, H, W) from one signal per edge; refreshes steps and masks while training."""
        if self.training:
            self.refresh_steps()
        per_edge = self.genotype.norm == "edge"
        total: Tensor | None = None
        for edge, signal in zip(self.edge_list(), signals, strict=True):
            h = edge.code_value()
            if edge.plan.weighted:
                current = edge.linear(signal, (edge.codes(refresh=self.training) * h).to(signal.dtype))
                current = _apply_norm(self.norm(edge.plan.name), current) if per_edge else current
            else:
                current = edge.linear(signal, None) * h
            total = current if total is None else total + current
        assert total is not None
        return total if per_edge else _apply_norm(self.norm(self.plan.name), total)

    def fold(self) -> Folded:
        """Integers of this population from its normalization as it stands (running statistics, current steps)."""
        values = [edge.code_value() for edge in self.edge_list()]
        exp, threshold = int(self.membrane_exp), self.genotype.neuron.threshold
        if self.genotype.norm == "node":
            return fold_node_norm(self._gain(self.plan.name), values, exp, threshold)
        one = torch.ones(self.plan.shape[0], dtype=torch.float64, device=self.membrane_exp.device)
        gains = [
            self._gain(edge.plan.name) if edge.plan.weighted else Gain(one, torch.zeros_like(one))
            for edge in self.edge_list()
        ]
        return fold_edge_norm(gains, values, exp, threshold, self.genotype.multiplier_max)

    def accumulator(self, signals: Sequence[Tensor], folded: Folded, *, exact: bool) -> Tensor:
        """`a` of `docs/numbers.md` as float64 (T, N, C, H, W): whole numbers, straight-through gradients.

        Convolutions run in float32 where every partial sum stays below 2^24, unless `exact` asks for float64 throughout.
        """
        total: Tensor | None = None
        for edge, signal, multiplier in zip(self.edge_list(), signals, folded.multipliers, strict=True):
            current = integer_linear(edge, signal, exact=exact) * per_channel(multiplier)
            total = current if total is None else total + current
        assert total is not None
        return total

    def _gain(self, owner: str) -> Gain:
        norm = self.norm(owner)
        tensors: list[Tensor] = [getattr(norm, name) for name in NORM_TENSORS]
        weight, bias, mean, var = tensors
        return gain_of_norm(weight, bias, mean, var, norm.eps)


def integer_linear(edge: Edge, signal: Tensor, *, exact: bool) -> Tensor:
    """Integer codes applied to whole-number signals (T, N, C, H, W); the result is float64 and whole."""
    fan_in = edge.plan.weight_shape[1] * max(1, edge.plan.kernel) ** 2
    small = fan_in * (2**edge.plan.bits - 1) * edge.input_magnitude < _FLOAT32_EXACT
    dtype = torch.float32 if small and not exact else torch.float64
    codes = edge.codes().to(dtype) if edge.plan.weighted else None
    return edge.linear(signal.to(dtype), codes).double()


def _apply_norm(norm: nn.BatchNorm2d, current: Tensor) -> Tensor:
    """Batch normalization with the statistics of all steps and samples together."""
    return unfold_time(norm(fold_time(current)), current)
