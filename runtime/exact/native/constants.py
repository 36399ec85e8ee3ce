"""What leaky neurons keep of a state, and what a spike does, as the kernels take them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from litesnn.compiler.graph import Membranes, ProgrammedLif
from litesnn.compiler.graph.kinds.registers import Decay
from litesnn.kernels import structures
from litesnn.runtime.exact.native.arrays import Array, per_channel

RESETS = {
    "zero": structures.TO_ZERO,
    "subtract": structures.SUBTRACT,
    "subtract_next": structures.SUBTRACT_NEXT,
    "none": structures.KEEP,
}


@dataclass(frozen=True, eq=False)
class Memory:
    """Of 4096, kept of a state per step: the largest, and per padded channel where channels differ."""

    largest: int
    each: Array | None = None

    @classmethod
    def of(cls, mantissa: Decay, channels: int) -> Memory:
        """Of a mantissa, for so many padded channels."""
        if isinstance(mantissa, int):
            return cls(mantissa)
        return cls(int(np.max(mantissa)), per_channel(mantissa, channels, 0))


@dataclass(frozen=True, eq=False)
class Reset:
    """What a spike does, and what it subtracts per padded channel."""

    kind: int = structures.TO_ZERO
    subtracted: Array | None = None

    @classmethod
    def of(cls, population: Membranes, channels: int) -> Reset:
        """Of a population whose normalization is folded."""
        if not isinstance(population, ProgrammedLif):
            return cls()
        assert population.vth is not None
        return cls(RESETS[population.reset], per_channel(population.vth, channels, 0))
