"""What is kept of a run: the readout and the recorded populations, written into arrays of all samples as batches pass."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph, Membranes
from litesnn.runtime.trace import Trace

if TYPE_CHECKING:
    from torch import Tensor

    from litesnn.runtime.exact.tensors.neurons import NeuronModel

Ints = npt.NDArray[np.int64]


class Recorder:
    """Collects a `Trace` of N samples of T steps."""

    def __init__(
        self, graph: Graph, record: Collection[str], record_states: Collection[str], samples: int, timesteps: int
    ) -> None:
        graded = {population.name for population in graph.membranes if population.sends == "graded"}

        def room(name: str) -> tuple[int, ...]:
            return (samples, timesteps, *graph[name].shape)

        def states() -> dict[str, npt.NDArray[np.int64]]:
            return {name: np.zeros(room(name), np.int64) for name in record_states}

        self._output = graph.output
        self._timesteps = timesteps
        self.trace = Trace(
            readout=np.zeros((samples, graph.output.size), np.int64),
            spikes={name: np.zeros(room(name), np.int32 if name in graded else np.uint8) for name in record},
            currents=states(),
            membranes=states(),
            potentials=states(),
            registers={population.name: {} for population in graph.membranes},
        )

    def keeps_states(self, name: str) -> bool:
        """Whether the registers of a population are recorded."""
        return name in self.trace.membranes

    def take(self, population: Membranes, samples: slice, step: int, sent: Tensor, model: NeuronModel) -> None:
        """Record a step of some samples: what was sent, (B, C, H, W), and the model's registers."""
        name = population.name
        if name in self.trace.spikes:
            _write(self.trace.spikes[name], samples, step, sent)
        if name in self.trace.membranes:
            states = model.states()
            _write(self.trace.currents[name], samples, step, states.current)
            _write(self.trace.potentials[name], samples, step, states.potential)
            _write(self.trace.membranes[name], samples, step, states.membrane)
        if population is self._output:
            self._read_out(population, samples, step, sent, model)

    def count_overflows(self, name: str, overflows: Mapping[str, int]) -> None:
        """Add the register overflows of a batch, by register."""
        counts = self.trace.registers[name]
        for register, count in overflows.items():
            counts[register] = counts.get(register, 0) + count

    def _read_out(self, population: Membranes, samples: slice, step: int, sent: Tensor, model: NeuronModel) -> None:
        """See `Membranes.read_as`."""
        if population.read_as == "sum":
            self.trace.readout[samples] += _integers(sent)
        elif step == self._timesteps - 1:
            last = model.states().membrane if population.read_as == "membrane" else sent
            self.trace.readout[samples] = _integers(last)


def _write(kept: npt.NDArray[np.integer[Any]], samples: slice, step: int, values: Tensor) -> None:
    kept[samples, step] = values.numpy(force=True)


def _integers(values: Tensor) -> Ints:
    integers: Ints = values.flatten(1).long().numpy(force=True)
    return integers
