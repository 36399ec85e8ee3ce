"""The arrays of a graph by the names they have in weights.safetensors, and what they may hold.

A graph that is read from a file is built from arrays that anybody may have written: types, shapes and indices are checked before
anything computes with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import (
    Graph,
    Population,
    SynapseBlock,
)

Array = npt.NDArray[Any]
NEURONS_MAX = 2**24


def graph_arrays(graph: Graph) -> Iterator[tuple[Population | SynapseBlock, str, Array]]:
    """Every array of a graph: what it belongs to, its name in the file, its values."""
    for population in graph.membranes:
        for part in population.arrays:
            values = getattr(population, part)
            if isinstance(values, np.ndarray):
                yield population, f"{population.name}.{part}", values
    for block in graph.blocks:
        for part, values in block.geometry.arrays().items():
            yield block, f"{block.name}.{part}", values


def array_problems(graph: Graph) -> Iterator[str]:
    """What keeps a graph's arrays and shapes from being what the rest of the compiler takes them for."""
    if sum(population.size for population in graph.populations) > NEURONS_MAX:
        yield f"has more than {NEURONS_MAX} neurons"
        return
    names = [name for _, name, _ in graph_arrays(graph)]
    for name in {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else ():
        yield f"tensor '{name}' belongs to two blocks or populations"
    for owner, name, values in graph_arrays(graph):
        wanted = _dtype(owner, name)
        if values.dtype != wanted:
            yield f"tensor '{name}': found {values.dtype}; allowed: {np.dtype(wanted)}"
    for population in graph.membranes:
        yield from population.array_problems()
    for block in graph.blocks:
        for problem in block.geometry.array_problems():
            yield f"block '{block.name}': {problem}"


def _dtype(owner: Population | SynapseBlock, name: str) -> npt.DTypeLike:
    if isinstance(owner, SynapseBlock):
        return np.int32 if name.endswith(".codes") else np.int64
    return np.float64 if name.endswith(".unit") else np.int64
