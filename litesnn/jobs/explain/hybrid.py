"""A network that is real or the chip's, change by change: float64 throughout, in membrane units of the chip.

With no change on it is the floating-point network; with all of them it computes the chip's integers exactly, for whole numbers of
this size are exact in float64. In between, each change is on by itself.

    u = decay(u, current) + arriving;   v = decay(v, membrane) + u + added;   then the comparison and the reset

A population is computed for all samples of a batch. Where samples are isolated, on the chip's own axis of time (every block takes
its latency, and a population's window begins at its arrival); otherwise on the network's, where delays only balance paths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.jobs.explain.effects import Switches
from litesnn.jobs.explain.parts import Behaviour, Neurons
from litesnn.jobs.explain.state import State

Floats = npt.NDArray[np.float64]


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
        states = {neurons.name: State(neurons, switches, len(values)) for neurons in self.neurons}
        sent: dict[str, list[Floats]] = {self.source: [], **{name: [] for name in states}}
        held_sums: dict[tuple[str, int], Floats] = {}
        for step in range(steps + self.depth):
            if step < steps:
                sent[self.source].append(values if held else values[:, step])
            else:
                sent[self.source].append(np.zeros_like(values if held else values[:, 0]))
            for neurons in self.neurons:
                arriving = self._arriving(neurons, switches, sent, step, held_sums if held and not self.depth else None)
                sent[neurons.name].append(states[neurons.name].step(arriving, step))
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
            if "delays" not in switches.on:
                at -= block.late
            if apply is None or at < 0:
                continue
            if held is not None and block.source == self.source and block.shift == block.late == 0:
                if (neurons.name, number) not in held:
                    held[neurons.name, number] = apply(sent[block.source][at])
                parts.append(held[neurons.name, number])
            else:
                parts.append(apply(sent[block.source][at]))
        return parts

    def _result(self, states: Mapping[str, State], sent: Mapping[str, list[Floats]], steps: int) -> Behaviour:
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
