"""What can arrive at a population: bounds over all inputs, proved from weights, fan-in and what sources can send.

A neuron that sends changes sends its activation bit by bit, so that its messages add up to that, whatever a single one is: sums of
messages are bounded by activations, source before reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from litesnn.compiler.analysis.bounds import accumulator_bounds, steps_from_zero
from litesnn.compiler.graph import Graph, Membranes
from litesnn.compiler.graph.kinds.leaky import Bounds, Leaky
from litesnn.compiler.graph.kinds.registers import Interval

Sums = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, eq=False)
class ArrivalsAt:
    """`Arrivals` of one population of a graph; `sums` as of `message_sums`, of all that it reads."""

    graph: Graph
    population: Membranes
    sums: Sums
    steps: int

    def values(self) -> Interval:
        """See `Arrivals.values`."""
        return accumulator_bounds(self.graph, self.population)

    def changes(self) -> Interval:
        """See `Arrivals.changes`: what a neuron sends in one step is the difference of two sums of messages."""
        single = {}
        for block in self.graph.into(self.population.name):
            source = self.graph[block.source]
            least, most = self.sums[source.name]
            by_sum = isinstance(source, Membranes) and source.sends == "graded"
            single[source.name] = (least - most, most - least) if by_sum else source.sent
        return accumulator_bounds(self.graph, self.population, single)

    def totals(self) -> Interval:
        """See `Arrivals.totals`."""
        return accumulator_bounds(self.graph, self.population, self.sums)


def message_sums(graph: Graph, steps: int) -> dict[str, tuple[int, int]]:
    """Population -> lowest and highest sum of all that one of its neurons has sent, at any step up to `steps`; 0 lies between.

    Within a loop, sums of messages bound each other in a circle: there, and for sources, a neuron may send anything at any step.
    """
    sums: dict[str, tuple[int, int]] = {}
    looped = {member.name for group in graph.components() if len(group) > 1 for member in group}
    for population in graph.topological():
        if isinstance(population, Membranes) and population.name not in looped:
            sums[population.name] = population.sent_sums(ArrivalsAt(graph, population, sums, steps))
        else:
            low, high = population.sent
            sums[population.name] = (min(low, 0) * steps, max(high, 0) * steps)
    return sums


def arrivals_at(graph: Graph, population: Membranes) -> ArrivalsAt:
    """What can arrive at one population in one step; sums over steps are those of a whole graph and are not given."""
    return ArrivalsAt(graph, population, {}, steps_from_zero(graph))


def bounds(graph: Graph, population: Leaky) -> Bounds:
    """Bounds of a population whose normalization is folded."""
    return population.bounds(arrivals_at(graph, population))
