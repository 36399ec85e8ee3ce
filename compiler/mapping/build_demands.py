"""The demands of the populations of a graph: the blocks into each by the source and window that they share."""

from __future__ import annotations

from typing import Any

from litesnn.compiler.encoding import ListRule
from litesnn.compiler.graph import Graph, Membranes, Population, SynapseBlock
from litesnn.compiler.mapping.axons import AxonKinds
from litesnn.compiler.mapping.fan import Fan, Kind
from litesnn.compiler.mapping.fan_group import fan_groups
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.usage import Demand


def build_demands(graph: Graph, limits: CoreLimits, rule: ListRule, axons: AxonKinds) -> dict[str, Demand]:
    """The demand of every on-chip population, in graph order; `axons` of sources towards shared kernels."""
    return {p.name: build_demand(graph, p, limits, rule, axons) for p in graph.membranes if not p.on_host}


def build_demand(graph: Graph, population: Membranes, limits: CoreLimits, rule: ListRule, axons: AxonKinds) -> Demand:
    """The demand of one population."""
    order = {name: i for i, name in enumerate(graph.parts.populations)}
    blocks = graph.stored_into(population.name)
    groups: dict[tuple[str, Any, bool], list[SynapseBlock]] = {}
    for block in sorted(blocks, key=lambda block: order[block.source]):
        if block.geometry.nnz:
            groups.setdefault((block.source, block.geometry.window, block.subtracts), []).append(block)
    fans = tuple(
        _fan(graph[source], population, group, rule, spatial is not None, axons)
        for (source, spatial, _), group in groups.items()
    )
    splits = all(block.geometry.splits_space for block in blocks)
    return Demand(
        population,
        fans,
        splits,
        limits=limits,
        slots=2 + max((block.delay for block in graph.blocks), default=0),
        groups=fan_groups(fans),
    )


def _fan(
    source: Population, target: Membranes, blocks: list[SynapseBlock], rule: ListRule, kernel: bool, axons: AxonKinds
) -> Fan:
    kind: Kind = rule.kernel_sharing if kernel and rule.kernel_sharing is not None else "neuron"
    return Fan(
        source=source,
        target=target,
        blocks=blocks,
        rule=rule,
        kind=kind,
        axon=axons[source.name] if kind == "population" else "discrete",
    )
