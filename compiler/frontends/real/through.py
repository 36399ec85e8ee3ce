"""What each linear node makes of a map: a table, in which nothing stands for all the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.real import maps
from litesnn.compiler.frontends.real.linear_map import LinearMap
from litesnn.compiler.frontends.real.nodes import Conv2d, Flatten, Linear, Node, Pool2d, Scale, Shape, broadcast
from litesnn.compiler.frontends.real.shapes import conv_padding
from litesnn.compiler.frontends.real.wired import shape3

Through: TypeAlias = Callable[[Any, LinearMap, Shape], LinearMap]


def through(node: Node, before: LinearMap, shape: Shape) -> LinearMap:
    """A map with a node behind it, whose output has `shape`.

    Raises
    ------
    ImportFileError
        For a node that is not linear.
    """
    if type(node) not in THROUGH:
        known = ", ".join(kind.__name__ for kind in THROUGH)
        raise ImportFileError(f"found {node.type} between neurons; allowed: {known}")
    return THROUGH[type(node)](node, before, shape)


def _linear(node: Linear, before: LinearMap, shape: Shape) -> LinearMap:
    return maps.dense(before, node.weight)


def _convolution(node: Conv2d, before: LinearMap, shape: Shape) -> LinearMap:
    # Convolutions and pools see the map's own shape: only a flattening could have changed it.
    return maps.conv(
        before,
        node.weight,
        stride=node.stride,
        padding=conv_padding(node),
        dilation=node.dilation,
        groups=node.groups,
        out_shape=shape3(shape),
    )


def _pool(node: Pool2d, before: LinearMap, shape: Shape) -> LinearMap:
    factor = 1.0 if node.type == "SumPool2d" else 1.0 / (node.kernel[0] * node.kernel[1])
    return maps.pool(before, factor, node.kernel, node.stride, node.padding, shape3(shape))


def _scale(node: Scale, before: LinearMap, shape: Shape) -> LinearMap:
    return before.scaled(broadcast(node.scale, shape).reshape(before.out_shape))


def _flatten(node: Flatten, before: LinearMap, shape: Shape) -> LinearMap:
    return before


THROUGH: dict[type[Node], Through] = {
    Linear: _linear,
    Conv2d: _convolution,
    Pool2d: _pool,
    Scale: _scale,
    Flatten: _flatten,
}
