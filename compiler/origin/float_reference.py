"""What a real-valued network offers for comparison: a run of itself in floating point, and of what else it could have meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Otherwise:
    """An assumption with another answer: what was taken, what else it could be, the option that says so, and a run under it."""

    step: str
    taken: str
    instead: str
    option: str
    network: FloatReference


class FloatReference(Protocol):
    """A network of real values, before it became integers.

    Attributes
    ----------
    layers : whose values a run returns, by name: those with neurons, and the output
    spiking : those of them that spike
    output_integrates : whether the output is read as its last value; otherwise what it sends is summed over the steps
    """

    @property
    def layers(self) -> Sequence[str]:
        """See the class."""
        ...

    @property
    def spiking(self) -> Sequence[str]:
        """See the class."""
        ...

    @property
    def output_integrates(self) -> bool:
        """See the class."""
        ...

    def first_step(self, arrival: int, layer: str) -> int:
        """The network's own step that the first step of a layer's window on the chip is."""
        ...

    def run(self, inputs: npt.NDArray[np.int16], steps: int, extra: int = 0) -> Mapping[str, Floats]:
        """What every layer sends, (N, steps + extra, ...).

        Parameters
        ----------
        inputs : (N, T, C, H, W) per step, or (N, C, H, W) held; integers as the chip gets them
        extra : steps that follow with silent input, for what delays hold back
        """
        ...

    def otherwise(self) -> Sequence[Otherwise]:
        """The same network under the other answers to what was assumed."""
        ...
