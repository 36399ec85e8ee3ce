"""The parts of a graph that a chip holds: what the host computes takes no register, no synapse and no axon."""

from __future__ import annotations

from litesnn.compiler.graph import Graph, Membranes, SynapseBlock
from litesnn.compiler.profile import Profile


def blocks(graph: Graph) -> list[SynapseBlock]:
    """Blocks whose synapses stand in the memory of a core."""
    hosted = {population.name for population in graph.membranes if population.on_host}
    return [block for block in graph.blocks if block.target not in hosted]


def membranes(graph: Graph) -> list[Membranes]:
    """Populations that a core computes."""
    return [population for population in graph.membranes if not population.on_host]


def in_registers(graph: Graph, profile: Profile) -> list[Membranes]:
    """Those whose constants stand in registers: where neurons are fixed, of all that one computes; else a kind may keep its own."""
    fixed = not profile.neuron.programmable.value
    return [
        population
        for population in membranes(graph)
        if population.in_registers or (fixed and population.beyond_fixed() is None)
    ]
