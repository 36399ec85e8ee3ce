"""A spiking population: the edges that meet at its membrane, their normalization, and the integers these fold to."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from litesnn.base.errors import TrainingError
from litesnn.compiler.genotype import Genotype, NodePlan
from litesnn.compiler.genotype.schema import MEMBRANE_EXP_MAX
from litesnn.compiler.genotype.topology import NORM_TENSORS
from litesnn.search.model.edges import Edge
from litesnn.search.model.fixed_point import Folded, Gain, Threshold, fold_edge_norm, fold_node_norm, gain_of_norm
from litesnn.search.model.snapping import UnsnappedEdge, snap_steps


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
        self.edges = nn.ModuleList(Edge(edge, genotype, generator) for edge in plan.edges)
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
                UnsnappedEdge(step.cpu().numpy(), edge.factor, edge.plan.weighted)
                for step, edge in zip(steps, edges, strict=True)
            ]
            steps = [torch.from_numpy(np.asarray(step)) for step in snap_steps(unsnapped)]
        for step, edge in zip(steps, edges, strict=True):
            edge.step.copy_(step)

    def fold(self) -> Folded:
        """Integers of this population from its normalization as it stands (running statistics, current steps).

        Raises
        ------
        TrainingError
            If a step is not finite or not above 0: weights grew out of the range of floats, or shrank to nothing; and for a membrane_exp
            that no genotype has, as a changed checkpoint may.
        """
        values = [edge.code_value() for edge in self.edge_list()]
        for edge, value in zip(self.edge_list(), values, strict=True):
            if not bool(((value > 0) & torch.isfinite(value)).all()):
                raise TrainingError(
                    f"{edge.plan.place}: found a quantizer step of {float(value.min())} to {float(value.max())}; allowed: finite "
                    "and above 0. The training diverged: lower its learning rate, or start without resuming"
                )
        exp, neuron = stored_exp(self.membrane_exp, self.plan.place), self.genotype.neuron
        threshold = Threshold.of(neuron.threshold, neuron.reset_kind)
        if self.genotype.norm == "node":
            return fold_node_norm(self._gain(self.plan.name), values, exp, threshold)
        one = torch.ones(self.plan.shape[0], dtype=torch.float64, device=self.membrane_exp.device)
        gains = [
            self._gain(edge.plan.name) if edge.plan.weighted else Gain(one, torch.zeros_like(one))
            for edge in self.edge_list()
        ]
        return fold_edge_norm(gains, values, exp, threshold, self.genotype.multiplier_max)

    def _gain(self, owner: str) -> Gain:
        norm = self.norm(owner)
        tensors: list[Tensor] = [getattr(norm, name) for name in NORM_TENSORS]
        weight, bias, mean, var = tensors
        return gain_of_norm(weight, bias, mean, var, norm.eps)


def stored_exp(stored: Tensor, place: str) -> int:
    """A membrane_exp as a model holds it; `TrainingError` for one that no genotype has, as a changed checkpoint may."""
    exp = int(stored)
    if not 0 <= exp <= MEMBRANE_EXP_MAX:
        raise TrainingError(
            f"{place}: found a membrane_exp of {exp}; allowed: 0 to {MEMBRANE_EXP_MAX}; start without resuming"
        )
    return exp
