"""From a finding's place to what stands there: populations of the genotype and their edges."""

from __future__ import annotations

from litesnn.compiler.fixes.fix import CannotApply
from litesnn.compiler.genotype import EdgePlan, NodePlan, PoolPlan, Topology


def population_plan(topology: Topology, name: str) -> NodePlan | PoolPlan:
    """The node or pool of that name."""
    for plan in (*topology.nodes, topology.pool):
        if plan is not None and plan.name == name:
            return plan
    raise CannotApply(f"'{name}' is not a node of the genotype")


def edge_plan(topology: Topology, name: str) -> EdgePlan:
    """The edge of that name."""
    for plan in topology.edges():
        if plan.name == name:
            return plan
    raise CannotApply(f"'{name}' is not an edge of the genotype")


def edges_into(topology: Topology, population: str) -> tuple[EdgePlan, ...]:
    """Edges into one population, feedback included; of all populations if the name is empty; none into the pool, which has no edges."""
    if not population:
        return tuple(topology.edges())
    if population == "readout":
        return (topology.readout,)
    return next((node.edges for node in topology.nodes if node.name == population), ())


def weighted_edges(topology: Topology, population: str) -> tuple[EdgePlan, ...]:
    """Those with weights of their own."""
    return tuple(edge for edge in edges_into(topology, population) if edge.weighted)


def owner(topology: Topology, place: str) -> str | None:
    """The population a place belongs to: its own place, or one of an edge into it; None for cores and the network."""
    if topology.pool is not None and place == "head.pool":
        return topology.pool.name
    for node in topology.nodes:
        if place == node.place or any(place in (edge.place, f"{edge.place}.pool") for edge in node.edges):
            return node.name
    return "readout" if place == topology.readout.place else None


def readers(topology: Topology, population: str) -> tuple[EdgePlan, ...]:
    """Edges that read a population."""
    return tuple(edge for edge in topology.edges() if population in edge.sources)
