"""How many samples are simulated at a time."""

from __future__ import annotations

from litesnn.compiler.graph import Graph

CHUNK_BYTES = 256 * 2**20
BYTES_PER_NEURON_STEP = 16


def chunk_size(graph: Graph) -> int:
    """Samples whose recordings fit the memory budget."""
    neurons = sum(population.size for population in graph.membranes)
    return max(1, CHUNK_BYTES // (neurons * graph.timesteps * BYTES_PER_NEURON_STEP))
