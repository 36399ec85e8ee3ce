"""What each linear node makes of a map: a table, in which nothing stands for all the rest.

Each node says its grid and itself in whole numbers of it, where it has one; a map stays on a grid as long as all of a chain do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.real import maps
from litesnn.compiler.frontends.real.grids import WHOLE_MAX, Grid, grid_of
from litesnn.compiler.frontends.real.linear_map import LinearMap
from litesnn.compiler.frontends.real.nodes import Conv1d, Conv2d, Flatten, Linear, Node, Pool2d, Scale, Shape, broadcast
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
    count = THROUGH[type(node)]
    whole = None if before.grid is None else _whole(node)
    if whole is None or before.grid is None:
        return count(node, before.off_grid(), shape)
    grid, counting = whole
    found = replace(count(counting, replace(before, grid=None), shape), grid=before.grid.behind(grid))
    return found if np.abs(found.values).max(initial=0.0) < WHOLE_MAX else found.off_grid()


def _whole(node: Node) -> tuple[Grid, Node] | None:
    """The grid of a node, and the node in whole numbers of it; None where its weights lie on none."""
    if isinstance(node, (Linear, Conv2d)):
        found = grid_of(node.weight)
        return None if found is None else (found[0], replace(node, weight=found[1]))
    if isinstance(node, Scale):
        size = float(np.abs(node.scale).max())
        if size == 0 or (np.abs(node.scale) != size).any():
            return None
        return Grid(size), replace(node, scale=np.sign(node.scale))
    if isinstance(node, Pool2d):
        return Grid(_share(node)), replace(node, type="SumPool2d")
    return Grid(1.0), node


def _share(node: Pool2d) -> float:
    """What a pool multiplies its sums with."""
    return 1.0 if node.type == "SumPool2d" else 1.0 / (node.kernel[0] * node.kernel[1])


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
    summed = maps.pool(before, node.kernel, node.stride, node.padding, shape3(shape))
    return replace(summed, values=summed.values * _share(node))


def _scale(node: Scale, before: LinearMap, shape: Shape) -> LinearMap:
    return before.scaled(broadcast(node.scale, shape).reshape(before.out_shape))


def _flatten(node: Flatten, before: LinearMap, shape: Shape) -> LinearMap:
    return before


THROUGH: dict[type[Node], Through] = {
    Linear: _linear,
    Conv1d: _convolution,
    Conv2d: _convolution,
    Pool2d: _pool,
    Scale: _scale,
    Flatten: _flatten,
}
