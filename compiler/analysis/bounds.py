"""Worst-case values: what accumulators and membranes can reach, proved from weights, fan-in and input ranges alone.

Bounds hold for every input. They are exact integers, computed with the same truncations as the neuron; loose only in that
all inputs of one sign are assumed active at once. They are those of registers without end: where one passes its register, what
the register holds is something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import DECAY_UNITY, STATE_MAX, WEIGHT_SHIFT, Graph, Membranes, Neurons

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Bounds:
    """Lowest and highest value per channel (C,) over all inputs and all steps of a sample.

    `accumulator` in weight units; `current` and `membrane` in membrane units, after the update and before the spike's reset.
    """

    accumulator_low: Ints
    accumulator_high: Ints
    current_low: Ints
    current_high: Ints
    membrane_low: Ints
    membrane_high: Ints


def bounds(graph: Graph, population: Membranes) -> Bounds:
    """Bounds of one population whose normalization is folded."""
    low, high = accumulator_bounds(graph, population)
    bias = population.bias
    decay, current_memory = population.decay_mantissa, DECAY_UNITY - (population.du + 1)
    threshold = (
        population.vth << WEIGHT_SHIFT if isinstance(population, Neurons) and population.vth is not None else None
    )
    current_low, current_high, membrane_low, membrane_high = (np.zeros_like(low) for _ in range(4))
    lowest_current, highest_current = current_low.copy(), current_high.copy()
    lowest, highest = membrane_low.copy(), membrane_high.copy()
    for _ in range(steps_from_zero(graph)):
        current_low = _decayed(current_low, current_memory) + (low << WEIGHT_SHIFT)
        current_high = _decayed(current_high, current_memory) + (high << WEIGHT_SHIFT)
        membrane_low = -((np.maximum(-membrane_low, 0) * decay) >> 12) + current_low + bias
        membrane_high = ((np.maximum(membrane_high, 0) * decay) >> 12) + current_high + bias
        lowest, highest = np.minimum(lowest, membrane_low), np.maximum(highest, membrane_high)
        lowest_current = np.minimum(lowest_current, current_low)
        highest_current = np.maximum(highest_current, current_high)
        if threshold is not None:
            # What is above the threshold spikes and is reset; what stays is at most the threshold.
            membrane_high = np.minimum(membrane_high, threshold)
    return Bounds(low, high, lowest_current, highest_current, lowest, highest)


def steps_from_zero(graph: Graph) -> int:
    """Most steps that a population computes from zero state: T, and where samples are isolated also those before it is reached."""
    if not graph.isolated:
        return graph.timesteps
    return graph.timesteps + max(population.arrival or 0 for population in graph.populations)


def _decayed(state: Ints, memory: int) -> Ints:
    decayed: Ints = np.sign(state) * ((np.abs(state) * memory) >> 12)
    return decayed


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


def never_spikes(graph: Graph, neurons: Neurons) -> npt.NDArray[np.bool_]:
    """Per channel (C,), True where no input can lift the membrane above the threshold.

    Where a strongly negative current could wrap around to a positive one, nothing is certain.
    """
    assert neurons.vth is not None
    found = bounds(graph, neurons)
    below: npt.NDArray[np.bool_] = found.membrane_high <= neurons.vth << WEIGHT_SHIFT
    silent: npt.NDArray[np.bool_] = below & (found.current_low >= -STATE_MAX)
    return silent
