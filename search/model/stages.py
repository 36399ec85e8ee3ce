"""The order in which the populations of a network are computed: all steps at once where that can be, step by step in loops.

A stage is one strongly connected component of the wiring, feedback included. Most are single populations, whose inputs are
known at all steps before they are computed. Populations on a cycle wait for each other's last step: they are one stage.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx

from litesnn.compiler.genotype import Topology


@dataclass(frozen=True)
class Stage:
    """Populations that are computed together.

    Attributes
    ----------
    nodes : their names; within a time step, every source stands before its readers
    loop : they lie on a cycle, so that time has to be walked step by step
    """

    nodes: tuple[str, ...]
    loop: bool


def stages(topology: Topology) -> tuple[Stage, ...]:
    """The nodes of a network as stages, sources before readers; the same order for the same topology."""
    order = {node.name: place for place, node in enumerate(topology.nodes)}
    wiring: nx.DiGraph = nx.DiGraph()
    wiring.add_nodes_from(order)
    wiring.add_edges_from(
        (source, node.name)
        for node in topology.nodes
        for edge in node.edges
        for source in edge.sources
        if source in order
    )
    components = nx.condensation(wiring)
    members = {
        component: sorted(components.nodes[component]["members"], key=order.__getitem__) for component in components
    }
    sequence = nx.lexicographical_topological_sort(components, key=lambda component: order[members[component][0]])
    return tuple(
        Stage(tuple(names), loop=len(names) > 1 or wiring.has_edge(names[0], names[0]))
        for names in (members[component] for component in sequence)
    )
