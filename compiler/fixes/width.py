"""The fix of last resort: a narrower network, every population with the same share of its channels fewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from litesnn.compiler.fixes.fix import CannotApply, Fix, genotype_of
from litesnn.compiler.genotype import EdgePlan, LoadedGenotype, Topology, resolve
from litesnn.compiler.genotype.edit import edited
from litesnn.compiler.genotype.files import Array
from litesnn.compiler.genotype.schema import CellSpec, Genotype
from litesnn.compiler.genotype.tensors import tensor_specs
from litesnn.compiler.rules.checking import Subject


@dataclass(frozen=True)
class NarrowNetwork(Fix):
    """Keep the first channels of every population, `percent` of them fewer; input and classes stay."""

    percent: int
    kind: ClassVar[str] = "channels"

    @property
    def description(self) -> str:
        """See `Fix.description`."""
        return f"give every population at least {self.percent} % fewer channels"

    def apply(self, subject: Subject) -> Subject:
        """See `Fix.apply`."""
        loaded = genotype_of(subject)
        spec = _narrowed(loaded.spec, self.percent)
        if spec == loaded.spec:
            raise CannotApply("there is no channel left to take")
        return subject.of(edited(spec, _cut(loaded, resolve(spec))))


def _narrowed(spec: Genotype, percent: int) -> Genotype:
    def fewer(channels: int) -> int:
        return max(1, channels * (100 - percent) // 100)

    def cell(given: CellSpec) -> CellSpec:
        nodes = tuple(
            node if node.channels is None else node.model_copy(update={"channels": fewer(node.channels)})
            for node in given.nodes
        )
        return given.model_copy(update={"channels": fewer(given.channels), "nodes": nodes})

    stem = spec.stem and spec.stem.model_copy(update={"channels": fewer(spec.stem.channels)})
    return spec.model_copy(update={"stem": stem, "cells": tuple(cell(given) for given in spec.cells)})


def _cut(loaded: LoadedGenotype, narrow: Topology) -> dict[str, Array]:
    """The tensors of the channels that stay."""
    tensors: dict[str, Array] = {}
    edges = {edge.name: edge for edge in narrow.edges()}
    channels = {node.name: node.shape[0] for node in narrow.nodes}
    owners = {**channels, **{name: edge.out_shape[0] for name, edge in edges.items()}}
    wide = {edge.name: edge for edge in loaded.topology.edges()}
    specs = tensor_specs(loaded.spec, loaded.topology)
    for name, tensor in loaded.trained.items():
        owner, part = specs[name].owner, specs[name].part
        if part in ("norm", "step"):
            tensors[name] = tensor[: owners[owner]]
        elif part in ("weight", "mask"):
            tensors[name] = tensor[: owners[owner]][:, _inputs(wide[owner], edges[owner])]
        else:
            tensors[name] = tensor
    return tensors


def _inputs(wide: EdgePlan, narrow: EdgePlan) -> npt.NDArray[np.int64]:
    """Which inputs of an edge's weights stay: those of the first channels of each source."""
    first = np.cumsum([0, *wide.source_channels[:-1]])
    kept = np.concatenate([start + np.arange(n) for start, n in zip(first, narrow.source_channels, strict=True)])
    return wide.weights_from(kept)
