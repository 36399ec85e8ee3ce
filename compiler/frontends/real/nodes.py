"""Nodes of a real-valued network as frozen dataclasses; a format's reader makes them from its file.

Names and meaning are NIR's (neuroir.org), for any format: `x` arrives, `y` is sent. What a node does over time is computed in
`discretize` (neurons) and `maps` (everything linear).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.shown import Brief
from litesnn.compiler.frontends.bounded_hdf5 import Value

Floats = npt.NDArray[np.float64]
Shape = tuple[int, ...]
Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Node:
    """What all nodes have: the name (subgraphs as `graph.node`), the type as the file names it, scalar and text metadata.

    `missing` maps fields that NIR's type has and the file does not to what was taken for them, in words.

    Attributes
    ----------
    population : sends what it makes of the steps before; paths of linear nodes begin and end at such
    neurons : a population of neurons
    weighted : has weights of its own, which bear its name
    reshapes : hands on what arrives as it is
    """

    population: ClassVar[bool] = False
    neurons: ClassVar[bool] = False
    weighted: ClassVar[bool] = False
    reshapes: ClassVar[bool] = False
    name: str
    type: str
    metadata: Mapping[str, Value] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    declared: Shape | None = field(default=None, kw_only=True)
    """The shape that the file says arrives (`input_type`, `input_shape`), for ports their own; None where it does not say."""

    @property
    def integrates(self) -> bool:
        """Neurons without a threshold, which can only be read out."""
        return False

    @property
    def offset(self) -> Floats | None:
        """What is added to every output channel, (C_out,)."""
        return None

    def steps(self, shape: Shape, dt: float) -> Floats | None:
        """By how many time steps of `dt` what arrives is held back, of the layer's shape; None where it is not."""
        return None


@dataclass(frozen=True, eq=False)
class Port(Node):
    """`Input` or `Output`; the shape without batch and time."""

    population: ClassVar[bool] = True
    shape: Shape = ()


@dataclass(frozen=True, eq=False, repr=False)
class Linear(Brief, Node):
    """`Linear` and `Affine`: y = weight @ x + bias; weight (out, in), bias (out,) or None."""

    weighted: ClassVar[bool] = True
    weight: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    bias: Floats | None = None

    @property
    def offset(self) -> Floats | None:
        """See `Node.offset`."""
        return self.bias


@dataclass(frozen=True, eq=False)
class Conv2d(Node):
    """Cross-correlation; weight (C_out, C_in / groups, kH, kW), bias (C_out,) or None; pairs are (height, width)."""

    weighted: ClassVar[bool] = True
    weight: Floats = field(default_factory=lambda: np.zeros((0, 0, 0, 0)))
    bias: Floats | None = None
    stride: Pair = (1, 1)
    padding: Pair | Literal["same", "valid"] = (0, 0)
    dilation: Pair = (1, 1)
    groups: int = 1

    @property
    def offset(self) -> Floats | None:
        """See `Node.offset`."""
        return self.bias


@dataclass(frozen=True, eq=False)
class Conv1d(Conv2d):
    """Cross-correlation along (C, length): a `Conv2d` of height 1, weight (C_out, C_in / groups, 1, N), pairs (none or 1, ...)."""


@dataclass(frozen=True, eq=False)
class Pool2d(Node):
    """`SumPool2d` or `AvgPool2d` (divided by the window, padding included); pairs are (height, width)."""

    kernel: Pair = (1, 1)
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)


@dataclass(frozen=True, eq=False)
class Flatten(Node):
    """Axes start..end (inclusive, without batch) become one, in C order."""

    reshapes: ClassVar[bool] = True
    start: int = 0
    end: int = -1


@dataclass(frozen=True, eq=False)
class Scale(Node):
    """y = x * scale, elementwise."""

    scale: Floats = field(default_factory=lambda: np.ones(()))


@dataclass(frozen=True, eq=False)
class Delay(Node):
    """y(t) = x(t - delay), in the file's unit of time."""

    delay: Floats = field(default_factory=lambda: np.zeros(()))

    def steps(self, shape: Shape, dt: float) -> Floats:
        """See `Node.steps`."""
        return broadcast(self.delay, shape) / dt


@dataclass(frozen=True, eq=False)
class Neuron(Node):
    """`IF`, `LIF`, `CubaLIF`, `I`, `LI`, `CubaLI`, `Threshold`: parameters by NIR's names, each of the layer's shape or scalar."""

    population: ClassVar[bool] = True
    neurons: ClassVar[bool] = True
    parameters: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def integrates(self) -> bool:
        """See `Node.integrates`."""
        return not self.spikes

    @property
    def spikes(self) -> bool:
        """Whether it has a threshold; the others are integrators, which can only be read out."""
        return "v_threshold" in self.parameters


def broadcast(value: Floats, shape: Shape) -> Floats:
    """A parameter for every neuron of a layer: scalars, single values and per-channel columns are spread.

    Raises
    ------
    ValueError
        If the parameter has another shape.
    """
    if value.size == 1:
        return np.full(shape, value.reshape(()))
    if value.ndim < len(shape) and value.shape == shape[:1]:
        value = value.reshape(-1, *(1,) * (len(shape) - 1))
    if value.shape != shape and value.size == math.prod(shape):
        value = value.reshape(shape)
    return np.broadcast_to(value, shape).astype(np.float64)
