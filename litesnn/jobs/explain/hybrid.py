"""A network that is real or the chip's, change by change: float64 throughout, in membrane units of the chip.

With no change on it is the floating-point network; with all of them it computes the chip's integers exactly, for whole numbers of
this size are exact in float64. In between, each change is on by itself.

    u = decay(u, current) + arriving;   v = decay(v, membrane) + u + added;   then the comparison and the reset

A population is computed for all samples of a batch. Where samples are isolated, on the chip's own axis of time (every block takes
its latency, and a population's window begins at its arrival); otherwise on the network's, where delays only balance paths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import DECAY_UNITY, STATE_MAX, Membranes
from litesnn.jobs.explain.chip_rules import ChipRule, Reset
from litesnn.jobs.explain.effects import Key, Switches
from litesnn.jobs.explain.operators import Operator

Floats = npt.NDArray[np.float64]
WRAP = 2.0**24


@dataclass(frozen=True, eq=False)
class Added:
    """What is added in every step from `first` on, per neuron; `arriving`: to what arrives, else to the membrane."""

    values: Floats
    first: int = 0
    arriving: bool = False


@dataclass(frozen=True, eq=False)
class Constants:
    """Constants of a population, each a number or (C, 1, 1) or (C, H, W); membrane units.

    Attributes
    ----------
    decay, current_decay : the share that is kept
    threshold : None where nothing is compared
    added : biases and leaks
    """

    decay: Floats
    current_decay: Floats
    threshold: Floats | None
    added: Sequence[Added] = ()


@dataclass(frozen=True, eq=False)
class Synapses:
    """A block: what it makes of what its source sends, with real weights and with the chip's; None: nothing.

    `edge` names the weights; `by` is the change that makes them the chip's. `shift`: steps until what is sent arrives.
    """

    source: str
    edge: str
    shift: int
    real: Operator | None
    chip: Operator | None
    by: Key = "weights"


@dataclass(frozen=True, eq=False)
class Neurons:
    """A population with both sets of constants.

    Attributes
    ----------
    reset, spike_at : what the real network does at its threshold
    """

    population: Membranes
    real: Constants
    chip: Constants
    rule: ChipRule
    synapses: Sequence[Synapses]
    reset: Reset = "zero"
    spike_at: bool = False
    first: int = 0

    @property
    def name(self) -> str:
        """Of the population."""
        return self.population.name


@dataclass(eq=False)
class Behaviour:
    """What a run gave: spikes (N, T, C, H, W) of every population that sends them, and the score of every class (N, K)."""

    scores: Floats
    spikes: dict[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    overflows: int = 0

    @property
    def classes(self) -> npt.NDArray[np.int64]:
        """Of every sample, the lowest on ties."""
        found: npt.NDArray[np.int64] = np.argmax(self.scores, axis=1)
        return found


@dataclass(frozen=True, eq=False)
class HybridNetwork:
    """All of it.

    Attributes
    ----------
    source : name of the input
    neurons : such that what acts within a step stands before its readers
    depth : steps of the chip before the last population begins; 0 where time is the network's
    """

    source: str
    neurons: Sequence[Neurons]
    timesteps: int
    depth: int = 0

    def run(self, values: Floats, switches: Switches) -> Behaviour:
        """Run samples: (N, C, H, W) held for all steps, or (N, T, C, H, W), in units of the chip's integers."""
        held = values.ndim == 4
        steps = self.timesteps if held else values.shape[1]
        states = {neurons.name: _State(neurons, switches, len(values)) for neurons in self.neurons}
        sent: dict[str, list[Floats]] = {self.source: [], **{name: [] for name in states}}
        held_sums: dict[tuple[str, int], Floats] = {}
        for step in range(steps + self.depth):
            if step < steps:
                sent[self.source].append(values if held else values[:, step])
            else:
                sent[self.source].append(np.zeros_like(values if held else values[:, 0]))
            for neurons in self.neurons:
                arriving = self._arriving(neurons, switches, sent, step, held_sums if held and not self.depth else None)
                sent[neurons.name].append(states[neurons.name].step(arriving, step, len(values)))
        return self._result(states, sent, steps)

    def _arriving(
        self,
        neurons: Neurons,
        switches: Switches,
        sent: Mapping[str, list[Floats]],
        step: int,
        held: dict[tuple[str, int], Floats] | None,
    ) -> list[Floats]:
        parts = []
        for number, block in enumerate(neurons.synapses):
            on = switches.weights(block.edge) if block.by == "weights" else block.by in switches.on
            apply, at = block.chip if on else block.real, step - block.shift
            if apply is None or at < 0:
                continue
            if held is not None and block.source == self.source and block.shift == 0:
                if (neurons.name, number) not in held:
                    held[neurons.name, number] = apply(sent[block.source][at])
                parts.append(held[neurons.name, number])
            else:
                parts.append(apply(sent[block.source][at]))
        return parts

    def _result(self, states: Mapping[str, _State], sent: Mapping[str, list[Floats]], steps: int) -> Behaviour:
        result = Behaviour(np.zeros((0, 0)), overflows=sum(state.overflows for state in states.values()))
        for neurons in self.neurons:
            population, window = neurons.population, slice(neurons.first, neurons.first + steps)
            if population.sends == "spikes":
                result.spikes[neurons.name] = np.stack(sent[neurons.name][window], 1) > 0
            if population.read_by_host:
                if population.read_as == "membrane":
                    scores = states[neurons.name].kept[neurons.first + steps - 1]
                else:
                    scores = np.sum(sent[neurons.name][window], axis=0)
                result.scores = scores.reshape(len(scores), -1)
        return result


class _State:
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

    def step(self, arriving: list[Floats], step: int, count: int) -> Floats:
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


def of_4096(kept: int | npt.NDArray[np.int64]) -> Floats:
    """A share of 4096 as a number, for channels as (C, 1, 1)."""
    share = np.asarray(kept, np.float64) / DECAY_UNITY
    return share if share.ndim == 0 else share[:, None, None]
