"""Taking channels out of a genotype: its document, and every tensor that makes them or reads them.

What is left computes what the whole network computes with the removed channels cut off from every reader: the same integers, the
same spikes. The one exception is a padded `shortcut`, whose zero channels are laid out anew (`groups.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from litesnn.compiler.genotype import CellSpec, EdgePlan, Genotype, LoadedGenotype, Topology
from litesnn.compiler.genotype.edit import edited
from litesnn.compiler.genotype.tensors import tensor_specs
from litesnn.search.methods.structured.select import Kept

Array = npt.NDArray[np.generic]
Indices = npt.NDArray[np.int64]
READ = ("weight", "mask")
"""Tensors of an edge whose second axis is what it reads; every other one has the node's channels first and nothing else."""


def remove_channels(loaded: LoadedGenotype, kept: Kept) -> LoadedGenotype:
    """The genotype with only the `kept` channels of every node (ascending indices by name); weights, norms and steps inherited.

    Raises
    ------
    GenotypeError
        Without weights, or if what is left cannot be wired (channels that are tied must be kept alike).
    """
    left = _with_derived(loaded.topology, kept)
    return edited(_document(loaded.spec, kept), _tensors(loaded, left))


def _with_derived(topology: Topology, kept: Kept) -> Kept:
    """Also what cannot lose channels of its own: the input, and the pool, which follows what it pools."""
    left: Kept = {**kept, "input": np.arange(topology.input_shape[0])}
    if topology.pool is not None:
        left["pool"] = _side_by_side(topology.pool.sources, topology.pool.source_channels, left)
    return left


def _side_by_side(sources: tuple[str, ...], channels: tuple[int, ...], left: Mapping[str, Indices]) -> Indices:
    """Channels of a concatenation that are left."""
    offsets = np.cumsum([0, *channels[:-1]])
    return np.concatenate([left[source] + offset for source, offset in zip(sources, offsets, strict=True)])


def _tensors(loaded: LoadedGenotype, left: Kept) -> dict[str, Array]:
    tensors = dict(loaded.trained)
    edges = {edge.name: edge for edge in loaded.topology.edges()}
    owners = {edge.name: node.name for node in loaded.topology.nodes for edge in node.edges}
    specs = tensor_specs(loaded.spec, loaded.topology)
    for name, tensor in loaded.trained.items():
        owner = specs[name].owner
        node = owners.get(owner, owner)
        if node in left:
            tensor = tensor[left[node]]
        if specs[name].part in READ:
            tensor = _read_part(tensor, edges[owner], left)
        tensors[name] = np.ascontiguousarray(tensor)
    return tensors


def _read_part(tensor: Array, edge: EdgePlan, left: Kept) -> Array:
    """The weights that read the channels that are left."""
    channels = _side_by_side(edge.sources, edge.source_channels, left)
    return tensor[:, edge.weights_from(channels)]


def _document(spec: Genotype, kept: Kept) -> Genotype:
    cells = tuple(
        _cell(cell, [len(kept[f"cell{index}.node{node}"]) for node in range(len(cell.nodes))])
        for index, cell in enumerate(spec.cells)
    )
    stem = None if spec.stem is None else spec.stem.model_copy(update={"channels": len(kept["stem"])})
    return spec.model_copy(update={"stem": stem, "cells": cells})


def _cell(cell: CellSpec, counts: list[int]) -> CellSpec:
    """The cell with its nodes' channels: the last node's as the cell's, the others' own where they differ."""
    nodes = tuple(
        node.model_copy(update={"channels": None if count == counts[-1] else count})
        for node, count in zip(cell.nodes, counts, strict=True)
    )
    return cell.model_copy(update={"channels": counts[-1], "nodes": nodes})
