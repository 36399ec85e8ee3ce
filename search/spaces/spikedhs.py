"""The cell space of SpikeDHS (Che et al., NeurIPS 2022) as LitE-SNN searches it: a chain of cells with one shared wiring.

A cell has `nodes` spiking populations and reads two cells: s0, the one before the previous, and s1, the previous. Node j may
read s0, s1 and every earlier node, over edges numbered consecutively: node 0 has edges 0 (s0) and 1 (s1), node 1 has 2 (s0),
3 (s1) and 4 (n0), and so on. Each edge carries two candidate operations, `skip` and `conv3x3`. A cell's output is all its nodes
side by side. Which cells halve the map and double the width is fixed by `levels`.

An identity needs equal shapes, which the cell inputs never have: there the `skip` candidate is a second 3x3 convolution with
weights of its own, as in the authors' program.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, prod

from litesnn.base.errors import SearchError

SKIP, CONV = 0, 1
"""Positions of the two candidate operations of an edge."""
KERNEL = 3
Size = tuple[int, int]


@dataclass(frozen=True)
class CandidateEdge:
    """One edge of a cell: `source` is 0 for s0, 1 for s1, 2 + k for node k."""

    number: int
    node: int
    source: int

    @property
    def source_name(self) -> str:
        """As a genotype names it: s0, s1, n0, ..."""
        return f"s{self.source}" if self.source < 2 else f"n{self.source - 2}"

    @property
    def identity(self) -> bool:
        """Whether `skip` can be the identity."""
        return self.source >= 2


@dataclass(frozen=True)
class CellPlan:
    """One cell, resolved.

    Attributes
    ----------
    channels : of each node
    stride : 2 where the cell halves the map of s1
    input_channels, input_sizes : of s0 and s1
    size : (H, W) of its nodes
    """

    index: int
    channels: int
    stride: int
    input_channels: tuple[int, int]
    input_sizes: tuple[Size, Size]
    size: Size

    def source_channels(self, source: int) -> int:
        """Channels of s0, s1 or a node."""
        return self.input_channels[source] if source < 2 else self.channels

    def source_stride(self, source: int) -> int:
        """Stride of a convolution of s0, s1 or a node."""
        if source >= 2:
            return 1
        height, width = self.input_sizes[source]
        for stride in range(1, max(height, width) + 1):
            if (ceil(height / stride), ceil(width / stride)) == self.size:
                return stride
        raise AssertionError(f"no stride leads from {self.input_sizes[source]} to {self.size}")


@dataclass(frozen=True)
class SpikeDhsSpace:
    """The space.

    Attributes
    ----------
    input_shape : (C, H, W)
    classes : of the readout
    nodes : per cell
    channels : of the stem and of a cell's output at level 0; each node has `channels / nodes`, doubled per level
    levels : per cell, how often the map has been halved and the width doubled; starts at 0, never falls, rises by at most 1
    """

    input_shape: tuple[int, int, int]
    classes: int
    nodes: int
    channels: int
    levels: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.nodes < 1:
            raise SearchError(f"nodes: found {self.nodes}; allowed: a whole number >= 1")
        if self.channels < self.nodes or self.channels % self.nodes:
            raise SearchError(
                f"channels: found {self.channels} for {self.nodes} nodes; allowed: a multiple of {self.nodes} "
                f"(every node of a cell gets an equal part; nearest: {max(1, round(self.channels / self.nodes)) * self.nodes})"
            )
        steps = [b - a for a, b in zip((0, *self.levels), self.levels, strict=False)]
        if not self.levels or any(step not in (0, 1) for step in steps):
            raise SearchError(
                f"levels: found {self.levels}; allowed: one level per cell, beginning with 0 or 1, each equal to the one before or "
                "one higher, e.g. 0 0 1 1"
            )

    @property
    def edges(self) -> tuple[CandidateEdge, ...]:
        """All candidate edges of a cell, in the order of their numbers."""
        pairs = [(node, source) for node in range(self.nodes) for source in range(node + 2)]
        return tuple(CandidateEdge(number, node, source) for number, (node, source) in enumerate(pairs))

    def edges_into(self, node: int) -> tuple[CandidateEdge, ...]:
        """The candidate edges of one node."""
        return tuple(edge for edge in self.edges if edge.node == node)

    def edges_from(self, source: int) -> tuple[CandidateEdge, ...]:
        """The candidate edges that read one source."""
        return tuple(edge for edge in self.edges if edge.source == source)

    def cells(self) -> tuple[CellPlan, ...]:
        """Every cell with its widths and sizes."""
        size: Size = (self.input_shape[1], self.input_shape[2])
        outputs = [(self.channels, size), (self.channels, size)]
        plans = []
        for index, level in enumerate(self.levels):
            stride = 2 if level > (self.levels[index - 1] if index else 0) else 1
            size = (ceil(size[0] / stride), ceil(size[1] / stride))
            width = self.channels // self.nodes * 2**level
            (c0, size0), (c1, size1) = outputs[-2:]
            plans.append(
                CellPlan(
                    index=index,
                    channels=width,
                    stride=stride,
                    input_channels=(c0, c1),
                    input_sizes=(size0, size1),
                    size=size,
                )
            )
            outputs.append((width * self.nodes, size))
        return tuple(plans)

    @property
    def most_weights(self) -> int:
        """Weights of the network of all candidates, stem and readout included."""
        cells = sum(
            plan.channels * plan.source_channels(edge.source) * KERNEL**2
            for plan in self.cells()
            for edge in self.edges
        )
        return cells + self.channels * self.input_shape[0] * KERNEL**2 + self.classes * prod(self.output_shape)

    @property
    def output_shape(self) -> tuple[int, int, int]:
        """(C, H, W) of the last cell's output."""
        last = self.cells()[-1]
        return (last.channels * self.nodes, *last.size)
