"""Fixes of the wiring: an edge less, a later source, an input of spikes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from litesnn.compiler.fixes.fix import CannotApply, Fix, genotype_of
from litesnn.compiler.fixes.places import edge_plan
from litesnn.compiler.genotype import EdgePlan, LoadedGenotype, Topology, resolve
from litesnn.compiler.genotype.edit import edited, node_spec, with_edge, with_population, with_scaled_step
from litesnn.compiler.genotype.files import Array
from litesnn.compiler.genotype.tensors import tensor_specs
from litesnn.compiler.rules.checking import Subject


@dataclass(frozen=True)
class ReadLater(Fix):
    """Let one edge of a cell read `source`, a later one than now, of the same shape."""

    edge: str
    source: str
    kind: ClassVar[str] = "source"

    @property
    def description(self) -> str:
        """See `Fix.description`."""
        return f"let the edge {self.edge} read {self.source}"

    def apply(self, subject: Subject) -> Subject:
        """See `Fix.apply`."""
        loaded = genotype_of(subject)
        spec = with_edge(loaded.spec, edge_plan(loaded.topology, self.edge).site, source=self.source)
        return subject.of(edited(spec, loaded.trained))


@dataclass(frozen=True)
class DropEdge(Fix):
    """Remove one of several edges into a node."""

    edge: str
    kind: ClassVar[str] = "edge"

    @property
    def description(self) -> str:
        """See `Fix.description`."""
        return f"remove the edge {self.edge}"

    def apply(self, subject: Subject) -> Subject:
        """See `Fix.apply`."""
        loaded = genotype_of(subject)
        edge = edge_plan(loaded.topology, self.edge)
        inputs = () if edge.site.node is None else node_spec(loaded.spec, edge.site).inputs
        if len(inputs) < 2:
            raise CannotApply(f"{self.edge} is the only input of its population")
        kept = [number for number in range(len(inputs)) if number != edge.site.edge]
        spec = with_population(loaded.spec, edge.site, inputs=tuple(inputs[number] for number in kept))
        return subject.of(edited(spec, _without(loaded, edge, resolve(spec))))


@dataclass(frozen=True)
class EncodeAsSpikes(Fix):
    """Feed the network spikes instead of graded values; weights keep their integers."""

    kind: ClassVar[str] = "encoding"

    @property
    def description(self) -> str:
        """See `Fix.description`."""
        return "encode the input as spikes (input.encoding: spikes)"

    def apply(self, subject: Subject) -> Subject:
        """See `Fix.apply`."""
        loaded = genotype_of(subject)
        given, tensors, spec = loaded.spec.input, dict(loaded.trained), loaded.spec
        if given.encoding == "spikes":
            raise CannotApply("the input is encoded as spikes already")
        for edge in loaded.topology.edges():
            if edge.reads_input:
                # Spikes have no scale: steps and weights take it over.
                spec, tensors = with_scaled_step(spec, tensors, edge, given.scale)
                if edge.weighted:
                    weight = tensors[f"{edge.name}.weight"].astype(np.float64) * given.scale
                    tensors[f"{edge.name}.weight"] = weight.astype(np.float32)
        spec = spec.model_copy(update={"input": given.model_copy(update={"encoding": "spikes"})})
        return subject.of(edited(spec, tensors))


def later_sources(loaded: LoadedGenotype, edge: str) -> list[str]:
    """What an edge of a cell could read instead that is computed later, the nearest first."""
    site = edge_plan(loaded.topology, edge).site
    if site.node is None or site.edge is None:
        return []
    order = ["s0", "s1", *(f"n{number}" for number in range(site.node))]
    now = node_spec(loaded.spec, site).inputs[site.edge].source
    return order[order.index(now) + 1 :]


def _without(loaded: LoadedGenotype, dropped: EdgePlan, smaller: Topology) -> dict[str, Array]:
    """The tensors without those of an edge; those of the node's other edges under the names they have in the smaller topology."""
    before = [edge.name for edge in loaded.topology.edges() if edge.name != dropped.name]
    called = dict(zip(before, (edge.name for edge in smaller.edges()), strict=True))
    specs = tensor_specs(loaded.spec, loaded.topology)
    return {
        replace(specs[name], owner=called.get(specs[name].owner, specs[name].owner)).name: tensor
        for name, tensor in loaded.trained.items()
        if specs[name].owner != dropped.name
    }
