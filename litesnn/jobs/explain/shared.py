"""What both builders of hybrid networks need: the chip's side of a population and of a block."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import WEIGHT_SHIFT, Graph, Membranes, SynapseBlock
from litesnn.jobs.explain.operators import Operator, operator
from litesnn.jobs.explain.parts import Added, Constants, of_4096

Floats = npt.NDArray[np.float64]
MEMBRANE = 2.0**WEIGHT_SHIFT
"""Membrane units of a weight unit."""


def chip_constants(population: Membranes) -> Constants:
    """The integers that a population computes with."""
    threshold = None if population.sends == "nothing" else population.threshold
    return Constants(
        decay=of_4096(population.decay_mantissa),
        current_decay=of_4096(population.current_mantissa),
        threshold=None if threshold is None else per_channel(threshold),
        added=[Added(per_channel(population.bias))],
    )


def per_channel(values: npt.NDArray[np.generic]) -> Floats:
    """(C,) as (C, 1, 1), float64."""
    return values.astype(np.float64)[:, None, None]


def chip_synapses(graph: Graph, block: SynapseBlock) -> Operator:
    """A block's integer weights, in membrane units."""
    values = block.geometry.codes.astype(np.float64) * (2.0**block.exponent * MEMBRANE)
    return operator(block.geometry, values, graph[block.source].shape, graph[block.target].shape)


def shift_of(graph: Graph, block: SynapseBlock) -> int:
    """Steps from sending to arriving: on the chip's axis where samples are isolated, else on the network's."""
    return block.latency if graph.isolated else block.distance


def depth_of(graph: Graph) -> int:
    """Steps of the chip that follow a sample's last one."""
    return max(population.arrival or 0 for population in graph.populations) if graph.isolated else 0


def first_of(graph: Graph, population: Membranes) -> int:
    """The step of the axis at which a population's window begins."""
    return (population.arrival or 0) if graph.isolated else 0


def ordered(graph: Graph) -> list[Membranes]:
    """Such that what acts within a step stands before its readers."""
    return [population for population in graph.topological() if isinstance(population, Membranes)]
