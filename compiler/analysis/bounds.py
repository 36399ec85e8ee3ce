"""Worst-case sums: what can arrive at a population in one step, proved from weights, fan-in and input ranges alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from litesnn.compiler.graph import Graph, Membranes
from litesnn.compiler.graph.kinds.registers import Ints


def steps_from_zero(graph: Graph) -> int:
    """Most steps that a population computes from zero state: T, and where samples are isolated also those before it is reached."""
    if not graph.isolated:
        return graph.timesteps
    return graph.timesteps + max(population.arrival or 0 for population in graph.populations)


def accumulator_bounds(
    graph: Graph, population: Membranes, sent: Mapping[str, tuple[int, int]] | None = None
) -> tuple[Ints, Ints]:
    """Lowest and highest synaptic sum per channel (C,), weight units.

    `sent` : source -> smallest and largest value it sends; what its population can send at all where not given. A source may
    always be silent, so 0 counts among its values.
    """
    low, high = np.zeros(population.shape[0], np.int64), np.zeros(population.shape[0], np.int64)
    for block in graph.into(population.name):
        source = graph[block.source]
        lowest, highest = sent[source.name] if sent is not None else source.sent
        minimum, maximum = min(lowest, 0), max(highest, 0)
        positive, negative = block.geometry.sums(source.shape, population.shape)
        high += (positive * maximum - negative * minimum) << block.exponent
        low += (positive * minimum - negative * maximum) << block.exponent
    return low, high
