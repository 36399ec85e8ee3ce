"""Staggered resets: each population resets when its own next sample arrives, so samples stream back to back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from litesnn.compiler.graph import Graph, Membranes, Population
from litesnn.compiler.passes.base import Pass


def reset_offset(arrival: int, timesteps: int) -> int:
    """Lava counts steps from 1 and resets before the update where `time_step % interval == offset`."""
    return (1 + arrival) % timesteps


@dataclass(frozen=True)
class StaggerResets(Pass):
    """Set reset interval T and the phase that follows from each arrival time."""

    name = "stagger-resets"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        populations: list[Population] = []
        for population in graph.populations:
            if isinstance(population, Membranes):
                assert population.arrival is not None, "delays are balanced before resets are staggered"
                offset = reset_offset(population.arrival, graph.timesteps)
                populations.append(replace(population, reset_interval=graph.timesteps, reset_offset=offset))
            else:
                populations.append(population)
        return graph.rebuild(populations, graph.blocks)
