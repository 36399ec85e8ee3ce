"""The kind of axon of every source population, by what its readers take."""

from __future__ import annotations

from litesnn.base.errors import CompileError
from litesnn.compiler.encoding import ListRule
from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping.axons import AxonKind, AxonKinds, possible_axons
from litesnn.compiler.mapping.build_demands import build_demands
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.split import score, split
from litesnn.compiler.mapping.usage import Demand


def choose_axons(graph: Graph, limits: CoreLimits, rule: ListRule) -> dict[str, AxonKind]:
    """Source population -> kind of axon towards kernels that are shared over positions.

    Where several are possible, each is tried alone: the one with which the readers take the fewest cores, output entries of
    the source included, then the least cost.
    """
    if rule.kernel_sharing != "population":
        return {}
    possible = {population.name: possible_axons(graph, population.name) for population in graph.populations}
    chosen = {name: kinds[0] for name, kinds in possible.items()}
    demands = build_demands(graph, limits, rule, chosen)
    for name, kinds in possible.items():
        if len(kinds) > 1:
            readers = [demand for demand in demands.values() if any(fan.source.name == name for fan in demand.fans)]
            chosen[name] = min(kinds, key=lambda kind: _score(readers, {**chosen, name: kind}))
    return chosen


def _score(readers: list[Demand], axons: AxonKinds) -> tuple[float, float]:
    """What the readers of a source take, all else equal."""
    scores = []
    for reader in readers:
        demand = reader.reached_by(axons)
        try:
            scores.append(score(demand, split(demand)))
        except CompileError:
            return float("inf"), float("inf")
    return sum(cores for cores, _ in scores), sum(cost for _, cost in scores)
