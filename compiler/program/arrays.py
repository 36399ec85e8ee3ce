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
    STATE_MAX,
    Conv2d,
    Dense,
    Geometry,
    Graph,
    Membranes,
    Neurons,
    OneToOne,
    Pool,
    Population,
    SigmaDelta,
    Sparse,
    SynapseBlock,
    per_axis,
)

Array = npt.NDArray[Any]
MEMBRANE_ARRAYS = ("bias_mant", "bias_exp", "unit", "vth")
NEURONS_MAX = 2**24
STATE_BITS = 23  # of the widest register, its sign left out
_DIMENSIONS: dict[type[Geometry], int] = {Conv2d: 4, Dense: 2, Pool: 1, OneToOne: 1, Sparse: 1}


def graph_arrays(graph: Graph) -> Iterator[tuple[Population | SynapseBlock, str, Array]]:
    """Every array of a graph: what it belongs to, its name in the file, its values."""
    for population in graph.membranes:
        for part in MEMBRANE_ARRAYS:
            values = getattr(population, part, None)
            if values is not None:
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
        yield from _membrane_problems(population)
    for block in graph.blocks:
        for problem in _geometry_problems(block.geometry):
            yield f"block '{block.name}': {problem}"


def _dtype(owner: Population | SynapseBlock, name: str) -> npt.DTypeLike:
    if isinstance(owner, SynapseBlock):
        return np.int32 if name.endswith(".codes") else np.int64
    return np.float64 if name.endswith(".unit") else np.int64


def _membrane_problems(population: Membranes) -> Iterator[str]:
    name, count = population.name, population.shape[0]
    for part in MEMBRANE_ARRAYS:
        values = getattr(population, part, None)
        if values is not None and values.shape != (count,):
            yield f"'{name}': {part} has shape {values.shape}, allowed ({count},)"
            return
    if (population.bias_mant is None) != (population.bias_exp is None):
        yield f"'{name}': a bias has a mantissa and an exponent; found one of them"
    for part, low, high in (("bias_exp", 0, STATE_BITS), ("bias_mant", -STATE_MAX, STATE_MAX)):
        values = getattr(population, part)
        if values is not None and not low <= values.min() <= values.max() <= high:
            yield f"'{name}': {part} {values.min()}..{values.max()}; allowed: {low}..{high}"
    if population.unit is not None and not (np.isfinite(population.unit) & (population.unit > 0)).all():
        yield f"'{name}': unit holds values that are not positive numbers"
    silent = isinstance(population, SigmaDelta) and population.kind == "sigma"
    if isinstance(population, (Neurons, SigmaDelta)) and (population.vth is None) != silent:
        yield f"'{name}': {'has' if silent else 'lacks'} a threshold (tensor '{name}.vth')"


def _geometry_problems(geometry: Geometry) -> Iterator[str]:
    wanted = _DIMENSIONS[type(geometry)]
    shapes = {part: values.shape for part, values in geometry.arrays().items()}
    for part, shape in shapes.items():
        if len(shape) != (wanted if part == "codes" else 1) or (wanted > 1 and 0 in shape):
            yield f"{part} has shape {shape}; allowed: {wanted} dimensions, none empty"
            return
    if isinstance(geometry, (Conv2d, Pool)):
        steps = [
            *per_axis(geometry.stride),
            *(geometry.kernel if isinstance(geometry, Pool) else per_axis(geometry.dilation)),
        ]
        if min(steps) < 1:
            yield "stride, kernel and dilation must be 1 or more"
    if isinstance(geometry, OneToOne) and (geometry.kernel, *_windows(geometry)) != ((1, 1), (1, 1), (0, 0)):
        yield "one to one has a kernel and a stride of 1 and no padding"
    if isinstance(geometry, Pool):
        yield from _channel_problems(geometry)
    if isinstance(geometry, Sparse):
        yield from _row_problems(geometry)


def _windows(geometry: Pool) -> tuple[tuple[int, int], tuple[int, int]]:
    return per_axis(geometry.stride), per_axis(geometry.padding)


def _channel_problems(geometry: Pool) -> Iterator[str]:
    sources, targets = geometry.sources, geometry.targets
    if len(sources) != len(targets):
        yield "sources and targets differ in length"
    elif len(sources) and min(sources.min(), targets.min()) < 0:
        yield "channel ids must be 0 or more"
    elif len(np.unique(np.stack([sources, targets]), axis=1).T) != len(sources):
        yield "two channels are joined twice"


def _row_problems(geometry: Sparse) -> Iterator[str]:
    indices, indptr, stored = geometry.indices, geometry.indptr, len(geometry.codes)
    if not len(indptr) or indptr[0] != 0 or indptr[-1] != len(indices) or stored != len(indices):
        yield f"indptr must run from 0 to the number of codes ({stored})"
    elif (np.diff(indptr) < 0).any():
        yield "indptr must not fall"
    elif stored and indices.min() < 0:
        yield "indices must be 0 or more"
    else:
        rows = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
        if ((np.diff(indices) <= 0) & (np.diff(rows) == 0)).any():
            yield "the indices of a row must rise"
