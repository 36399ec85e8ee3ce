"""What changes between a floating-point network and the chip, one table: adding a change is a line here and its switch in `hybrid`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Key = Literal["input", "weights", "decay", "truncation", "constants", "rule", "registers"]


@dataclass(frozen=True)
class Effect:
    """One change: its key, what it is called, and what to say where a network has nothing of it."""

    key: Key
    name: str
    nothing: str


EFFECTS: tuple[Effect, ...] = (
    Effect("input", "input to integers", "the samples were given as integers"),
    Effect("weights", "weights to integers", "they are integers times a step already"),
    Effect("decay", "decays to 12 bits", "they are whole 4096ths already"),
    Effect("truncation", "leaks truncated toward zero", "nothing leaks"),
    Effect("constants", "thresholds and biases to integers", "they are whole already"),
    Effect("rule", "reset and comparison of the chip", "they are the network's own"),
    Effect("registers", "registers wrap and are clipped", "none was left"),
)
"""In the order in which they are switched on."""


@dataclass(frozen=True)
class Switches:
    """Which changes are on; `only` confines that of the weights to one edge."""

    on: frozenset[Key]
    only: str | None = None

    def weights(self, edge: str) -> bool:
        """Whether the weights of an edge are integers."""
        return "weights" in self.on and self.only in (None, edge)


ALL = Switches(frozenset(effect.key for effect in EFFECTS))
NONE = Switches(frozenset())
