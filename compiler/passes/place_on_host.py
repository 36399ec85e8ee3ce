"""Host placement: where spikes carry no payload (loihi1), what reads a graded input runs on the host and sends spikes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from litesnn.compiler.graph import FidelityLabel, Graph, Membranes, Neurons, Population, Readout, Source
from litesnn.compiler.passes.base import Pass
from litesnn.errors import CompileError


@dataclass(frozen=True)
class PlaceOnHost(Pass):
    """Mark the populations that read a graded source as computed on the host, if the chip has no graded input."""

    graded_input: bool
    name = "place-on-host"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        readers = {
            block.target
            for source in graph.sources
            if isinstance(source, Source) and source.message_bits > 0 and not self.graded_input
            for block in graph.out_of(source.name)
        }
        populations: list[Population] = []
        labels = []
        for population in graph.populations:
            if population.name in readers and isinstance(population, Membranes):
                self._check(graph, population)
                labels.append(
                    FidelityLabel(
                        "first layer on the host",
                        population.place,
                        "exact",
                        "the chip takes binary spikes only; the host computes this population with the same integers",
                    )
                )
                populations.append(replace(population, on_host=True))
            else:
                populations.append(population)
        return graph.rebuild(populations, graph.blocks).labelled(*labels)

    def _check(self, graph: Graph, population: Membranes) -> None:
        spiking = [b.source for b in graph.into(population.name) if isinstance(graph[b.source], Neurons)]
        if spiking or isinstance(population, Readout):
            raise CompileError(
                f"{population.place}: reads the graded input together with {', '.join(spiking) or 'nothing else'}, which a chip "
                "without graded spikes cannot do; give the genotype a stem, or compile for a profile with graded input"
            )
