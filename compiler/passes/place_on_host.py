"""Host placement: where spikes carry no payload (loihi1), what reads a graded input runs on the host and sends spikes.

What reads spikes of the chip as well cannot run there; it stays on the chip, where rule LSN-GRADED-INPUT reports it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from litesnn.compiler.graph import FidelityLabel, Graph, Membranes, Population, Source
from litesnn.compiler.passes.base import Pass


@dataclass(frozen=True)
class PlaceOnHost(Pass):
    """Mark the populations that read a graded source as computed on the host, if a spike's payload is narrower than its values."""

    payload_bits: int
    name = "place-on-host"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        readers = {
            block.target
            for source in graph.sources
            if isinstance(source, Source) and source.message_bits > self.payload_bits
            for block in graph.out_of(source.name)
        }
        populations: list[Population] = []
        labels = []
        for population in graph.populations:
            if population.name in readers and isinstance(population, Membranes) and host_can_compute(graph, population):
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


def host_can_compute(graph: Graph, population: Membranes) -> bool:
    """Whether a population spikes and reads nothing but inputs."""
    return population.sends == "spikes" and not any(
        isinstance(graph[block.source], Membranes) for block in graph.into(population.name)
    )
