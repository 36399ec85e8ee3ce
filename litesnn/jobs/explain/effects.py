"""What changes between a floating-point network and the chip, one table: adding a change is a line here and its switch in `hybrid`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Key = Literal["input", "weights", "decay", "truncation", "constants", "delays", "rule", "registers"]


EFFECTS: Mapping[Key, str] = {
    "input": "input to integers",
    "weights": "weights to integers",
    "decay": "decays to 12 bits",
    "truncation": "leaks truncated toward zero",
    "constants": "thresholds and biases to integers",
    "delays": "long delays clamped",
    "rule": "reset and comparison of the chip",
    "registers": "registers wrap and are clipped",
}
"""In the order in which they are switched on."""


@dataclass(frozen=True)
class Switches:
    """Which changes are on; `only` confines that of the weights to one edge."""

    on: frozenset[Key]
    only: str | None = None

    def weights(self, edge: str) -> bool:
        """Whether the weights of an edge are integers."""
        return "weights" in self.on and self.only in (None, edge)


ALL = Switches(frozenset(EFFECTS))
NONE = Switches(frozenset())
