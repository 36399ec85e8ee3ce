"""From a module's parts to a genotype with weights: the document, steps of least error, and the tensors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ldexp, log2

import numpy as np
import torch

from litesnn.compiler.genotype import (
    BackwardEdgeSpec,
    CellSpec,
    EdgeSpec,
    Genotype,
    HeadSpec,
    InputSpec,
    LoadedGenotype,
    NodeSpec,
    QuantizerSpec,
    TrainingRecord,
    resolve,
)
from litesnn.compiler.genotype.edit import edited
from litesnn.jobs.from_torch.genotype.fit import EPS, Parts, Population
from litesnn.jobs.from_torch.genotype.norms import Norm
from litesnn.jobs.from_torch.genotype.wires import Wire
from litesnn.jobs.from_torch.neurons.reading import Floats, Refused
from litesnn.jobs.from_torch.terms import Given
from litesnn.search.model.edges import Edge
from litesnn.search.model.export import export_document, export_tensors
from litesnn.search.model.membrane_units import choose_membrane_exps
from litesnn.search.model.nodes import Node
from litesnn.search.model.spiking_model import SpikingModel

SHARES = torch.linspace(0.2, 1.0, 33, dtype=torch.float64)
"""Of the step that reaches the largest weight: those that are tried for the least squared error."""


@dataclass(frozen=True)
class Choices:
    """What a module leaves open."""

    name: str
    timesteps: int
    bits: int
    input: InputSpec
    quantizer: QuantizerSpec | None


def document(parts: Parts, choices: Choices) -> Genotype:
    """The genotype without weights: one cell, whose last node is read out."""
    index = {found.path: number for number, found in enumerate(parts.populations)}
    backward = [
        BackwardEdgeSpec(
            source=_source(edge, index), target=f"n{index[found.path]}", op=edge.op, **_late(edge, choices)
        )
        for found in parts.populations
        for edge in found.late
    ]
    nodes = [_node(found, index, choices.bits) for found in parts.populations]
    kept = Wire(parts.populations[-1].wires[0].leaf, "dense", parts.readout).keep
    epsilons = [found.norm.eps for found in parts.populations]
    return Genotype(
        name=re.sub(r"^[^A-Za-z0-9]+|[^A-Za-z0-9._-]+", "-", choices.name).lstrip("-._") or "module",
        input=choices.input,
        timesteps=choices.timesteps,
        neuron=parts.neuron,
        norm="node",
        norm_eps=min(EPS, *epsilons),
        quantizer=choices.quantizer,
        cells=(
            CellSpec(
                channels=parts.populations[0].shape[0],
                bits=choices.bits,
                nodes=tuple(nodes),
                backward=tuple(backward),
                output="last",
            ),
        ),
        head=HeadSpec(
            classes=len(parts.readout),
            pool="none",
            bits=1 if parts.counts else choices.bits,
            keep=kept,
            bias=bool(parts.bias.any()),
        ),
    )


def filled(parts: Parts, genotype: Genotype, record: TrainingRecord) -> LoadedGenotype:
    """The genotype with the module's weights.

    Raises
    ------
    Refused
        For sums at a membrane whose parts have no common unit.
    """
    model = SpikingModel(genotype, resolve(genotype))
    with torch.no_grad():
        for number, found in enumerate(parts.populations):
            node = model.node(f"cell0.node{number}")
            _fill(node, found)
            _normalize(node, found.norm.with_eps(genotype.norm_eps))
        readout = torch.from_numpy(parts.readout)
        model.readout.load(readout, (readout != 0).to(torch.uint8))
        model.readout.step.copy_(torch.tensor(2.0) if parts.counts else best_step(model.readout))
        if model.readout_bias is not None:
            model.readout_bias.copy_(torch.from_numpy(parts.bias))
    model.eval()
    choose_membrane_exps(model)
    return edited(export_document(model, record), export_tensors(model))


def best_step(edge: Edge) -> torch.Tensor:
    """The step of least squared error of an edge's weights, shaped like its step."""
    weight, mask = edge.weight.detach().double(), edge.mask.double()
    rows = (weight * mask).flatten(1) if edge.quantizer.per_channel else (weight * mask).reshape(1, -1)
    largest = rows.abs().amax(1).clamp_min(torch.finfo(torch.float32).tiny)
    whole = 2 * largest / (2**edge.plan.bits - 1)
    tried = [whole * share for share in SHARES]
    errors = torch.stack([_errors(edge, step if edge.quantizer.per_channel else step[0]) for step in tried])
    best = torch.stack(tried).gather(0, errors.argmin(0, keepdim=True))[0]
    return best if edge.quantizer.per_channel else best[0]


