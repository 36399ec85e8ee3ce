"""Staggered resets: each population resets when its own next sample arrives, so samples stream back to back.

With feedback, populations are gated as well: they compute once per initiation interval, and rest in the slot that parts samples.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from litesnn.compiler.graph import Graph, Membranes, Pace, Population
from litesnn.compiler.passes.base import Pass


def _one_sample(graph: Graph) -> Pace:
    """The pace of a run of one sample, so long that each population resets once."""
    length = graph.timesteps + max(population.arrival or 0 for population in graph.populations) + 1
    return Pace(length, 1, length)


@dataclass(frozen=True)
class StaggerResets(Pass):
    """Set the reset interval, the period of samples, and the phase that follows from each arrival time."""

    name = "stagger-resets"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        pace = _one_sample(graph) if graph.isolated else graph.pace
        populations: list[Population] = []
        for population in graph.populations:
            if isinstance(population, Membranes):
                assert population.arrival is not None, "delays are balanced before resets are staggered"
                populations.append(
                    replace(
                        population,
                        reset_interval=pace.period,
                        reset_offset=pace.reset_offset(population.arrival),
                        initiation_interval=pace.interval,
                        open_slots=pace.timesteps if pace.slots > pace.timesteps else None,
                    )
                )
            else:
                populations.append(population)
        return graph.rebuild(populations, graph.blocks)
