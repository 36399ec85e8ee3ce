"""Archives of the arrays that SANA-FE's layers are made of (`dvs_challenge.npz` in its wheel), as the description of the network.

`conv1`, `conv2`, ... are kernels (rows, columns, input channels, output channels) without padding, then `dense1`, ... matrices (sources,
targets), in their numbers' order; `thresholds` has one for the input and one for each of them, `inputs` the biases of the input neurons.
Strides stand in the script that builds the network, and are told with --strides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.sanafe.description import (
    NEURONS_MAX,
    AllToAll,
    Attributes,
    Connection,
    Convolution,
    Description,
    Floats,
    Group,
    Shape,
    convolved,
)
from litesnn.compiler.frontends.sanafe.place import Place
from litesnn.reading import Kind, npz_names, read_npz

LAYER = re.compile(r"(conv|dense)(\d{1,4})", re.ASCII)
OTHERS = ("inputs", "thresholds")
UNPACKED = 2**30
KIND = Kind(ImportFileError, name="SANA-FE archive", limit=2**28, hint="larger than any network")
Arrays = Mapping[str, npt.NDArray[Any]]


def holds_layers(path: Path) -> bool:
    """Whether an archive has the arrays of a network, by their names."""
    try:
        names = npz_names(path, KIND)
    except ImportFileError:
        return False
    return set(OTHERS) <= names and any(LAYER.fullmatch(name) for name in names)


def read_arrays(path: Path, input_shape: Shape | None, strides: tuple[int, ...]) -> Description:
    """The network of an archive.

    Parameters
    ----------
    input_shape : (channels, height, width); one channel on a square where None
    strides : of the convolutions in their order, of rows and columns alike; 1 where there are fewer

    Raises
    ------
    ImportFileError
        For arrays that are no such network, by name.
    """
    arrays = read_npz(path, KIND, unpacked=UNPACKED)
    place = Place(path.name, "arrays")
    unknown = sorted(name for name in arrays if name not in OTHERS and not LAYER.fullmatch(name))
    if unknown:
        place.refuse(f"found '{unknown[0]:.60}'; allowed: conv1, conv2, ..., dense1, ..., {', '.join(OTHERS)}")
    layers = sorted((name for name in arrays if LAYER.fullmatch(name)), key=_order)
    missing = [name for name in OTHERS if name not in arrays]
    if missing or not layers:
        place.refuse(f"found no {', '.join(missing) or 'layers'}; allowed: {', '.join(OTHERS)} and layers")
    inputs, thresholds = (_floats(place.below(name), arrays[name], 1) for name in OTHERS)
    if len(thresholds) != len(layers) + 1:
        place.below("thresholds").refuse(f"found {len(thresholds)}; allowed: {len(layers) + 1}, the input's first")
    shape = input_shape or _square(place.below("inputs"), len(inputs))
    if int(np.prod(shape)) != len(inputs):
        place.below("inputs").refuse(f"found {len(inputs)} values; --input-shape says {shape}")
    said = _written(thresholds)
    first: list[Attributes] = [{"threshold": said[0], "bias": repr(value)} for value in inputs.tolist()]
    groups = {"input": Group("input", place.below("inputs"), neurons=first, units=[None] * len(first), shape=shape)}
    connections: list[Connection] = []
    waiting = list(strides)
    before = groups["input"]
    for name, threshold in zip(layers, said[1:], strict=True):
        at = place.below(name)
        if name.startswith("conv"):
            convolution = _convolution(at, before, name, arrays[name], waiting.pop(0) if waiting else 1)
            shape = convolution.out_shape
            connections.append(convolution)
        else:
            dense = _dense(at, before, name, arrays[name])
            shape = (dense.weight.shape[0], 1, 1)
            connections.append(dense)
        size = int(np.prod(shape))
        if size > NEURONS_MAX:
            at.refuse(f"found {size:,} neurons; allowed: {NEURONS_MAX:,}")
        shared: Attributes = {"threshold": threshold}
        before = groups[name] = Group(name, at, neurons=[shared] * size, units=[None] * size, shape=shape)
    if waiting:
        place.refuse(f"--strides: found {len(strides)} for {len(strides) - len(waiting)} convolutions")
    return Description(path.name, path.stem, groups, tuple(connections))


def _order(name: str) -> tuple[bool, int]:
    match = LAYER.fullmatch(name)
    assert match is not None
    return match[1] == "dense", int(match[2])


def _convolution(at: Place, before: Group, name: str, array: npt.NDArray[Any], stride: int) -> Convolution:
    kernel = _floats(at, array, 4)
    rows, columns, channels, kernels = kernel.shape
    assert before.shape is not None
    if channels != before.shape[0] or rows > before.shape[1] or columns > before.shape[2]:
        at.refuse(
            f"found kernels {kernel.shape}; the layer before is {before.shape} (C, H, W); allowed: (rows, columns, C, kernels)"
        )
    shape = convolved(before.shape, (rows, columns), (stride, stride), kernels)
    weight = kernel.transpose(3, 2, 0, 1)
    return Convolution(
        *(before.name, name, at),
        weight=weight,
        delay=np.zeros(weight.shape, np.int64),
        stride=(stride, stride),
        in_shape=before.shape,
        out_shape=shape,
    )


def _dense(at: Place, before: Group, name: str, array: npt.NDArray[Any]) -> AllToAll:
    matrix = _floats(at, array, 2)
    if matrix.shape[0] != before.size:
        at.refuse(
            f"found a matrix {matrix.shape}; the layer before has {before.size} neurons {before.shape}. Strides of convolutions stand "
            "in no array: --strides says them (2,1,1,1 for SANA-FE's DVS gesture network)"
        )
    return AllToAll(before.name, name, place=at, weight=matrix.T, delay=np.zeros(matrix.T.shape, np.int64))


def _floats(at: Place, array: npt.NDArray[Any], dimensions: int) -> Floats:
    if array.dtype.kind not in "biuf" or array.ndim != dimensions or not array.size:
        at.refuse(f"found {array.dtype} of shape {array.shape}; allowed: numbers over {dimensions} axes")
    values = array.astype(np.float64)
    if not np.isfinite(values).all() or np.abs(values).max() > 2**31:
        at.refuse("found values that are not finite, or beyond 2^31; allowed: numbers within")
    return values


def _square(at: Place, size: int) -> Shape:
    side = isqrt(size)
    if side * side != size:
        at.refuse(f"found {size} values, no square; allowed with --input-shape C,H,W")
    return (1, side, side)


def _written(values: Floats) -> list[str]:
    return [repr(value) for value in values.tolist()]
