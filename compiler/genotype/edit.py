"""Changing parts of a genotype: edges and populations by where they stand, and the tensors that go with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litesnn.compiler.genotype.files import Array, LoadedGenotype, dump_genotype
from litesnn.compiler.genotype.schema import CellSpec, Genotype, NodeSpec
from litesnn.compiler.genotype.tensors import check_steps, check_tensors, has_channel_steps, step_of
from litesnn.compiler.genotype.topology import EdgePlan, Site, resolve


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


def with_edge(spec: Genotype, site: Site, **fields: Any) -> Genotype:
    """The genotype with other fields of the edge that stands there."""
    if site.cell is None or site.edge is None:
        return with_population(spec, site, **fields)
    if site.node is None:
        return _with_backward_edge(spec, site.cell, site.edge, **fields)
    inputs = list(node_spec(spec, site).inputs)
    inputs[site.edge] = inputs[site.edge].model_copy(update=fields)
    return with_population(spec, site, inputs=tuple(inputs))


def with_scaled_step(
    spec: Genotype, tensors: Mapping[str, Array], edge: EdgePlan, factor: float
) -> tuple[Genotype, dict[str, Array]]:
    """The genotype and its tensors with the step of an edge, or the steps of all its channels, multiplied by a factor."""
    scaled = step_of(spec, edge, tensors) * factor
    if has_channel_steps(spec, edge):
        return spec, {**tensors, f"{edge.name}.step": scaled}
    return with_edge(spec, edge.site, step=float(scaled)), dict(tensors)


def with_population(spec: Genotype, site: Site, **fields: Any) -> Genotype:
    """The genotype with other fields of the population that stands there: the stem, a node, or the head's pool."""
    if site.part == "stem":
        assert spec.stem is not None, "the topology has a stem"
        return spec.model_copy(update={"stem": spec.stem.model_copy(update=fields)})
    if site.part == "head":
        return spec.model_copy(update={"head": spec.head.model_copy(update=fields)})
    assert site.cell is not None, "all others are nodes of a cell"
    assert site.node is not None, "backward edges are no population"
    nodes = list(spec.cells[site.cell].nodes)
    nodes[site.node] = nodes[site.node].model_copy(update=fields)
    return _with_cell(spec, site.cell, spec.cells[site.cell].model_copy(update={"nodes": tuple(nodes)}))


def node_spec(spec: Genotype, site: Site) -> NodeSpec:
    """The node of a cell, or the one that an input of it belongs to."""
    assert site.cell is not None, "only cells have nodes"
    assert site.node is not None, "backward edges belong to the cell"
    return spec.cells[site.cell].nodes[site.node]


def _with_backward_edge(spec: Genotype, index: int, b: int, **fields: Any) -> Genotype:
    backward = list(spec.cells[index].backward)
    backward[b] = backward[b].model_copy(update=fields)
    return _with_cell(spec, index, spec.cells[index].model_copy(update={"backward": tuple(backward)}))


def _with_cell(spec: Genotype, index: int, cell: CellSpec) -> Genotype:
    return spec.model_copy(update={"cells": (*spec.cells[:index], cell, *spec.cells[index + 1 :])})
