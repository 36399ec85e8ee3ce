"""Loops and their initiation interval: how many steps of the chip one step of a recurrent network takes.

Every synapse takes one step of the chip, and what a feedback block carries is due `distance` steps of the sample later. A loop
of n blocks with distances that add up to d therefore needs `ceil(n / d)` chip steps per step of the sample: modulo
scheduling's recurrence bound (Rau, "Iterative modulo scheduling", MICRO-27, 1994).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import networkx as nx

from litesnn.compiler.graph import Graph, Loop, SynapseBlock


def has_feedback(graph: Graph) -> bool:
    """Whether any block carries spikes to a later step of the sample."""
    return any(block.distance for block in graph.blocks)


def initiation_interval(graph: Graph) -> int:
    """The smallest interval at which every loop comes round in time: the largest `ceil(blocks / distance)` of any loop; 1 without."""
    low, high = 1, max(1, len(graph.populations))
    while low < high:
        middle = (low + high) // 2
        if _late_loop(graph, middle) is None:
            high = middle
        else:
            low = middle + 1
    return low


def find_loops(graph: Graph) -> tuple[Loop, ...]:
    """For every feedback edge the longest loop through it alone, and the loop that sets the interval if it is none of these."""
    forward = _forward(graph)
    found: dict[tuple[str, ...], Loop] = {}
    for block in _feedback_edges(graph):
        path = _longest_path(forward, block.target, block.source)
        if path is not None:
            found.setdefault((block.edge, *path), Loop((block.edge,), (*path, path[0]), block.distance))
    interval = initiation_interval(graph)
    if interval > max((loop.interval for loop in found.values()), default=1):
        critical = _late_loop(graph, interval - 1)
        assert critical is not None, "a smaller interval leaves a loop late"
        found[critical.path] = critical
    return tuple(found.values())


def _feedback_edges(graph: Graph) -> Iterator[SynapseBlock]:
    """One block per feedback edge and pair of populations."""
    seen = set()
    for block in graph.blocks:
        if block.distance and (block.edge, block.source, block.target) not in seen:
            seen.add((block.edge, block.source, block.target))
            yield block


def _forward(graph: Graph) -> nx.DiGraph:
    """Populations and the ways between them within one step of a sample; without loops."""
    forward = nx.DiGraph()
    forward.add_nodes_from(graph.parts.populations)
    forward.add_edges_from((block.source, block.target) for block in graph.blocks if not block.distance)
    return forward


def _longest_path(forward: nx.DiGraph, first: str, last: str) -> tuple[str, ...] | None:
    """The way with most blocks between two populations, or None if there is no way."""
    between = (nx.descendants(forward, first) | {first}) & (nx.ancestors(forward, last) | {last})
    if first not in between:
        return None
    best: dict[str, tuple[str, ...]] = {first: (first,)}
    position = {name: i for i, name in enumerate(forward)}
    for name in nx.lexicographical_topological_sort(forward.subgraph(between), key=position.__getitem__):
        for reader in forward.successors(name):
            if reader in between and len(best[name]) >= len(best.get(reader, ())):
                best[reader] = (*best[name], reader)
    return best[last]


def _late_loop(graph: Graph, interval: int) -> Loop | None:
    """A loop whose spikes come round too late at an interval, or None: a cycle of negative slack (Bellman-Ford)."""
    ways = nx.DiGraph()
    ways.add_nodes_from(graph.parts.populations)
    position = {name: i for i, name in enumerate(ways)}
    for block in graph.blocks:
        slack = interval * block.distance - 1
        if not ways.has_edge(block.source, block.target) or slack < ways[block.source][block.target]["weight"]:
            ways.add_edge(block.source, block.target, weight=slack, block=block)
    for component in nx.strongly_connected_components(ways):
        part = ways.subgraph(component).copy()
        if part.number_of_edges() and nx.negative_edge_cycle(part):
            cycle = nx.find_negative_cycle(part, min(component, key=position.__getitem__))
            blocks = [part[source][target]["block"] for source, target in pairwise(cycle)]
            edges = tuple(block.edge for block in blocks if block.distance)
            return Loop(edges, tuple(cycle), sum(block.distance for block in blocks))
    return None
