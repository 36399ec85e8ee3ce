"""Shape inference: the shape that every node of a NIR graph sends, from the Input on.

Frameworks write batch axes of 1 into the Input's shape and scalars where a layer has one value for all neurons; both are
understood. Everything else must fit.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.real.network import RealNetwork
from litesnn.compiler.frontends.real.nodes import (
    Conv1d,
    Conv2d,
    Delay,
    Flatten,
    Floats,
    Linear,
    Neuron,
    Node,
    Pool2d,
    Port,
    Scale,
    Shape,
    broadcast,
)

Padding = tuple[tuple[int, int], tuple[int, int]]


def infer_shapes(graph: RealNetwork, input_shape: Shape | None = None) -> dict[str, Shape]:
    """The shape each node sends; nodes that nothing reaches are left out.

    Raises
    ------
    ImportFileError
        Where a node cannot take what arrives, two arriving shapes differ, the file says another shape than arrives, or a node that
        nothing from the Input reaches sends to one that is reached.
    """
    if input_shape is not None:
        return _checked(graph, _propagate(graph, input_shape), declared=False)
    shape = graph.input.shape
    if not shape:
        raise graph.error(graph.input.name, "the file does not say its shape; give --input-shape C,H,W")
    refused: list[ImportFileError] = []
    contradicted: list[ImportFileError] = []
    for left in _readings(shape):
        fitting = {}
        for taken in left:
            try:
                found = _propagate(graph, taken)
            except ImportFileError as error:
                refused.append(error)
                continue
            try:
                fitting[taken] = _checked(graph, found, beside=shape)
            except ImportFileError as error:
                contradicted.append(error)
        if len(fitting) == 1:
            return fitting.popitem()[1]
        if fitting:
            raise graph.error(
                graph.input.name,
                f"its shape {shape} has axes that the network has no use for, a batch or time steps, and either "
                f"{' or '.join(map(str, fitting))} could be left; shapes have neither. Correct it, or give --input-shape C,H,W",
            )
    raise (contradicted or refused)[0]


def _readings(shape: Shape) -> Iterator[tuple[Shape, ...]]:
    """What a shape may mean, first things first: itself; without leading axes of 1, a batch; without one axis or two at either end."""
    yield (shape,)
    ones = next((i for i, side in enumerate(shape) if side != 1), len(shape) - 1)
    for batch in range(1, ones + 1):
        yield (shape[batch:],)
    for axes in range(1, min(3, len(shape))):
        yield tuple(dict.fromkeys((shape[axes:], shape[:-axes])))


def _propagate(graph: RealNetwork, input_shape: Shape) -> dict[str, Shape]:
    shapes = {graph.input.name: input_shape}
    waiting = deque(graph.after(graph.input.name))
    while waiting:
        name = waiting.popleft()
        if name in shapes:
            continue
        arriving = next(shapes[source] for source in graph.before(name) if source in shapes)
        shapes[name] = sent_shape(graph, graph.nodes[name], arriving)
        waiting.extend(graph.after(name))
    for source, target in graph.edges:
        if source in shapes and sent_shape(graph, graph.nodes[target], shapes[source]) != shapes[target]:
            raise graph.error(target, f"'{source}' sends {shapes[source]}, which does not fit what else arrives")
    return shapes


def _checked(
    graph: RealNetwork, shapes: dict[str, Shape], declared: bool = True, beside: Shape = ()
) -> dict[str, Shape]:
    """The shapes, if nothing of the file contradicts them; axes of 1 (batches) are no contradiction.

    Nor are the axes of `beside`, the Input's shape in the file, that are left out of all shapes.
    """
    left = len(beside) - len(shapes[graph.input.name])
    for name, shape in shapes.items():
        for source in graph.before(name):
            if source not in shapes:
                raise graph.error(
                    name, f"reads '{source}', which nothing from the Input reaches; connect it, or delete its edge"
                )
        if not declared:
            continue
        node = graph.nodes[name]
        said = (node.shape or None) if isinstance(node, Port) else node.declared
        arriving = next((shapes[source] for source in graph.before(name)), shape)
        if isinstance(node, Conv2d) and said is not None:
            axes = 1 if isinstance(node, Conv1d) else 2
            said, arriving = said[-axes:], arriving[-axes:]
        if said is not None and not any(_same(part, arriving) for part in _without(said, beside, left)):
            raise graph.error(
                name, f"the file says that {said} arrives; {arriving} does. Correct the file, or give --input-shape"
            )
    return shapes


def _without(said: Shape, beside: Shape, left: int) -> Iterator[Shape]:
    """A shape that the file says, as it is and without the axes that were left out of the Input's."""
    yield said
    if 0 < left < len(said):
        if said[:left] == beside[:left]:
            yield said[left:]
        if said[-left:] == beside[-left:]:
            yield said[:-left]


