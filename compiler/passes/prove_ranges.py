"""Range proof: no accumulator, current or membrane can leave its register, or which can, by how much, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from litesnn.compiler.analysis.arrivals import ArrivalsAt, message_sums
from litesnn.compiler.analysis.bounds import steps_from_zero
from litesnn.compiler.graph import FidelityLabel, Graph, Range
from litesnn.compiler.passes.base import Pass
from litesnn.compiler.profile import Profile, portable_accumulator


@dataclass(frozen=True)
class ProveRanges(Pass):
    """Attach a `Range` per register and population, and a label where one is not proved or not portable."""

    profile: Profile
    name = "prove-ranges"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        steps = steps_from_zero(graph)
        sums = message_sums(graph, steps)
        ranges: list[Range] = []
        for population in graph.membranes:
            arrivals = ArrivalsAt(graph, population, sums, steps)
            ranges.extend(population.ranges(arrivals, self.profile.accumulator_limit))
        labels = [label for proof in ranges for label in _labels(graph, proof)]
        return replace(graph, ranges=tuple(ranges)).labelled(*labels)


def _labels(graph: Graph, proof: Range) -> list[FidelityLabel]:
    place = graph[proof.population].place
    reach = f"worst-case inputs reach {proof.low} .. {proof.high}"
    if not proof.proved:
        detail = f"{reach}; the register holds {proof.limit} and {proof.overflow}"
        return [FidelityLabel(f"{proof.register} range", place, "approximate", detail)]
    if proof.register == "accumulator" and max(-proof.low, proof.high) > portable_accumulator():
        detail = f"{reach}; beyond {portable_accumulator()} only chips with a wide accumulator (not Loihi 1) agree"
        return [FidelityLabel("portable accumulator", place, "exact", detail)]
    return []
