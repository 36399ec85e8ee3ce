"""What the search decides, as numbers to be trained: alpha (operation of each edge), beta (bits of each cell), psi (time steps)."""

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
    held_ops, held_bits, held_steps : probabilities to use instead of the softmax, or None: warm-up, sequential search
    """

    def __init__(self, edges: int, cells: int, widths: int, timesteps: int, generator: torch.Generator) -> None:
        super().__init__()
        self.alpha = nn.Parameter(_SPREAD * torch.randn(edges, 2, generator=generator))
        self.beta = nn.Parameter(_SPREAD * torch.randn(cells, widths, generator=generator))
        self.psi = nn.Parameter(_SPREAD * torch.randn(timesteps, generator=generator))
        self.held_ops: Tensor | None = None
        self.held_bits: Tensor | None = None
        self.held_steps: Tensor | None = None

    def ops(self) -> Tensor:
        """(edges, 2)."""
        return self.alpha.softmax(1) if self.held_ops is None else self.held_ops

    def bits(self) -> Tensor:
        """(cells, B)."""
        return self.beta.softmax(1) if self.held_bits is None else self.held_bits

    def steps(self) -> Tensor:
        """(T,)."""
        return self.psi.softmax(0) if self.held_steps is None else self.held_steps
