"""Synapse blocks as NIR's linear nodes, with the program's integer weights as floats.

Layers that a dense or sparse block reaches, or that read such a layer, are flat (N,) as in other frameworks; all others keep
(C, H, W). A block between two maps is a convolution, behind a sum pool where it has a window; a block into a flat layer is a weight
matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import ExportError
from litesnn.compiler.frontends.bounded_hdf5 import Tree
from litesnn.compiler.graph import Conv2d, Graph, OneToOne, Pool, SynapseBlock, Table, per_axis
from litesnn.compiler.graph.geometry.depthwise import Depthwise

Floats = npt.NDArray[np.float64]
Pair = tuple[int, int]
MATRIX_MAX = 1 << 24  # weights of one unrolled matrix


def flat_layers(graph: Graph) -> set[str]:
    """Names of the populations that are flat in the file."""
    flat: set[str] = set()
    changed = True
    while changed:
        found = {p.name for p in graph.membranes if any(_flattens(block, flat) for block in graph.into(p.name))}
        changed = found != flat
        flat = found
    return flat


def _flattens(block: SynapseBlock, flat: set[str]) -> bool:
    return not block.geometry.to_map or block.source in flat


def bundles(blocks: Sequence[SynapseBlock]) -> list[list[SynapseBlock]]:
    """Blocks that are one layer of weights: the same two populations, geometry and delay (the signs of one edge, the bytes of wide
    weights).
    """
    found: dict[tuple[object, ...], list[SynapseBlock]] = {}
    for block in blocks:
        key = (
            block.source,
            block.geometry.kind,
            repr(block.geometry.params()),
            block.geometry.codes.shape[1:],
            block.delay,
        )
        found.setdefault(key, []).append(block)
    return list(found.values())


def layer_nodes(
    graph: Graph, bundle: Sequence[SynapseBlock], flat: set[str], bias: Floats | None
) -> Iterator[tuple[str, Tree]]:
    """The chain of nodes of a bundle, each with a name; `bias` (C,) is that of the target, in weight units, or None.

    Raises
    ------
    ExportError
        If blocks that must be unrolled are too large.
    """
    block = bundle[0]
    name, geometry = block.whole if len(bundle) > 1 else block.name, block.geometry
    if block.target in flat:
        yield from _matrix_nodes(graph, name, bundle, block.source not in flat, bias)
    else:
        yield from LAYERS.of(geometry, block.name)(geometry, graph, name, bundle, bias)


def _convolution(
    geometry: Conv2d, graph: Graph, name: str, bundle: Sequence[SynapseBlock], bias: Floats | None
) -> Iterator[tuple[str, Tree]]:
    weight = np.sum([part.geometry.codes * 2.0**part.exponent for part in bundle], axis=0)
    steps = (per_axis(geometry.stride), per_axis(geometry.padding), per_axis(geometry.dilation))
    yield name, _conv(weight, steps, bias, bundle, graph[bundle[0].source].shape)


def _by_channel(
    geometry: Depthwise, graph: Graph, name: str, bundle: Sequence[SynapseBlock], bias: Floats | None
) -> Iterator[tuple[str, Tree]]:
    """A convolution with zeros between channels: removed channels leave no groups that NIR could name."""
    source, target = graph[bundle[0].source].shape, graph[bundle[0].target].shape
    weight = np.zeros((target[0], source[0], *geometry.kernels.shape[1:]))
    for part in bundle:
        kernel = part.geometry.dense_kernel(source, target)
        assert kernel is not None
        weight += kernel * 2.0**part.exponent
    steps = (per_axis(geometry.stride), per_axis(geometry.padding), per_axis(geometry.dilation))
    yield name, _conv(weight, steps, bias, bundle, source)


def _window(
    geometry: Pool, graph: Graph, name: str, bundle: Sequence[SynapseBlock], bias: Floats | None
) -> Iterator[tuple[str, Tree]]:
    stride, padding = per_axis(geometry.stride), per_axis(geometry.padding)
    if (geometry.kernel, stride, padding) != ((1, 1), (1, 1), (0, 0)):
        pairs = {"kernel_size": geometry.kernel, "stride": stride, "padding": padding}
        yield f"{name}.pool", {"type": "SumPool2d", **{key: np.array(value) for key, value in pairs.items()}}
    target = graph[bundle[0].target]
    yield name, _conv(_pointwise(graph, bundle), ((1, 1), (0, 0), (1, 1)), bias, bundle, target.shape)


Layers = Callable[[Any, Graph, str, Sequence[SynapseBlock], Floats | None], Iterator[tuple[str, Tree]]]
# Between two maps; what leads to a list of neurons is a matrix, whatever its geometry.
LAYERS: Table[Layers] = Table(
    "NIR", {Conv2d: _convolution, Depthwise: _by_channel, Pool: _window, OneToOne: _window}, ExportError
)


def _pointwise(graph: Graph, bundle: Sequence[SynapseBlock]) -> Floats:
    """The 1 x 1 kernel that takes the channels of a window to the channels of the target."""
    weight = np.zeros((graph[bundle[0].target].shape[0], graph[bundle[0].source].shape[0], 1, 1))
    for block in bundle:
        geometry = block.geometry
        assert isinstance(geometry, Pool)
        np.add.at(weight[:, :, 0, 0], (geometry.targets, geometry.sources), geometry.codes * 2.0**block.exponent)
    return weight


def _matrix_nodes(
    graph: Graph, name: str, bundle: Sequence[SynapseBlock], flatten: bool, bias: Floats | None
) -> Iterator[tuple[str, Tree]]:
    source, target = graph[bundle[0].source], graph[bundle[0].target]
    if source.size * target.size > MATRIX_MAX:
        raise ExportError(
            f"'{name}': a matrix of {target.size:,} x {source.size:,} weights; NIR has no sparse node, and files may hold up to "
            f"{MATRIX_MAX:,} per matrix"
        )
    if flatten:
        node: Tree = {
            "type": "Flatten",
            "start_dim": np.array(0),
            "end_dim": np.array(-1),
            "input_type": np.array(source.shape),
        }
        yield f"{name}.flatten", node
    weight = np.sum([block.weights(source.shape, target.shape).toarray() for block in bundle], axis=0).astype(
        np.float64
    )
    if bias is None:
        yield name, {"type": "Linear", "weight": weight, "metadata": _metadata(bundle)}
    else:
        spread = np.repeat(bias, target.size // len(bias))
        yield name, {"type": "Affine", "weight": weight, "bias": spread, "metadata": _metadata(bundle)}


def _conv(
    weight: Floats,
    steps: tuple[Pair, Pair, Pair],
    bias: Floats | None,
    bundle: Sequence[SynapseBlock],
    shape: tuple[int, int, int],
) -> Tree:
    stride, padding, dilation = (np.array(step) for step in steps)
    return {
        "type": "Conv2d",
        "input_shape": np.array(shape[1:]),
        "weight": np.ascontiguousarray(weight, np.float64),
        "bias": np.zeros(weight.shape[0]) if bias is None else bias,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": np.array(1),
        "metadata": _metadata(bundle),
    }


def _metadata(bundle: Sequence[SynapseBlock]) -> Tree:
    """Per block of the bundle: its name, exponent, delay and weight format."""
    found: Tree = {
        "blocks": np.array([block.name for block in bundle], object),
        "exponent": np.array([block.exponent for block in bundle]),
        "delay": np.array([block.delay for block in bundle]),
    }
    formats = [block.format for block in bundle if block.format is not None]
    if len(formats) == len(bundle):
        found["num_weight_bits"] = np.array([f.num_weight_bits for f in formats])
        found["weight_exp"] = np.array([f.weight_exp for f in formats])
        found["sign_mode"] = np.array([f.sign_mode for f in formats], object)
    return found
