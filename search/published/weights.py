"""Taking a published state dict over into a genotype: every tensor accounted for, then steps, masks and membrane units.

A kind says where each edge's tensors stand (`PublishedWeights`); this checks names and shapes, quantizes with LitE-SNN's own
step, prunes by the published scores, and folds what a genotype has no field for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import EdgePlan, Genotype, TrainingRecord, resolve
from litesnn.search.model.edges import Edge
from litesnn.search.model.export import export_document, export_tensors
from litesnn.search.model.membrane_units import choose_membrane_exps
from litesnn.search.model.pruning import top_mask
from litesnn.search.model.spiking_model import SpikingModel

State = Mapping[str, Tensor]
Tensors = dict[str, npt.NDArray[np.generic]]
_NORM = ("weight", "bias", "running_mean", "running_var")


@dataclass(frozen=True)
class EdgeTensors:
    """Where one edge's tensors stand in the state dict; None where the published edge has no such tensor.

    Attributes
    ----------
    weight, scores, norm : names; `norm` is the prefix of a batch normalization
    bias : added before the normalization, which takes it up
    """

    weight: str
    norm: str | None = None
    bias: str | None = None
    scores: str | None = None

    def shapes(self, plan: EdgePlan) -> dict[str, tuple[int, ...]]:
        """Every tensor with its shape."""
        channels = (plan.out_shape[0],)
        shapes: dict[str, tuple[int, ...]] = {self.weight: plan.weight_shape}
        if self.scores:
            shapes[self.scores] = plan.weight_shape
        if self.bias:
            shapes[self.bias] = channels
        if self.norm:
            shapes |= {f"{self.norm}.{part}": channels for part in _NORM}
        return shapes


@dataclass(frozen=True)
class PublishedWeights:
    """Where a kind keeps the genotype's tensors.

    Attributes
    ----------
    genotype : as it is with weights (the head may differ from the untrained one)
    edges : edge name -> its tensors, for every edge with weights that the state dict fills, the readout left out
    readout : fills the readout from the state dict; returns what is to be said about it
    readout_shapes : its tensors with their shapes
    ignored : pattern of names that play no part in inference -> why
    check : further checks on the state dict
    """

    genotype: Genotype
    edges: dict[str, EdgeTensors]
    readout: Callable[[SpikingModel, State], tuple[str, ...]]
    readout_shapes: dict[str, tuple[int, ...]]
    ignored: dict[str, str]
    check: Callable[[State], None] = lambda state: None


def take_over(weights: PublishedWeights, state: State, file: str) -> tuple[Genotype, Tensors, tuple[str, ...]]:
    """The genotype with the published weights, its tensors, and what was ignored or is not exact.

    Raises
    ------
    GenotypeError
        For missing, unknown or mis-shaped tensors, all listed.
    """
    genotype = weights.genotype
    if genotype.norm != "edge":
        raise GenotypeError(
            f"--norm: found '{genotype.norm}' with --weights; allowed: edge (one normalization per convolution)"
        )
    topology = resolve(genotype)
    plans = {edge.name: edge for edge in topology.edges()}
    shapes = dict(weights.readout_shapes)
    for name, tensors in weights.edges.items():
        shapes |= tensors.shapes(plans[name])
    ignored = _check_names(state, shapes, weights.ignored, file)
    weights.check(state)
    model = SpikingModel(genotype, topology)
    with torch.no_grad():
        for node in model.node_list():
            for edge in node.edge_list():
                if edge.plan.weighted:
                    source = weights.edges[edge.plan.name]
                    _fill_edge(edge, source, state)
                    _fill_norm(node.norm(edge.plan.name), source, state)
        said = weights.readout(model, state)
    model.eval()
    choose_membrane_exps(model)
    record = TrainingRecord(settings={"weights": f"taken over from {file}", "ignored": list(ignored)})
    return export_document(model, record), export_tensors(model), (*ignored, *said)


def fill_weight(edge: Edge, weight: Tensor, scores: Tensor | None = None) -> None:
    """Set an edge's weights, its mask (the top scores; all, where none are given) and its natural step."""
    weight = weight.float()
    mask = torch.ones_like(weight) if scores is None else top_mask(scores.float(), edge.plan.keep)
    edge.load(weight, mask.to(torch.uint8))
    edge.step.copy_(edge.natural_step())


def _fill_edge(edge: Edge, source: EdgeTensors, state: State) -> None:
    scores = state[source.scores] if source.scores else None
    if scores is None and edge.plan.keep < 1:
        scores = state[source.weight]
    fill_weight(edge, state[source.weight], scores)


def _fill_norm(norm: nn.BatchNorm2d, source: EdgeTensors, state: State) -> None:
    assert norm.running_mean is not None
    assert norm.running_var is not None
    if source.norm is None:
        norm.running_var.fill_(1 - norm.eps)
    else:
        for part in _NORM:
            getattr(norm, part).copy_(state[f"{source.norm}.{part}"])
    if source.bias:
        norm.running_mean.sub_(state[source.bias])


def _check_names(
    state: State, shapes: Mapping[str, tuple[int, ...]], patterns: Mapping[str, str], file: str
) -> tuple[str, ...]:
    """Refuse a state dict that does not fit; returns why the tensors beside it are ignored."""
    problems = [f"{name}: missing; wanted: {shape}" for name, shape in shapes.items() if name not in state]
    reasons: dict[str, int] = {}
    for name, tensor in state.items():
        if name in shapes:
            if tuple(tensor.shape) != shapes[name]:
                problems.append(f"{name}: found {tuple(tensor.shape)}; wanted: {shapes[name]}")
            elif not bool(torch.isfinite(tensor).all()):
                problems.append(f"{name}: found NaN or infinite values")
            continue
        reason = next((why for pattern, why in patterns.items() if re.fullmatch(pattern, name)), None)
        if reason is None:
            problems.append(
                f"{name}: found {tuple(tensor.shape)}; no part of this network (are the arrays and sizes those it was trained with?)"
            )
        else:
            reasons[reason] = reasons.get(reason, 0) + 1
    if problems:
        shown = "\n  ".join(problems[:12])
        more = f"\n  ... and {len(problems) - 12} more" if len(problems) > 12 else ""
        raise GenotypeError(f"{file}: {len(problems)} tensor(s) do not fit\n  {shown}{more}")
    return tuple(f"ignored {count} tensor(s): {reason}" for reason, count in reasons.items())
