"""The parts of a graph that a chip holds: what the host computes takes no register, no synapse and no axon."""

from __future__ import annotations

from litesnn.compiler.graph import Graph, Membranes, SynapseBlock


def blocks(graph: Graph) -> list[SynapseBlock]:
    """Blocks whose synapses stand in the memory of a core."""
    hosted = {population.name for population in graph.membranes if population.on_host}
    return [block for block in graph.blocks if block.target not in hosted]


def membranes(graph: Graph) -> list[Membranes]:
    """Populations that a core computes."""
    return [population for population in graph.membranes if not population.on_host]


def in_registers(graph: Graph) -> list[Membranes]:
    """Those whose constants stand in registers; other kinds keep theirs in words of their state."""
    return [population for population in membranes(graph) if population.in_registers]
