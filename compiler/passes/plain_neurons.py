"""Programmed neurons that compute what leaky integrate-and-fire neurons do become such: no program is needed."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from litesnn.compiler.graph import VTH_MAX, WEIGHT_SHIFT, Graph, Lif, Population, ProgrammedLif
from litesnn.compiler.passes.base import Pass


@dataclass(frozen=True)
class PlainNeurons(Pass):
    """Every `ProgrammedLif` with a reset to zero and thresholds that the register holds becomes the `Lif` of the same spikes."""

    name = "plain-neurons"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        return graph.rebuild([plain(population) for population in graph.populations], graph.blocks)


def plain(population: Population) -> Population:
    """The population as LIF neurons if it spikes as they do: v > vth << 6, then v = 0. Otherwise itself."""
    if not isinstance(population, ProgrammedLif) or population.reset != "zero" or population.threshold is None:
        return population
    steps, rest = np.divmod(population.threshold, 1 << WEIGHT_SHIFT)
    if rest.any() or steps.max(initial=0) > VTH_MAX:
        return population
    kept = {field.name: getattr(population, field.name) for field in fields(Lif)}
    return Lif(**{**kept, "vth": steps})
