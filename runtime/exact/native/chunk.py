"""Some samples of a run through the kernels: what they send and hold, and the structures that say so."""

from __future__ import annotations

from ctypes import c_int32, c_uint64

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Membranes, Population, Source
from litesnn.kernels import structures
from litesnn.runtime.exact.axis import Axis
from litesnn.runtime.exact.native.arrays import Array, Pointers, bits_of, words
from litesnn.runtime.exact.native.plan import Plan
from litesnn.runtime.exact.sums import current_lost
from litesnn.runtime.exact.timing import RunTiming

REGISTERS: tuple[str, ...] = ("currents", "potentials", "membranes")
Registers = dict[str, npt.NDArray[np.int32]]


class Chunk:
    """Lanes that are computed one after the other by one thread.

    Parameters
    ----------
    inputs : (B, C, H, W), held, or (B, T, C, H, W)
    recorded : populations whose registers are kept at all steps
    timed : whether the kernels look at the clock

    Attributes
    ----------
    bits : population -> what it sent, (lanes, steps, H * W, words)
    registers : population -> register -> (lanes, steps, H * W, padded C) of those that are kept
    counts : population -> what the kernels counted
    """

    def __init__(self, plan: Plan, axis: Axis, inputs: Array, recorded: frozenset[str], timed: bool) -> None:
        self.plan, self.axis, self.recorded, self.timed = plan, axis, recorded, timed
        self.graph = plan.network.graph
        self.bits: dict[str, npt.NDArray[np.uint64]] = {}
        self.registers: dict[str, Registers] = {}
        self.counts: dict[str, structures.Counts] = {}
        self._pointers = Pointers()
        self._sents = (structures.Sent * len(self.graph.populations))()
        sequence = _sequence(axis, inputs)
        for source in self.graph.sources:
            self._enter(source, sequence)
        for population in self.graph.membranes:
            self._send(population)

    def run(self) -> None:
        """Compute all populations.

        Raises
        ------
        RegisterError
            Where a current left its register by more than one wrap brings back.
        """
        populations, count = self.plan.populations, len(self.plan.populations)
        made = (structures.Population * count)(*(structure for _, structure in populations))
        counts = (structures.Counts * count)()
        for (population, _), structure in zip(populations, made, strict=True):
            self._keep_registers(population, structure)
        run = self.plan.network.library.run
        run(made, self.plan.sizes, self._sents, self.axis.lanes, self.axis.steps, counts, self.timed)
        for (population, _), counted in zip(populations, counts, strict=True):
            if counted.worst_current:
                raise current_lost(population.name, counted.worst_current)
            self.counts[population.name] = counted

    def overflows(self, population: Membranes) -> dict[str, int]:
        """Values that left a register, by register; of those that are watched."""
        neurons, counts = self.plan.neurons[population.name], self.counts[population.name]
        watched = {"accumulator": counts.accumulator} if neurons.accumulator_limit is not None else {}
        checked = self.plan.checked[population.name]
        return watched | ({"current": counts.current, "membrane": counts.membrane} if checked else {})

    def time(self, population: Membranes, timing: RunTiming) -> None:
        """Add what a population took and sent."""
        entry, counts = timing.of(population.name), self.counts[population.name]
        entry.synapses += counts.synapses_ns / 1e9
        entry.neurons += counts.neurons_ns / 1e9
        entry.events += counts.events
        entry.values += population.size * self.axis.lanes * self.axis.steps
        for incoming in self.plan.neurons[population.name].incoming:
            entry.kernels |= {edge.source: incoming.layout.kernel for edge in incoming.edges}

    def _enter(self, source: Source, sequence: Array) -> None:
        """What a source sends: spikes where the run's inputs are 0 and 1, integers otherwise."""
        steps = sequence.shape[1]
        sent = self._sent(source, steps, self.axis.sent_steps if steps == 1 else steps)
        if source.name in self.plan.graded:
            sent.values = self._pointers.to(np.ascontiguousarray(np.moveaxis(sequence, 2, -1), np.int32), c_int32)
        else:
            sent.bits = self._pointers.to(np.ascontiguousarray(bits_of(sequence, source)), c_uint64)

    def _send(self, population: Membranes) -> None:
        """Room for what a population sends."""
        channels, height, width = population.shape
        shape = (self.axis.lanes, self.axis.steps, height * width, words(channels))
        self.bits[population.name] = np.zeros(shape, np.uint64)
        sent = self._sent(population, self.axis.steps, self.axis.steps)
        sent.bits = self._pointers.to(self.bits[population.name], c_uint64)

    def _sent(self, population: Population, steps: int, lasts: int) -> structures.Sent:
        sent = self._sents[self.plan.network.number[population.name]]
        sent.steps, sent.lasts, sent.words = steps, lasts, words(population.shape[0])
        sent.channels, sent.height, sent.width = population.shape
        return sent

    def _keep_registers(self, population: Membranes, structure: structures.Population) -> None:
        """Room for the registers that are kept at every step."""
        wanted = REGISTERS if population.name in self.recorded else ()
        if not wanted and population.read_as == "membrane" and population is self.graph.output:
            wanted = ("membranes",)
        if not wanted:
            return
        places = population.shape[1] * population.shape[2]
        shape = (self.axis.lanes, self.axis.steps, places, structure.padded)
        kept = self.registers[population.name] = {register: np.empty(shape, np.int32) for register in wanted}
        for register, values in kept.items():
            setattr(structure, register, self._pointers.to(values, c_int32))


def _sequence(axis: Axis, inputs: Array) -> Array:
    """What enters: (lanes, steps, C, H, W), one step where it is held.

    In a stream the samples follow one another; past them Lava's ring buffer starts again, and no answer depends on it.
    """
    sequence = inputs[:, None] if inputs.ndim == 4 else inputs
    if axis.mode != "stream":
        return sequence
    held = np.broadcast_to(sequence, (len(inputs), axis.timesteps, *sequence.shape[2:]))
    line = np.zeros((axis.sent_steps, *sequence.shape[2:]), inputs.dtype)
    line[axis.pace.offsets(axis.samples).ravel()] = held.reshape(-1, *sequence.shape[2:])
    stream: Array = line[np.arange(axis.steps) % axis.sent_steps][None]
    return stream
