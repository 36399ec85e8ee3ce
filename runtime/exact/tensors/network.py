"""A graph prepared for simulation: projections and arithmetic of every population, made once and used by every batch."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import torch

from litesnn.compiler.graph import Graph, Membranes, Population
from litesnn.runtime.exact.sums import KnownSums, Sent, accumulator_limits
from litesnn.runtime.exact.tensors.limits import Arithmetic, arithmetic
from litesnn.runtime.exact.tensors.neurons import MODELS
from litesnn.runtime.exact.tensors.synapses import Projection, projections
from litesnn.runtime.exact.tensors.words import Packing

INT32 = (-(2**31), 2**31 - 1)


def sends_messages(population: Population) -> bool:
    """Whether neurons send graded values; a source's are known before a run."""
    return isinstance(population, Membranes) and population.sends == "graded"


class Network:
    """Components in order of computation, and what every population needs to be computed.

    Parameters
    ----------
    device : where tensors live
    """

    def __init__(self, graph: Graph, device: torch.device) -> None:
        self.graph, self.device = graph, device
        for population in graph.membranes:
            MODELS.of(population, population.name)  # refused before anything is computed
        self.components: list[list[Membranes]] = [
            [population for population in component if isinstance(population, Membranes)]
            for component in graph.components()
        ]
        self.components = [component for component in self.components if component]
        self.projections: dict[str, list[Projection]] = {
            population.name: projections(graph, population, device) for population in graph.membranes
        }
        self.accumulator_limits = accumulator_limits(graph)
        self._sums = KnownSums(graph)

    @cached_property
    def readers(self) -> dict[str, list[str]]:
        """Source -> populations that read it."""
        found: dict[str, list[str]] = {population.name: [] for population in self.graph.populations}
        for name, read in self.projections.items():
            for projection in read:
                found[projection.source].append(name)
        return found

    def reads_messages(self, name: str) -> bool:
        """Whether a population reads graded messages, whose size only a run shows."""
        return any(sends_messages(self.graph[p.source]) for p in self.projections[name])

    def arithmetic(self, name: str, lanes: int, seen: Mapping[str, Sent]) -> Arithmetic:
        """The arithmetic of a population for a number of lanes.

        `seen` : population -> smallest and largest value it sends in this run, where that is known; otherwise anything it can send,
        and of neurons that send graded messages anything an int32 holds.
        """
        population = self.graph[name]
        assert isinstance(population, Membranes)

        def sent(source: Population) -> Sent:
            return seen.get(source.name, INT32 if sends_messages(source) else source.sent)

        return arithmetic(self._sums.of(population, sent), 1 if self.reads_messages(name) else lanes)

    def packings(self, population: Population, lanes: int, seen: Mapping[str, Sent]) -> set[Packing]:
        """The words that a population's readers want; `seen` as of `arithmetic`."""
        if sends_messages(population):
            return {Packing()}
        return {self.arithmetic(name, lanes, seen).packing for name in self.readers[population.name]}
