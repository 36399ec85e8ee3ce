"""Neurons that spike in every step: on the chip they carry biases through synapses; in NIR they are the biases of linear nodes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import ExportError
from litesnn.compiler.graph import Graph, Membranes, SynapseBlock

Floats = npt.NDArray[np.float64]


def constants(graph: Graph) -> set[str]:
    """Names of the populations that read nothing and whose bias alone is above the threshold."""
    return {p.name for p in graph.membranes if _always_spikes(p) and not graph.into(p.name)}


def constant_input(graph: Graph, blocks: Sequence[SynapseBlock], target: Membranes) -> Floats:
    """What arrives from such populations in every step, (C,) in weight units.

    Raises
    ------
    ExportError
        Where it differs within a channel, or begins after the sample does.
    """
    total = np.zeros(target.size)
    for block in blocks:
        source = graph[block.source]
        total += block.weights(source.shape, target.shape) @ np.ones(source.size)
        if graph.isolated and block.latency > (target.arrival or 0):
            raise ExportError(f"'{block.name}': a constant input that begins after the sample; NIR cannot say it")
    table: Floats = total.reshape(target.shape[0], -1)
    if (table != table[:, :1]).any():
        raise ExportError(f"'{target.name}': a constant input that differs within a channel; NIR cannot say it")
    return table[:, 0]


def _always_spikes(population: Membranes) -> bool:
    """Spiking neurons alone: others send what no bias of a linear node is."""
    threshold = population.threshold if population.sends == "spikes" else None
    return threshold is not None and bool((population.bias > threshold).all())
