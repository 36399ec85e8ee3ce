"""Changing parts of a genotype by the names of its topology: edges, populations, and the tensors that go with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litesnn.compiler.genotype.files import Array, LoadedGenotype, dump_genotype
from litesnn.compiler.genotype.schema import CellSpec, Genotype, NodeSpec
from litesnn.compiler.genotype.tensors import check_steps, check_tensors, has_channel_steps, step_of
from litesnn.compiler.genotype.topology import EdgePlan, resolve


def edited(spec: Genotype, tensors: Mapping[str, Array]) -> LoadedGenotype:
    """A changed genotype in memory, checked like one that is loaded; accuracies were measured before the change and go.

    Raises
    ------
    GenotypeError
        If the change makes wiring, tensors or steps impossible.
    """
    if spec.training is not None:
        forgotten = spec.training.model_copy(update={"accuracy_float": None, "accuracy_fixed": None})
        spec = spec.model_copy(update={"training": forgotten})
    spec = spec.model_copy(update={"weights": None})
    topology = resolve(spec)
    check_tensors(spec, topology, tensors, spec.name)
    check_steps(spec, topology, tensors)
    return LoadedGenotype(spec, topology, dict(tensors), dump_genotype(spec))


def with_edge(spec: Genotype, name: str, **fields: Any) -> Genotype:
    """The genotype with other fields of one edge: `stem.edge0`, `cell0.node1.edge2`, `cell0.backward1` or `readout.edge0`."""
    if ".backward" in name:
        return _with_backward_edge(spec, name, **fields)
    owner, _, edge = name.rpartition(".edge")
    if owner == "stem":
        return with_population(spec, "stem", **fields)
    if owner == "readout":
        return spec.model_copy(update={"head": spec.head.model_copy(update=fields)})
    inputs = list(node_spec(spec, owner).inputs)
    inputs[int(edge)] = inputs[int(edge)].model_copy(update=fields)
    return with_population(spec, owner, inputs=tuple(inputs))


def with_scaled_step(
    spec: Genotype, tensors: Mapping[str, Array], edge: EdgePlan, factor: float
) -> tuple[Genotype, dict[str, Array]]:
    """The genotype and its tensors with the step of an edge, or the steps of all its channels, multiplied by a factor."""
    scaled = step_of(spec, edge, tensors) * factor
    if has_channel_steps(spec, edge):
        return spec, {**tensors, f"{edge.name}.step": scaled}
    return with_edge(spec, edge.name, step=float(scaled)), dict(tensors)


def with_population(spec: Genotype, name: str, **fields: Any) -> Genotype:
    """The genotype with other fields of one population: `stem`, `cell0.node1`, or `pool` (the head's)."""
    if name == "stem":
        assert spec.stem is not None, "the topology has a stem"
        return spec.model_copy(update={"stem": spec.stem.model_copy(update=fields)})
    if name == "pool":
        return spec.model_copy(update={"head": spec.head.model_copy(update=fields)})
    i, j = _numbers(name)
    nodes = list(spec.cells[i].nodes)
    nodes[j] = nodes[j].model_copy(update=fields)
    return _with_cell(spec, i, spec.cells[i].model_copy(update={"nodes": tuple(nodes)}))


def node_spec(spec: Genotype, name: str) -> NodeSpec:
    """The node of a cell: `cell0.node1`."""
    i, j = _numbers(name)
    return spec.cells[i].nodes[j]


def _with_backward_edge(spec: Genotype, name: str, **fields: Any) -> Genotype:
    cell, _, number = name.partition(".backward")
    index, b = int(cell.removeprefix("cell")), int(number)
    backward = list(spec.cells[index].backward)
    backward[b] = backward[b].model_copy(update=fields)
    return _with_cell(spec, index, spec.cells[index].model_copy(update={"backward": tuple(backward)}))


def _with_cell(spec: Genotype, index: int, cell: CellSpec) -> Genotype:
    return spec.model_copy(update={"cells": (*spec.cells[:index], cell, *spec.cells[index + 1 :])})


def _numbers(name: str) -> tuple[int, int]:
    cell, node = name.split(".")
    return int(cell.removeprefix("cell")), int(node.removeprefix("node"))
