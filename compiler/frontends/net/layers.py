"""The layers of a .net file as typed records.

Shapes are the file's: (channels, height, width), kernels (C_out, C_in / groups, kH, kW). Weights are SLAYER's integers, biases
are added to the membrane as `bias << 6`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from litesnn.compiler.frontends.net.fields import Ints
from litesnn.compiler.frontends.net.neurons import Neuron

Shape = tuple[int, int, int]
Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Layer:
    """What all layers have: their place in the file and their type."""

    place: str
    kind: str


@dataclass(frozen=True, eq=False)
class Input(Layer):
    """The input; with a neuron, real values x enter it as trunc(weight * x + bias)."""

    shape: Shape | None
    neuron: Neuron | None
    weight: int
    bias: int


@dataclass(frozen=True, eq=False)
class Recurrence:
    """Synapses of a layer onto itself, weight (out, out): a spike is back in the next step, or `delay` steps after that.

    `bias` (out,) is added in every step, as a bias of the neurons is.
    """

    weight: Ints
    bias: Ints | None
    delay: Ints | None


@dataclass(frozen=True, eq=False)
class Dense(Layer):
    """All to all, weight (out, in); with `recurrence` it reads itself as well; without a neuron it only integrates."""

    weight: Ints
    recurrence: Recurrence | None
    neuron: Neuron | None
    bias: Ints | None
    delay: Ints | None


class Window(NamedTuple):
    """How a kernel slides over a map, each (rows, columns)."""

    stride: Pair
    padding: Pair
    dilation: Pair


@dataclass(frozen=True, eq=False)
class Conv(Layer):
    """2-D cross-correlation, weight (C_out, C_in / groups, kH, kW)."""

    shape: Shape
    weight: Ints
    window: Window
    groups: int
    neuron: Neuron
    bias: Ints | None
    delay: Ints | None


@dataclass(frozen=True, eq=False)
class Pool(Layer):
    """The same kernel (kH, kW) over each channel, with neurons behind it."""

    shape: Shape
    weight: Ints
    window: Window
    neuron: Neuron
    delay: Ints | None


@dataclass(frozen=True, eq=False)
class Flatten(Layer):
    """(C, H, W) to (C * H * W, 1, 1), channels slowest."""


@dataclass(frozen=True, eq=False)
class Average(Layer):
    """Mean over `outputs` groups of equal size, taken by the host."""

    outputs: int
