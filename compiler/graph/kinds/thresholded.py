"""What kinds with a threshold of their own have in common: its register, which folding fills."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from litesnn.compiler.graph.kinds.membranes import Membranes
from litesnn.compiler.graph.kinds.registers import Ints


@dataclass(frozen=True, eq=False, repr=False)
class Thresholded(Membranes):
    """Neurons with a threshold `vth` (C,), of 0 to `highest_threshold`; None before normalization is folded."""

    arrays: ClassVar[tuple[str, ...]] = (*Membranes.arrays, "vth")
    highest_threshold: ClassVar[int]

    vth: Ints | None = None

    @property
    def complete(self) -> bool:
        """See `Membranes.complete`."""
        return self.vth is not None

    def problems(self) -> Iterator[str]:
        """See `Population.problems`."""
        yield from super().problems()
        yield from self._threshold_problems(self.vth, self.highest_threshold)
