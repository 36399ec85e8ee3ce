"""Schedule of isolated samples: when the input first reaches each population. Nothing is delayed and nothing is reset."""

from __future__ import annotations

from dataclasses import dataclass, replace

import networkx as nx

from litesnn.compiler.graph import Graph, Membranes, Population, Schedule
from litesnn.compiler.passes.base import Pass


@dataclass(frozen=True)
class ScheduleIsolated(Pass):
    """Set arrivals to the shortest way from the input, over the blocks' latencies; clear reset periods."""

    name = "schedule-isolated"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        arrivals = first_arrivals(graph)
        populations: list[Population] = []
        for population in graph.populations:
            if isinstance(population, Membranes):
                population = replace(population, reset_interval=None, reset_offset=None)
            populations.append(replace(population, arrival=arrivals[population.name]))
        delayed = [block for block in graph.blocks if block.delay > 0]
        schedule = Schedule(
            timesteps=graph.timesteps,
            depth=arrivals[graph.output.name],
            delayed_blocks=len(delayed),
            relays=0,
            delay_slots=sum(
                p.size * max((b.delay for b in graph.into(p.name) if b in delayed), default=0)
                for p in graph.populations
            ),
        )
        return replace(graph.rebuild(populations, graph.blocks), schedule=schedule)


def first_arrivals(graph: Graph) -> dict[str, int]:
    """Earliest step at which anything from a source can arrive at each population; one that no input reaches starts at 0."""
    ways = nx.DiGraph()
    ways.add_nodes_from(population.name for population in graph.populations)
    for block in graph.blocks:
        if not ways.has_edge(block.source, block.target) or block.latency < ways[block.source][block.target]["steps"]:
            ways.add_edge(block.source, block.target, steps=block.latency)
    found = nx.multi_source_dijkstra_path_length(ways, {source.name for source in graph.sources}, weight="steps")
    return {population.name: int(found.get(population.name, 0)) for population in graph.populations}
