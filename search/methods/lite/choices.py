"""What the search decides, as numbers to be trained: alpha (operation of each edge), beta (bits of each cell), gamma (channels of stem
and cells), psi (time steps)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_SPREAD = 1e-3


class Choices(nn.Module):
    """The architecture parameters and their probabilities.

    Attributes
    ----------
    alpha : (edges, 2), skip and conv3x3; one wiring for all cells
    beta : (cells, B), one width per cell
    psi : (T,), entry t - 1 stands for t steps
    gamma : (1 + cells, W), one share of the channels for the stem and for each cell; None where there is one candidate
    held_ops, held_bits, held_channels, held_steps : probabilities to use instead of the softmax, or None: warm-up, sequential search
    drawn : (1 + cells, W), the shares that one batch is computed with; None: all channels
    """

    gamma: nn.Parameter | None

    def __init__(
        self, edges: int, cells: int, widths: int, timesteps: int, generator: torch.Generator, shares: int = 1
    ) -> None:
        super().__init__()
        self.alpha = nn.Parameter(_SPREAD * torch.randn(edges, 2, generator=generator))
        self.beta = nn.Parameter(_SPREAD * torch.randn(cells, widths, generator=generator))
        self.psi = nn.Parameter(_SPREAD * torch.randn(timesteps, generator=generator))
        self.register_parameter(
            "gamma",
            nn.Parameter(_SPREAD * torch.randn(1 + cells, shares, generator=generator)) if shares > 1 else None,
        )
        self.held_ops: Tensor | None = None
        self.held_bits: Tensor | None = None
        self.held_channels: Tensor | None = None
        self.held_steps: Tensor | None = None
        self.drawn: Tensor | None = None

    def ops(self) -> Tensor:
        """(edges, 2)."""
        return self.alpha.softmax(1) if self.held_ops is None else self.held_ops

    def bits(self) -> Tensor:
        """(cells, B)."""
        return self.beta.softmax(1) if self.held_bits is None else self.held_bits

    def channels(self) -> Tensor:
        """(1 + cells, W)."""
        if self.held_channels is not None:
            return self.held_channels
        return self.beta.new_ones(1 + len(self.beta), 1) if self.gamma is None else self.gamma.softmax(1)

    def steps(self) -> Tensor:
        """(T,)."""
        return self.psi.softmax(0) if self.held_steps is None else self.held_steps

    def draw_channels(self, generator: torch.Generator) -> None:
        """Draw one share for the stem and for each cell, by its probability (Gumbel); gradients are those of the softmax."""
        if self.gamma is None:
            return
        if self.held_channels is not None:
            self.drawn = self.held_channels
            return
        uniform = torch.rand(self.gamma.shape, generator=generator).clamp_min(1e-10)
        noisy = (self.gamma - (-uniform.log()).log().to(self.gamma.device)).softmax(1)
        chosen = torch.zeros_like(noisy).scatter_(1, noisy.argmax(1, keepdim=True), 1.0)
        self.drawn = chosen + noisy - noisy.detach()
