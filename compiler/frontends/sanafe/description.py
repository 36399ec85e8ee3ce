"""What a SANA-FE network says, whichever file it stands in: groups of neurons with their attributes, and connections.

Values are SANA-FE's own, floating point: a potential is compared with the threshold after weights and bias have been added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.sanafe.place import Place
from litesnn.compiler.frontends.sanafe.yaml_text import Node

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shape = tuple[int, int, int]
Attributes = Mapping[str, Node]
NEURONS_MAX = 2**20
SYNAPSES_MAX = 2**26
"""Of one connection, unrolled."""


@dataclass(frozen=True, eq=False)
class Group:
    """Neurons of one name.

    Attributes
    ----------
    neurons : attributes of each, the group's included; those of a hardware unit's section have its name before them (`dendrite.taps`)
    units : the soma unit that each is mapped to, where the mapping says it
    shape : (channels, height, width), where the file says it
    """

    name: str
    place: Place
    neurons: list[Attributes]
    units: list[str | None] = field(default_factory=list)
    shape: Shape | None = None

    @property
    def size(self) -> int:
        """Number of neurons."""
        return len(self.neurons)


@dataclass(frozen=True, eq=False)
class Connection:
    """Synapses from one group to another; `delay` counts extra steps besides the one that every synapse takes."""

    source: str
    target: str
    place: Place


@dataclass(frozen=True, eq=False)
class Convolution(Connection):
    """Kernels over maps; weight and delay (C_out, C_in, kH, kW), stride (rows, columns), maps (C, H, W)."""

    weight: Floats
    delay: Ints
    stride: tuple[int, int]
    in_shape: Shape
    out_shape: Shape


@dataclass(frozen=True, eq=False)
class AllToAll(Connection):
    """Every neuron to every neuron; weight and delay (targets, sources)."""

    weight: Floats
    delay: Ints


@dataclass(frozen=True, eq=False)
class Pairs(Connection):
    """Synapse by synapse: neurons of the source and the target, weight and delay, each (n,); equal pairs add up."""

    pre: Ints
    post: Ints
    weight: Floats
    delay: Ints


@dataclass(frozen=True, eq=False)
class Description:
    """A whole network.

    Attributes
    ----------
    cores : cores that the file's mapping names; 0 without one
    """

    file: str
    name: str
    groups: Mapping[str, Group]
    connections: tuple[Connection, ...]
    cores: int = 0


def convolved(in_shape: Shape, kernel: tuple[int, int], stride: tuple[int, int], kernels: int) -> Shape:
    """What a convolution without padding makes of a map, as SANA-FE's `Conv2D`."""
    height, width = ((side - size) // step + 1 for side, size, step in zip(in_shape[1:], kernel, stride, strict=True))
    return (kernels, height, width)
