"""Widths as a choice: of the stem, and of the nodes of each cell, the first channels are kept, and the others cut off.

All candidates share the weights of the widest, as in slimmable networks (Yu et al., ICLR 2019); which one a batch is computed with is
drawn, and the gradient of a mask over channels reaches its probability (FBNetV2, Wan et al., CVPR 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

import torch
from torch import Tensor, nn

from litesnn.search.spaces import SpikeDhsSpace


def channels_at(channels: int, share: float) -> int:
    """Channels that a share of them is: the nearest whole number, at least 1."""
    return max(1, floor(channels * share + 0.5))


class ChannelMasks(nn.Module):
    """Which channels each candidate keeps.

    Attributes
    ----------
    stem : (W, C), 1 for the first channels
    cell0, cell1, ... : (W, C) of every node of a cell
    """

    def __init__(self, space: SpikeDhsSpace, shares: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("stem", _first(space.channels, shares), persistent=False)
        for plan in space.cells():
            self.register_buffer(f"cell{plan.index}", _first(plan.channels, shares), persistent=False)

    def forward(self, chosen: Tensor) -> list[Tensor]:
        """One mask (C, 1, 1) for the stem and for each cell, from shares (1 + cells, W)."""
        return [(row @ table)[:, None, None] for row, table in zip(chosen, self.buffers(), strict=True)]


def _first(channels: int, shares: Sequence[float]) -> Tensor:
    kept = torch.tensor([channels_at(channels, share) for share in shares])
    return (torch.arange(channels) < kept[:, None]).float()


@dataclass(frozen=True)
class Relative:
    """Sizes as parts of those at full width, as far as they are decided an expectation.

    Attributes
    ----------
    reads : weights of the convolutions of an edge in each cell, (cells, edges)
    edges : synapses of an edge over all cells, (edges,)
    cells : weights of a cell, (cells,)
    own : channels of the stem and of each cell, (1 + cells,)
    """

    reads: Tensor
    edges: Tensor
    cells: Tensor
    own: Tensor


class RelativeSizes(nn.Module):
    """Expected sizes from probabilities: those of two cells are independent, so what they multiply to is known.

    Attributes
    ----------
    shares : channels of each candidate as a part of all, (1 + cells, W), after rounding
    """

    shares: Tensor
    weights: Tensor
    synapses: Tensor
    inner: Tensor
    readers: Tensor

    def __init__(self, space: SpikeDhsSpace, shares: Sequence[float]) -> None:
        super().__init__()
        plans = space.cells()
        full = [space.channels, *(plan.channels for plan in plans)]
        table = torch.tensor([[channels_at(channels, share) / channels for share in shares] for channels in full])
        weights = torch.tensor(
            [[float(plan.source_channels(e.source) * plan.channels) for e in space.edges] for plan in plans]
        )
        areas = torch.tensor([float(plan.size[0] * plan.size[1]) for plan in plans])
        self.register_buffer("shares", table, persistent=False)
        self.register_buffer("weights", weights / weights.sum(1, keepdim=True), persistent=False)
        synapses = weights * areas[:, None]
        self.register_buffer("synapses", synapses / synapses.sum(0), persistent=False)
        # whose channels an edge reads in each cell, 0 being the stem: those of s0 and s1 are of cells before, those of nodes its own
        outer = torch.tensor([[max(plan.index - 1, 0), plan.index] for plan in plans])
        edges = torch.tensor([edge.source for edge in space.edges])
        self.register_buffer("inner", edges >= 2, persistent=False)
        self.register_buffer("readers", outer[:, edges.clamp_max(1)], persistent=False)

    def forward(self, probabilities: Tensor) -> Relative:
        """From the probabilities of shares, (1 + cells, W)."""
        own = (probabilities * self.shares).sum(1)
        squared = (probabilities * self.shares**2).sum(1)
        reads = torch.where(self.inner, squared[1:, None], own[self.readers] * own[1:, None])
        return Relative(reads, (reads * self.synapses).sum(0), (reads * self.weights).sum(1), own)
