"""One population while a hybrid network runs: its registers, and what a step does to them under the switches."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import STATE_MAX
from litesnn.jobs.explain.effects import Switches
from litesnn.jobs.explain.parts import Neurons

Floats = npt.NDArray[np.float64]
WRAP = 2.0**24


class State:
    """Currents and membranes of a population during a run."""

    def __init__(self, neurons: Neurons, switches: Switches, count: int) -> None:
        self.neurons, on = neurons, switches.on
        decays = neurons.chip if "decay" in on else neurons.real
        self.decay, self.current_decay = decays.decay, decays.current_decay
        self.truncates, self.limited = "truncation" in on, "registers" in on
        constants = neurons.chip if "constants" in on else neurons.real
        self.added = constants.added
        chip_rule, grain = "rule" in on, neurons.rule.grain * neurons.spike_at
        self.reset = neurons.rule.reset if chip_rule else neurons.reset
        # Where the network spikes at its threshold, the chip's register holds one unit less and is spiked above.
        self.at = neurons.spike_at and not chip_rule
        self.level = constants.threshold
        if self.level is not None and "constants" in on:
            self.level = self.level + grain
        self.passed = None if self.level is None else self.level - grain * chip_rule
        shape = (count, *neurons.population.shape)
        self.current, self.membrane = np.zeros(shape), np.zeros(shape)
        self.due = np.zeros(shape, bool)
        self.kept: dict[int, Floats] = {}
        self.overflows = 0

    def step(self, arriving: list[Floats], step: int) -> Floats:
        """What is sent in a step."""
        current = self._decayed(self.current, self.current_decay)
        for part in arriving:
            current = current + part
        membrane = self._decayed(self.membrane, self.decay)
        for added in self.added:
            if step >= added.first:
                current, membrane = (
                    (current + added.values, membrane) if added.arriving else (current, membrane + added.values)
                )
        if self.limited:
            wrapped = np.where(current > STATE_MAX + 1, current - WRAP, current)
            wrapped = np.where(wrapped <= -(STATE_MAX + 1), wrapped + WRAP, wrapped)
            self.overflows += int((wrapped != current).sum())
            current = wrapped
        membrane = membrane + current
        if self.level is not None and self.due.any():
            membrane = np.where(self.due, membrane - self.level, membrane)
        if self.limited:
            membrane = self._clipped(membrane)
        self.current = current
        sent = self._fired(membrane)
        if self.neurons.population.read_by_host and self.neurons.population.read_as == "membrane":
            self.kept[step] = self.membrane
        return sent

    def _clipped(self, membrane: Floats) -> Floats:
        clipped = np.clip(membrane, -STATE_MAX, STATE_MAX)
        highest = self.neurons.population.highest_membrane
        if self.level is None and highest < STATE_MAX:
            clipped = np.where(clipped > highest, 0.0, clipped)  # a readout spikes unseen
        self.overflows += int((clipped != membrane).sum())
        return clipped

    def _fired(self, membrane: Floats) -> Floats:
        self.membrane = membrane
        if self.level is None or self.passed is None:
            return np.zeros_like(membrane)
        fired = membrane >= self.passed if self.at else membrane > self.passed
        if self.reset == "zero":
            self.membrane = np.where(fired, 0.0, membrane)
        elif self.reset == "subtract":
            self.membrane = np.where(fired, membrane - self.level, membrane)
        self.due = fired if self.reset == "subtract_next" else np.zeros_like(fired)
        return fired.astype(np.float64)

    def _decayed(self, state: Floats, share: Floats) -> Floats:
        kept: Floats = state * share
        return np.trunc(kept) if self.truncates else kept
