"""How many samples go side by side: enough to keep every operation busy, few enough for the caches and the memory."""

from __future__ import annotations

from litesnn.compiler.graph import Graph

FLOAT_BYTES = 4
# One step of the largest population: above it, Python's share of an operation no longer shows; far above, caches overflow.
STEP_BYTES = 2 * 2**20
# What all steps of the live populations may take.
BATCH_BYTES = 256 * 2**20
STATE_MAPS = 6


def batch_size(graph: Graph, steps: int, samples: int) -> int:
    """Samples per batch of a run of `samples`, each of `steps` steps; batches are of nearly equal size."""
    largest = max(population.size for population in graph.populations)
    fitting = min(STEP_BYTES // (largest * FLOAT_BYTES), BATCH_BYTES // bytes_per_sample(graph, steps), samples)
    batches = -(-samples // max(1, fitting))
    return max(1, -(-samples // max(1, batches)))


def bytes_per_sample(graph: Graph, steps: int) -> int:
    """Most memory that one sample takes at any time, without packing: values still to be read, sums, kernels' results, states."""
    order = [population for component in graph.components() for population in component]
    position = {population.name: index for index, population in enumerate(order)}
    last_read = {population.name: position[population.name] for population in order}
    for block in graph.blocks:
        last_read[block.source] = max(last_read[block.source], position[block.target])
    most = 0
    for index, population in enumerate(order):
        live = sum(p.size for p in order[: index + 1] if last_read[p.name] >= index)
        most = max(most, (live + 2 * population.size) * steps + STATE_MAPS * population.size)
    return most * FLOAT_BYTES
