"""In which steps of the chip neurons reset, compute and rest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class ChipSteps:
    """Periodic reset, and gates: any kind may have them.

    Resets are before the step where `time_step % reset_interval == reset_offset`; Lava counts steps from 1. None: never.
    `initiation_interval`: they compute once every so many steps of the chip, first in the step of a reset, and hold their state in
    between. `open_slots`: after so many computations they rest until the next reset: what arrives is lost, nothing is sent. None:
    never. Neurons that rest are *gated* and need a program of their own: in a step where they rest, the fixed unit would leak.
    """

    reset_interval: int | None = None
    reset_offset: int | None = None
    initiation_interval: int = 1
    open_slots: int | None = None

    @property
    def gated(self) -> bool:
        """Whether there are steps of the chip in which they do not compute."""
        return self.initiation_interval > 1 or self.open_slots is not None

    @property
    def phase(self) -> int:
        """They compute where `time_step % initiation_interval == phase`; Lava counts steps from 1."""
        return (self.reset_offset or 0) % self.initiation_interval

    def computes(self, step: int) -> bool:
        """Whether they compute in a step of the chip, counted from 0."""
        if not self.gated:
            return True
        assert self.reset_interval is not None, "gates are set with the resets"
        slot, between = divmod((step + 1 - (self.reset_offset or 0)) % self.reset_interval, self.initiation_interval)
        return not between and (self.open_slots is None or slot < self.open_slots)
