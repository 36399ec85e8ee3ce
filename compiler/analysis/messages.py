"""What sigma-delta messages can add up to: each neuron sends changes, so their sum is its activation, whatever a single one is.

Bounds hold for every input. A message is rounded down when it is sent, so a sum can fall behind the activation by one per step.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph, Membranes, Population, SigmaDelta

Ints = npt.NDArray[np.int64]
Sums = Mapping[str, tuple[int, int]]


def message_sums(graph: Graph, steps: int) -> dict[str, tuple[int, int]]:
    """Population -> lowest and highest sum of all that one of its neurons has sent, at any step up to `steps`; 0 lies between."""
    sums: dict[str, tuple[int, int]] = {}
    looped = {member.name for group in graph.components() if len(group) > 1 for member in group}
    for population in graph.topological():
        low, high = population.sent
        found = (min(low, 0) * steps, max(high, 0) * steps)
        if isinstance(population, SigmaDelta) and population.name not in looped and population.kind != "sigma":
            found = _encoded(graph, population, sums, steps)
        sums[population.name] = found
    return sums


def sigma_bounds(graph: Graph, population: Membranes, sums: Sums) -> tuple[Ints, Ints]:
    """Lowest and highest sum of all that has arrived, per channel (C,), weight units."""
    low, high = np.zeros(population.shape[0], np.int64), np.zeros(population.shape[0], np.int64)
    for block in graph.into(population.name):
        source = graph[block.source]
        least, most = sums[source.name]
        positive, negative = block.geometry.sums(source.shape, population.shape)
        high += (positive * most - negative * least) << block.exponent
        low += (positive * least - negative * most) << block.exponent
    return low, high


def arrival_bounds(graph: Graph, population: Membranes, sums: Sums) -> tuple[Ints, Ints]:
    """Lowest and highest sum that arrives in one step: the difference of two sums of messages."""
    single = {
        name: (least - most, most - least) if isinstance(graph[name], SigmaDelta) else _values(graph[name])
        for name, (least, most) in sums.items()
    }
    return sigma_bounds(graph, population, single)


def _values(population: Population) -> tuple[int, int]:
    low, high = population.sent
    return min(low, 0), max(high, 0)


def _encoded(graph: Graph, population: SigmaDelta, sums: Sums, steps: int) -> tuple[int, int]:
    if population.kind == "delta":
        shift = population.spike_exp + population.state_exp
        reads = [graph[block.source] for block in graph.into(population.name)]
        low = sum(_values(source)[0] for source in reads) << shift
        high = sum(_values(source)[1] for source in reads) << shift
    else:
        lows, highs = sigma_bounds(graph, population, sums)
        low, high = int((lows + population.bias).min()), int((highs + population.bias).max())
        if population.activation == "relu":
            low, high = max(low, 0), max(high, 0)
    held = int(population.vth.max()) if population.vth is not None else 0
    return (min(low, 0) - held >> population.state_exp) - steps, max(high, 0) + held >> population.state_exp
