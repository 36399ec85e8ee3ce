"""What the kinds of neurons do at their threshold on the chip, for a network that is computed with real numbers in part.

A kind is a line of the table; one that stands in none is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from litesnn.compiler.graph import WEIGHT_SHIFT, Lif, Maximum, ProgrammedLif, Readout, Table

Reset = Literal["zero", "subtract", "subtract_next", "none"]


@dataclass(frozen=True)
class ChipRule:
    """A kind's rule.

    Attributes
    ----------
    reset : what a spike does to the membrane
    grain : membrane units of one unit of the threshold's register: spiking at a threshold is spiking above one of them less
    spike_at : whether it spikes at the threshold too
    """

    reset: Reset
    grain: int = 1 << WEIGHT_SHIFT
    spike_at: bool = False


CHIP_RULES: Table[Callable[[Any], ChipRule]] = Table(
    "explain",
    {
        Lif: lambda population: ChipRule("zero"),
        ProgrammedLif: lambda population: ChipRule(population.reset, 1, population.spike_at),
        Maximum: lambda population: ChipRule("zero"),
        Readout: lambda population: ChipRule("none"),
    },
)
