"""What a resolved genotype is made of: edges, nodes, the pool, and the topology of them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.shown import Brief
from litesnn.compiler.genotype.ops import OPS, Op

Shape = tuple[int, int, int]
NORM_TENSORS = ("weight", "bias", "running_mean", "running_var")


@dataclass(frozen=True)
class Site:
    """Where an edge or a node stands in the genotype: in the stem, in a cell, or in the head.

    Attributes
    ----------
    part : of the genotype
    cell, node : positions in it; None outside cells, and for the node of a backward edge
    edge : position among the node's inputs, or among the cell's backward edges; None for a node
    """

    part: Literal["stem", "cell", "head"]
    cell: int | None = None
    node: int | None = None
    edge: int | None = None


@dataclass(frozen=True, repr=False)
class EdgePlan(Brief):
    """One edge into a node.

    Attributes
    ----------
    name, place : `cell0.node1.edge0`; `cells[0].nodes[1].inputs[0]` for messages
    op : key of `OPS`
    sources : names of the populations read, concatenated along channels in this order
    source_channels : channels of each source
    in_shape : (C, H, W) after concatenation and after `max_window`
    out_shape : (C, H, W)
    kernel, stride, padding, dilation : the window (kernel 0 for dense)
    max_window : (kernel, stride, padding) of a spike maximum before the window, or None
    bits, keep : weight bits and kept fraction; 1 and 1.0 for edges without weights
    step : quantizer step, None while untrained
    reads_input : True where the source is the network's input
    distance : time steps between a source's spike and its arrival: 0, or 1 for feedback. A maximum (`max_window`) is taken in the
        step of the spike; what it says arrives `distance` steps later
    target : the population at whose membrane it ends
    site : where it stands
    """

    name: str
    place: str
    op: str
    sources: tuple[str, ...]
    source_channels: tuple[int, ...]
    in_shape: Shape
    out_shape: Shape
    kernel: int
    stride: int
    padding: int
    dilation: int
    max_window: tuple[int, int, int] | None
    bits: int
    keep: float
    step: float | None
    reads_input: bool
    target: str
    site: Site
    distance: int = 0

    @property
    def rules(self) -> Op:
        """What its operation says of itself."""
        return OPS[self.op]

    @property
    def weighted(self) -> bool:
        """Whether the edge has a trained weight tensor."""
        return self.rules.weighted

    @property
    def whole_map(self) -> bool:
        """Whether it reads a map neuron by neuron (dense)."""
        return self.rules.whole_map

    @property
    def by_channel(self) -> bool:
        """Whether channel i of the node reads channel i of the sources side by side, and no other."""
        return self.rules.by_channel

    @property
    def source_axis(self) -> int:
        """Axis of the weight that counts what it reads."""
        return 0 if self.by_channel else 1

    @property
    def read_channels(self) -> int:
        """Source channels that one target channel reads."""
        return 1 if self.by_channel else self.in_shape[0]

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """(C_out, C_in, k, k), with C_in = 1 where channels are read one by one; (C_out, C_in * H * W) for dense."""
        if self.whole_map:
            return (self.out_shape[0], self.in_shape[0] * self.in_shape[1] * self.in_shape[2])
        return (self.out_shape[0], self.read_channels, self.kernel, self.kernel)

    @property
    def fan_in(self) -> int:
        """Synapses into one neuron of the node, before pruning, as if no border cut the window."""
        area = self.in_shape[1] * self.in_shape[2] if self.whole_map else self.kernel**2
        return self.read_channels * area

    def weights_from(self, channels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Positions on the weight's second axis that read these channels of the sources side by side.

        Where channels are read one by one the axis has one position, and it is the rows that follow the channels.
        """
        if self.by_channel:
            return np.zeros(1, np.int64)
        if not self.whole_map:
            return channels
        area = self.in_shape[1] * self.in_shape[2]
        return (channels[:, None] * area + np.arange(area)).ravel()


@dataclass(frozen=True, repr=False)
class NodePlan(Brief):
    """One spiking population and the edges that meet at its membrane: the node's inputs in order, then feedback, by cell."""

    name: str
    place: str
    shape: Shape
    edges: tuple[EdgePlan, ...]
    membrane_exp: int | None
    site: Site


@dataclass(frozen=True)
class PoolPlan:
    """The spiked global average pool; `sources` as in `EdgePlan`, `in_shape` (C, H, W) pooled over H and W."""

    name: str
    sources: tuple[str, ...]
    source_channels: tuple[int, ...]
    in_shape: Shape
    membrane_exp: int | None
    site: Site = Site("head")


@dataclass(frozen=True, repr=False)
class Topology(Brief):
    """All populations in an order in which every source stands before its readers, but for feedback.

    `has_backward`: the places of all backward edges.
    """

    input_shape: Shape
    nodes: tuple[NodePlan, ...]
    pool: PoolPlan | None
    readout: EdgePlan
    has_backward: tuple[str, ...]

    def edges(self) -> tuple[EdgePlan, ...]:
        """Every edge, the readout's last."""
        return (*(edge for node in self.nodes for edge in node.edges), self.readout)
