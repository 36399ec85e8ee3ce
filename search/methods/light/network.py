"""The candidate network in SNASNet's skeleton, with random weights; it only makes spikes for the score.

stem Conv3x3-BN -> cell (C) -> BN-LIF-Conv3x3 (2C)-BN, pool 2 -> cell (2C) -> BN-LIF, pool -> dense hidden layer -> LIF. The votes
after the last neurons make no spikes, so they are left out; so is dropout, which would only add noise to the hidden layer. The
stem sees a static image once for all steps and candidates. Membranes and feedback start empty with every pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from litesnn.search.methods.light.cell import Cell, CellState
from litesnn.search.methods.light.layers import Neurons, NormMode, folded, kaiming, normalize, pool
from litesnn.search.methods.light.mixture import Mixture
from litesnn.search.methods.light.sahd import SahdSum

REDUCTION = 2
"""Between the cells the map is halved and the width doubled."""
HIDDEN_DEVIATION = 0.01


@dataclass(frozen=True)
class Skeleton:
    """Sizes of a network around its cells.

    Attributes
    ----------
    input_shape : (C, H, W)
    channels : of the first cell; the second has twice as many
    stem_pool, last_pool : pooling behind the stem and before the classifier, in pixels; 1: none
    pool : how maps are pooled
    hidden : neurons of the dense hidden layer; 0: none
    """

    input_shape: tuple[int, int, int]
    channels: int
    timesteps: int
    stem_pool: int
    last_pool: int
    pool: Literal["max", "average"]
    hidden: int

    def map_size(self, pooled: int) -> tuple[int, int]:
        """(H, W) after pooling by `pooled`."""
        return self.input_shape[1] // pooled, self.input_shape[2] // pooled

    @property
    def features(self) -> int:
        """Inputs of the classifier."""
        height, width = self.map_size(self.stem_pool)
        height, width = height // REDUCTION // self.last_pool, width // REDUCTION // self.last_pool
        return REDUCTION * self.channels * height * width


class CandidateNetwork(nn.Module):
    """Weights that several candidates share; what tells candidates apart is their `Mixture`."""

    def __init__(self, skeleton: Skeleton, operations: tuple[str, ...], norm: NormMode, seed: int) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.skeleton = skeleton
        self.norm: NormMode = norm
        channels, wide = skeleton.channels, REDUCTION * skeleton.channels
        self.stem = _frozen(kaiming((channels, skeleton.input_shape[0], 3, 3), generator))
        self.first = Cell(operations, channels, norm, generator)
        self.widen = _frozen(kaiming((wide, channels, 3, 3), generator))
        self.second = Cell(operations, wide, norm, generator)
        hidden = torch.randn(skeleton.hidden, skeleton.features if skeleton.hidden else 0, generator=generator)
        self.hidden = _frozen(hidden * HIDDEN_DEVIATION)

    @torch.no_grad()
    def stem_currents(self, inputs: Tensor) -> list[Tensor]:
        """x0 of the first cell: (1, B, C, H, W) once for a static image (B, C, H, W), or one for each step of (B, T, C, H, W)."""
        frames = inputs.unbind(1) if inputs.ndim == 5 else [inputs]
        currents = [F.conv2d(frame, self.stem, padding=1)[None] for frame in frames]
        return [pool(normalize(x, self.norm), self.skeleton.pool, self.skeleton.stem_pool) for x in currents]

    @torch.no_grad()
    def scores(self, stem: list[Tensor], mixture: Mixture) -> Tensor:
        """SAHD float64 (K,) of all candidates of a mixture on one batch, from its stem currents."""
        score, steps = SahdSum(self.stem.device), self.skeleton.timesteps
        first, second = CellState(), CellState()
        before_pool, after, hidden = Neurons(), Neurons(), Neurons()
        for t in range(steps):
            last = t == steps - 1
            x = self.first.step(stem[t if len(stem) > 1 else 0], mixture, first, score, last)
            x = self._convolve(self._fire(before_pool, normalize(x, self.norm), score), self.widen)
            x = pool(normalize(x, self.norm), self.skeleton.pool, REDUCTION)
            x = self.second.step(x, mixture, second, score, last)
            spikes = self._fire(after, normalize(x, self.norm), score)
            if self.skeleton.hidden:
                pooled = pool(spikes, self.skeleton.pool, self.skeleton.last_pool)
                self._fire(hidden, F.linear(pooled.flatten(2), self.hidden), score)
        return score.score().cpu().expand(mixture.candidates)

    @staticmethod
    def _convolve(signal: Tensor, weight: Tensor) -> Tensor:
        return folded(lambda x: F.conv2d(x, weight, padding=1), signal)

    @staticmethod
    def _fire(neurons: Neurons, current: Tensor, score: SahdSum) -> Tensor:
        spikes = neurons.fire(current)
        score.add(spikes)
        return spikes


def _frozen(weight: Tensor) -> nn.Parameter:
    return nn.Parameter(weight, requires_grad=False)
