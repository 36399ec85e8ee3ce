"""How the steps of samples lie on the chip's time axis.

A network without feedback computes a step of a sample in every step of the chip. A loop of several synapses takes as many steps of
the chip to bring a spike back, so one step of a sample may take several (the initiation interval); and where spikes of a step
reach the next one, an empty slot parts the samples, or the last step of one would feed back into the first of the next. Where they
reach later ones, as many slots do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Pace:
    """Step t of sample i is slot `i * slots + t`; a population computes slot k in chip step `arrival + k * interval`.

    Attributes
    ----------
    timesteps : steps per sample (T)
    interval : chip steps per slot, the initiation interval
    slots : slots per sample: T, and those after them that stay closed: as many as steps that spikes may arrive later
    """

    timesteps: int
    interval: int
    slots: int

    @property
    def period(self) -> int:
        """Chip steps from one sample to the next."""
        return self.slots * self.interval

    @property
    def span(self) -> int:
        """Chip steps from a population's first to its last step of a sample, both counted."""
        return (self.timesteps - 1) * self.interval + 1

    @property
    def idle(self) -> int:
        """Chip steps per sample in which a population does not compute."""
        return self.period - self.timesteps

    def offsets(self, samples: int) -> npt.NDArray[np.int64]:
        """Chip steps after a population's arrival at which it computes, (samples, T)."""
        slots = np.arange(samples)[:, None] * self.slots + np.arange(self.timesteps)
        steps: npt.NDArray[np.int64] = slots * self.interval
        return steps

    def at(self, offset: int) -> tuple[int, int] | None:
        """Sample, and its step, that a population computes so many chip steps after its arrival; None where it rests."""
        slot, between = divmod(offset, self.interval)
        sample, step = divmod(slot, self.slots)
        return (sample, step) if offset >= 0 and not between and step < self.timesteps else None

    def reset_offset(self, arrival: int) -> int:
        """Lava counts steps from 1 and resets before the update where `time_step % period == offset`."""
        return (1 + arrival) % self.period
