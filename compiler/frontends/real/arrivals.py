"""When the first input reaches each population of a network whose time is its own."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx

from litesnn.compiler.graph import Graph


def with_arrivals(graph: Graph, source: str) -> Graph:
    """Arrival of every population: the shortest path from the source, over the blocks' latencies; 0 where none leads."""
    network = nx.DiGraph()
    network.add_nodes_from(population.name for population in graph.populations)
    for block in graph.blocks:
        known = network.get_edge_data(block.source, block.target, {"steps": block.latency})
        network.add_edge(block.source, block.target, steps=min(known["steps"], block.latency))
    reached = nx.single_source_dijkstra_path_length(network, source, weight="steps")
    populations = [replace(p, arrival=int(reached.get(p.name, 0))) for p in graph.populations]
    return graph.rebuild(populations, graph.blocks)