def _errors(edge: Edge, step: torch.Tensor) -> torch.Tensor:
    """Squared errors of the weights that are there: per channel where the step is, else of all, (1,)."""
    mask, weight = edge.mask.double(), edge.weight.detach().double()
    spread = step.reshape(-1, *(1,) * (weight.ndim - 1)) if step.ndim else step
    off = ((edge.quantizer.codes(edge.weight, step) * spread / 2 - weight) * mask).square()
    return off.flatten(1).sum(1) if edge.quantizer.per_channel else off.sum().reshape(1)


def _fill(node: Node, found: Population) -> None:
    pairs = list(zip(node.edge_list(), (*found.wires, *found.late), strict=True))
    for edge, wired in pairs:
        if wired.weight is not None:
            edge.load(torch.from_numpy(wired.weight), torch.from_numpy(wired.mask))
    if len(pairs) == 1:
        edge = pairs[0][0]
        edge.step.copy_(best_step(edge) if edge.plan.weighted else edge.natural_step())
        return
    unit = _common_unit(pairs)
    for edge, wired in pairs:
        if wired.weight is None:
            edge.step.fill_(2 * wired.value)
            continue
        edge.step.fill_(float(best_step(edge).max()))
        exact = log2(float(edge.code_value().max()) / unit)
        tried = [_step_of(edge, ldexp(unit, exponent)) for exponent in (int(np.floor(exact)), int(np.ceil(exact)))]
        errors = [float(_errors(edge, torch.full_like(edge.step, step)).sum()) for step in tried]
        edge.step.fill_(tried[int(np.argmin(errors))])


def _common_unit(pairs: list[tuple[Edge, Wire]]) -> float:
    """The value of code 1 that all others are powers of two apart from: of a way without weights, where there is one."""
    fixed = [wired.value for _, wired in pairs if wired.weight is None]
    for value in fixed:
        if np.frexp(value / fixed[0])[0] != 0.5:
            raise Refused(f"adds ways without weights worth {fixed[0]:g} and {value:g}; allowed: powers of two apart")
    if fixed:
        return fixed[0]
    scaled = [edge for edge, _ in pairs if edge.factor != 1] or [edge for edge, _ in pairs]
    return float((best_step(scaled[0]) / 2 * scaled[0].factor).max())


def _step_of(edge: Edge, value: float) -> float:
    """The step with which code 1 is worth exactly this, of an edge that reads an input with a scale too."""
    step = 2 * value / edge.factor
    for candidate in (step, float(np.nextafter(step, 0)), float(np.nextafter(step, np.inf))):
        if candidate / 2 * edge.factor == value:
            return candidate
    raise Refused(
        f"adds the input, of scale {edge.factor:g}, to spikes; allowed: a scale that is a power of two, as 1/128, in such a sum"
    )


def _normalize(node: Node, norm: Norm) -> None:
    into = node.norm(node.plan.name)
    values: dict[str, Floats] = {
        "weight": norm.weight,
        "bias": norm.bias,
        "running_mean": norm.mean,
        "running_var": norm.var,
    }
    for name, value in values.items():
        getattr(into, name).copy_(torch.from_numpy(value))


def _node(found: Population, index: dict[str, int], bits: int) -> NodeSpec:
    inputs = tuple(EdgeSpec(source=_source(edge, index), **edge.fields(bits)) for edge in found.wires)
    first = found.wires[0]
    stride = 2 if first.op == "avgpool2x2" else first.stride
    return NodeSpec(inputs=inputs, channels=found.shape[0], stride=stride or 1)


def _late(edge: Wire, choices: Choices) -> dict[str, object]:
    fields = edge.fields(choices.bits)
    return {name: value for name, value in fields.items() if name in ("bits", "keep")}


def _source(edge: Wire, index: dict[str, int]) -> str:
    return "s1" if isinstance(edge.leaf, Given) else f"n{index[edge.leaf.path]}"
