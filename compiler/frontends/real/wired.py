"""The network between the neurons: populations, and the linear map and delay of every path from one to the next."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.linear_map import LinearMap, Shape3
from litesnn.compiler.frontends.real.nodes import Node, Shape

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Connection:
    """All linear paths of one delay from one population to another.

    `delay` in steps; `weights` names the weight node nearest to the target, None where the path has none.
    """

    source: str
    target: str
    delay: int
    map: LinearMap
    weights: str | None


@dataclass(frozen=True, eq=False)
class Layer3:
    """A population to be: its node (the Output where the network ends in a linear node), shape (C, H, W), inputs.

    `bias` is what arrives every step from the biases of linear nodes, (C, H, W) by the step from which on it does.
    """

    node: Node
    shape: Shape3
    incoming: tuple[Connection, ...]
    bias: Mapping[int, Floats]


@dataclass(frozen=True, eq=False)
class Wiring:
    """Layers in reading order, the input's shape, the name of the layer that is read out, and nodes that lead nowhere."""

    input_shape: Shape3
    layers: tuple[Layer3, ...]
    output: str
    unread: tuple[str, ...]


def shape3(shape: Shape) -> Shape3:
    """(C, H, W) of any shape: missing axes are 1, (channels, length) has height 1, axes after the third join it."""
    if len(shape) > 3:
        shape = (shape[0], shape[1], math.prod(shape[2:]))
    if len(shape) == 2:
        shape = (shape[0], 1, shape[1])
    padded = (*shape, 1, 1, 1)
    return (padded[0], padded[1], padded[2])