def _same(said: Shape, arriving: Shape) -> bool:
    """Whether two shapes hold the same values in the same order: up to axes of 1 (batches), or one of them flat."""
    long, other = (tuple(side for side in shape if side != 1) for shape in (said, arriving))
    return long == other or (math.prod(long) == math.prod(other) and min(len(long), len(other)) <= 1)


def sent_shape(graph: RealNetwork, node: Node, shape: Shape) -> Shape:
    """What a node sends when `shape` arrives."""
    if isinstance(node, Linear):
        if math.prod(shape) != node.weight.shape[1]:
            raise graph.error(node.name, f"receives {shape}; its weight takes {node.weight.shape[1]} values")
        return (node.weight.shape[0],)
    if isinstance(node, Conv2d):
        return _conv_shape(graph, node, shape)
    if isinstance(node, Pool2d):
        size = _sides(shape[-2:], node.kernel, node.stride, (1, 1), ((node.padding[0],) * 2, (node.padding[1],) * 2))
        return _map(graph, node, shape, shape[0], size)
    if isinstance(node, Flatten):
        return _flat_shape(graph, node, shape)
    if isinstance(node, (Scale, Delay, Neuron)):
        for key, value in _parameters(node):
            try:
                broadcast(value, shape)
            except ValueError:
                raise graph.error(node.name, f"receives {shape}; '{key}' has shape {value.shape}") from None
        return shape
    assert isinstance(node, Port)
    return shape


def conv_padding(node: Conv2d) -> Padding:
    """((top, bottom), (left, right)); `same` puts the odd row below and right, as torch does."""
    if node.padding == "valid":
        return (0, 0), (0, 0)
    if node.padding == "same":
        height, width = (d * (k - 1) for d, k in zip(node.dilation, node.weight.shape[2:], strict=True))
        return (height // 2, height - height // 2), (width // 2, width - width // 2)
    return (node.padding[0], node.padding[0]), (node.padding[1], node.padding[1])


def _parameters(node: Scale | Delay | Neuron) -> list[tuple[str, Floats]]:
    if isinstance(node, Scale):
        return [("scale", node.scale)]
    if isinstance(node, Delay):
        return [("delay", node.delay)]
    return list(node.parameters.items())


def _conv_shape(graph: RealNetwork, node: Conv2d, shape: Shape) -> Shape:
    if isinstance(node, Conv1d) and len(shape) == 2:
        channels, _, length = _conv_shape(graph, node, (shape[0], 1, shape[1]))
        return (channels, length)
    channels = node.weight.shape[1] * node.groups
    if len(shape) == 3 and shape[0] != channels:
        raise graph.error(node.name, f"receives {shape}; its weight reads {channels} channels")
    size = _sides(shape[-2:], node.weight.shape[2:], node.stride, node.dilation, conv_padding(node))
    return _map(graph, node, shape, node.weight.shape[0], size)


def _sides(sides: Shape, kernel: Shape, stride: Shape, dilation: Shape, padding: Padding) -> list[int]:
    return [
        (side + sum(pad) - d * (k - 1) - 1) // s + 1
        for side, k, s, d, pad in zip(sides, kernel, stride, dilation, padding, strict=False)
    ]


def _map(graph: RealNetwork, node: Node, shape: Shape, channels: int, size: list[int]) -> Shape:
    if len(shape) != 3:
        allowed = "(channels, length)" if isinstance(node, Conv1d) else "(channels, height, width)"
        raise graph.error(node.name, f"receives {shape}; allowed: {allowed}")
    if min(size) < 1:
        raise graph.error(node.name, f"receives {shape}, which is smaller than its window")
    return (channels, size[0], size[1])


def _flat_shape(graph: RealNetwork, node: Flatten, shape: Shape) -> Shape:
    axes = len(shape)
    start, end = (axis + axes if axis < 0 else axis for axis in (node.start, node.end))
    if axes > 0 and start == end + 1 == axes:  # start_dim 1 of a layer without batch that is flat already
        return shape
    if not 0 <= start <= end < axes:
        raise graph.error(node.name, f"flattens axes {node.start}..{node.end} of {shape}, which has {axes}")
    return (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])
