"""Which networks the kernels compute, and which they leave to the simulator on tensors."""

from __future__ import annotations

import numpy as np

from litesnn.compiler.graph import WEIGHT_SHIFT, Graph, Lif, Maximum, ProgrammedLif, Readout, Relay
from litesnn.runtime.exact.native.arrays import WORD
from litesnn.runtime.exact.native.synapses import LAYOUTS

KINDS = (Lif, ProgrammedLif, Maximum, Relay, Readout)
"""Kinds with the leaky step of native/leaky.h."""
# Registers are int32 here: a current before it wraps is the largest sum and a register of 2^23.
LARGEST_SUM = (2**31 - 2**23 - 1) >> WEIGHT_SHIFT
LARGEST_BIAS = 2**29
LARGEST_MAP = 2**30  # neurons, channels padded: numbers of places and neurons are int32
LARGEST_ROW = 2**16 - 1  # number of a row of weights of windows; the last one adds nothing


def reason_against(graph: Graph) -> str | None:
    """Why the kernels cannot compute a graph, whatever its inputs; None where they can."""
    for population in graph.populations:
        if population.shape[1] * population.shape[2] * (population.shape[0] + WORD) > LARGEST_MAP:
            return f"'{population.name}' has more than {LARGEST_MAP:,} neurons"
    for population in graph.membranes:
        if type(population) not in KINDS:
            return f"'{population.name}' is of kind {population.kind}"
        if np.abs(population.bias).max(initial=0) > LARGEST_BIAS:
            return f"'{population.name}' has a bias beyond {LARGEST_BIAS}"
    for block in graph.blocks:
        if type(block.geometry) not in LAYOUTS:
            return f"'{block.name}' is of geometry {block.geometry.kind}"
    return None
