"""One cell of the supernet: every candidate edge at once, mixed at the membrane of each node.

All candidate convolutions of one source are one convolution. With `norm: node` the candidates of an edge are mixed as weights
(they are linear and normalized after the sum); with `norm: edge` each candidate has its own normalization and is mixed after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from litesnn.compiler.genotype import NeuronSpec
from litesnn.search.fused import float_spikes
from litesnn.search.methods.lite.comp_conv import CompConv
from litesnn.search.model.axes import fold_time, unfold_time
from litesnn.search.model.neurons import LifConstants
from litesnn.search.spaces import CONV, SKIP, CandidateEdge, CellPlan, SpikeDhsSpace
from litesnn.search.spaces.spikedhs import KERNEL


class SourceConvs(nn.Module):
    """All candidate convolutions that read one source of a cell.

    Attributes
    ----------
    convs : the weights, (edges * candidates, C, C_source, 3, 3); a cell input has two convolutions per edge, a node one
    """

    def __init__(
        self,
        edges: Sequence[CandidateEdge],
        plan: CellPlan,
        keep: float,
        bits: Sequence[int],
        norm: Literal["node", "edge"],
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        source = edges[0].source
        self.numbers = [edge.number for edge in edges]
        self.identity = edges[0].identity
        self.candidates = 1 if self.identity else 2
        self.stride = plan.source_stride(source)
        shape = (plan.channels, plan.source_channels(source), KERNEL, KERNEL)
        self.convs = CompConv(
            count=len(edges) * self.candidates, shape=shape, keep=keep, bits=bits, generator=generator
        )
        self.norm = nn.BatchNorm2d(self.convs.weight.shape[0] * plan.channels) if norm == "edge" else None

    def forward(self, signal: Tensor, ops: Tensor, bits: Tensor) -> Tensor:
        """Currents (T * N, edges, C, H, W) into the readers of this source, from (T * N, C_source, H, W) spikes.

        `ops` is (all edges, 2), `bits` (B,): probabilities.
        """
        mine = ops[self.numbers]
        shares = mine[:, CONV:] if self.identity else mine
        weights = self.convs(bits)
        edges, channels = len(self.numbers), weights.shape[1]
        per_edge = (edges, self.candidates)
        if self.norm is None:
            grouped = weights.reshape(*per_edge, *weights.shape[1:])
            mixed = (grouped * shares[:, :, None, None, None, None]).sum(1).flatten(0, 1)
            current = self._convolve(signal, mixed)
            current = current.reshape(len(signal), edges, channels, *current.shape[2:])
        else:
            normal: Tensor = self.norm(self._convolve(signal, weights.flatten(0, 1)))
            grouped = normal.reshape(len(signal), *per_edge, channels, *normal.shape[2:])
            current = (grouped * shares[:, :, None, None, None]).sum(2)
        if self.identity:
            current = current + mine[:, SKIP, None, None, None] * signal[:, None]
        return current

    def _convolve(self, signal: Tensor, weights: Tensor) -> Tensor:
        return F.conv2d(signal, weights, stride=self.stride, padding=KERNEL // 2).float()


class Cell(nn.Module):
    """All nodes of a cell."""

    def __init__(
        self,
        space: SpikeDhsSpace,
        plan: CellPlan,
        keep: float,
        bits: Sequence[int],
        norm: Literal["node", "edge"],
        neuron: NeuronSpec,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.neuron = neuron
        self.sources = nn.ModuleList(
            SourceConvs(edges=space.edges_from(source), plan=plan, keep=keep, bits=bits, norm=norm, generator=generator)
            for source in range(space.nodes + 1)
        )
        self.norms = nn.ModuleList(
            nn.BatchNorm2d(plan.channels) if norm == "node" else nn.Identity() for _ in range(space.nodes)
        )

    def forward(
        self, s0: Tensor, s1: Tensor, ops: Tensor, bits: Tensor, channels: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Spikes (T, N, nodes * C, H, W), and the mean rate of each source per step, (sources, T), without gradient.

        `channels` (C, 1, 1) says which channels its nodes have; None: all.
        """
        signals = [s0, s1]
        currents: list[Tensor | None] = [None] * len(self.norms)
        for node, norm in enumerate(self.norms):
            for source in (0, 1) if node == 0 else (node + 1,):
                self._spread(source, signals[source], currents, ops, bits)
            total = currents[node]
            assert total is not None
            fired = self._fire(norm(total), s1)
            signals.append(fired if channels is None else fired * channels)
        rates = torch.stack([signal.detach().mean((1, 2, 3, 4)) for signal in signals[:-1]])
        return torch.cat(signals[2:], dim=2), rates

    def _spread(self, source: int, signal: Tensor, currents: list[Tensor | None], ops: Tensor, bits: Tensor) -> None:
        """Add a source's currents to the nodes that read it: the last nodes of the cell."""
        into = self.sources[source](fold_time(signal), ops, bits)
        first = len(currents) - into.shape[1]
        for offset, current in enumerate(into.unbind(1)):
            so_far = currents[first + offset]
            currents[first + offset] = current if so_far is None else so_far + current

    def _fire(self, current: Tensor, like: Tensor) -> Tensor:
        return float_spikes(unfold_time(current, like), like.shape[0], LifConstants.of(self.neuron))
