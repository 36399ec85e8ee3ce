"""Decay of a state by 4096ths, truncated toward zero, on floats that hold whole numbers."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from litesnn.compiler.graph import DECAY_UNITY
from litesnn.runtime.exact.tensors.words import FLOAT32_EXACT


@dataclass(frozen=True)
class Decay:
    """`sgn(x) * ((|x| * mantissa) >> 12)`, exact in the state's type for |x| up to `peak`: one mantissa for all neurons."""

    mantissa: int
    peak: int

    @property
    def direct(self) -> bool:
        """Whether float32 holds the product of state and mantissa; powers of two in the mantissa cost no digits."""
        odd = self.mantissa // (self.mantissa & -self.mantissa or 1)
        return self.peak * odd <= FLOAT32_EXACT

    @property
    def forgets(self) -> bool:
        """Whether nothing is left of a state."""
        return self.mantissa == 0

    def __call__(self, state: Tensor, scratch: Tensor) -> None:
        """Decay `state` in place."""
        if self.mantissa == DECAY_UNITY:
            return
        fraction = self.mantissa / DECAY_UNITY
        if state.dtype == torch.float64 or self.direct:
            state.mul_(fraction).trunc_()
            return
        # x = 4096 h + l with h and l of one sign: h * mantissa is whole, and l * mantissa stays below 2^24.
        torch.mul(state, 1 / DECAY_UNITY, out=scratch).trunc_()
        state.add_(scratch, alpha=-DECAY_UNITY).mul_(fraction).trunc_().add_(scratch, alpha=self.mantissa)


@dataclass(frozen=True)
class DecayEach:
    """The same for a mantissa per neuron, of the state's shape; states are float64."""

    mantissas: Tensor

    @property
    def forgets(self) -> bool:
        """Whether nothing is left of any state."""
        return not bool(self.mantissas.any())

    def __call__(self, state: Tensor, scratch: Tensor) -> None:
        """Decay `state` in place."""
        state.mul_(self.mantissas).div_(DECAY_UNITY).trunc_()
