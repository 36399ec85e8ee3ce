"""A stored trace held against the exact simulator: how many values of which register differ, and where they first part.

First is what comes first along the network, then the earliest sample and step, then the register that a step computes first.
Everything that reads the population may only follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import DataError
from litesnn.compiler.graph import Graph, Membranes
from litesnn.runtime.exact import Simulator, is_aligned
from litesnn.runtime.trace import REGISTERS, Register
from litesnn.runtime.traces.card import comparison_card
from litesnn.runtime.traces.causes import likely_causes
from litesnn.runtime.traces.evidence import Evidence
from litesnn.runtime.traces.read import StoredTrace

CHUNK_BYTES = 2**27
BYTES_PER_VALUE = 64
"""Of a neuron and step while a trace is written or compared: spikes, u, v and the membrane before the reset, on both sides."""


@dataclass(frozen=True, kw_only=True)
class FirstDifference:
    """Where two traces first part; `neuron` is (channel, y, x), the channel in the genotype's numbering.

    `ours` and `theirs` are the values of `register` there, `causes` what would explain the difference, most telling first.
    """

    population: str
    place: str
    register: Register
    sample: int
    step: int
    neuron: tuple[int, int, int]
    ours: int
    theirs: int
    causes: tuple[str, ...] = ()


@dataclass
class RegisterComparison:
    """Values of one register that were compared, and those that differ."""

    population: str
    register: Register
    values: int = 0
    differing: int = 0


@dataclass(repr=False)
class TraceComparison(Shown):
    """What was compared.

    Attributes
    ----------
    registers : in the order of the network
    left_out : populations that the other trace does not have, `POPULATION: REGISTERS` where it has some
    readouts : samples whose readout was compared; `differing_readouts` of them differ
    """

    samples: int
    timesteps: int
    registers: list[RegisterComparison]
    left_out: tuple[str, ...]
    readouts: int = 0
    differing_readouts: int = 0
    first: FirstDifference | None = None

    @property
    def values(self) -> int:
        """Compared values of all registers."""
        return sum(row.values for row in self.registers)

    @property
    def differing(self) -> int:
        """Those of them that differ."""
        return sum(row.differing for row in self.registers)

    @property
    def equal(self) -> bool | None:
        """Whether all that was compared is the same; None where nothing was."""
        if not self.values and not self.readouts:
            return None
        return not self.differing and not self.differing_readouts

    def card(self) -> Card:
        """See `Shown`: whether all is equal, register by register."""
        return comparison_card(self)


def require_single_samples(graph: Graph) -> None:
    """Refuse a graph in whose schedule samples meet, so that no sample has a trace of its own (`DataError`)."""
    if not graph.isolated and not is_aligned(graph):
        raise DataError(
            "this program's delays or resets do not fit its schedule: its samples meet each other, and no trace of a sample stands by "
            "itself; litesnn verify names the fault"
        )


def chunk_of(graph: Graph, names: Sequence[str], timesteps: int) -> int:
    """Samples that are traced at once, at least one."""
    values = sum(graph[name].size for name in names) * timesteps
    return max(1, CHUNK_BYTES // max(1, values * BYTES_PER_VALUE))


def compare_stored(
    graph: Graph,
    stored: StoredTrace,
    inputs: npt.NDArray[Any],
    *,
    populations: Sequence[str] = (),
    device: str = "cpu",
    progress: Callable[[int, int], None] | None = None,
) -> TraceComparison:
    """Compare a stored trace with a run of the exact simulator on the same inputs.

    Parameters
    ----------
    inputs : the trace's own, as integers for the network
    populations : those to compare; all that the trace has where empty
    progress : called with (samples done, samples)

    Raises
    ------
    DataError
        For arrays that are not of the graph's populations and shapes, and a graph whose samples meet.
    """
    require_single_samples(graph)
    stored.check(graph)
    steps, given = stored.document.timesteps, int(inputs.shape[1]) if inputs.ndim == 5 else graph.timesteps
    if steps != given:
        raise DataError(f"{stored.folder}: found {steps} timesteps; allowed: {given}, as its inputs have")
    order = [p for p in graph.topological() if isinstance(p, Membranes) and (not populations or p.name in populations)]
    having = [p for p in order if any((p.name, register) in stored.arrays for register in REGISTERS)]
    work = _Work(graph, stored, inputs, Simulator(graph, device))
    work.prepare(order, having)
    names, count = [population.name for population in having], len(inputs)
    step = chunk_of(graph, names, steps)
    for start in range(0, count, step):
        stop = min(start + step, count)
        work.add(having, start, stop)
        if progress is not None:
            progress(stop, count)
    return work.result()


@dataclass
class _Work:
    graph: Graph
    stored: StoredTrace
    inputs: npt.NDArray[Any]
    simulator: Simulator
    rows: dict[tuple[str, Register], RegisterComparison] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    readouts: int = 0
    differing_readouts: int = 0
    first: tuple[int, ...] | None = None
    """Place along the network, sample, step, register, channel, y, x."""

    def prepare(self, order: list[Membranes], having: list[Membranes]) -> None:
        """A row for everything that can be compared."""
        self.having = having
        for population in order:
            name = population.name
            registers = [which for which in REGISTERS if which != "spikes" or population.sends != "nothing"]
            missing = [which for which in registers if (name, which) not in self.stored.arrays]
            for register in registers:
                if register not in missing:
                    self.rows[name, register] = RegisterComparison(name, register)
            if missing:
                self.left_out.append(name if missing == registers else f"{name}: {', '.join(missing)}")

    def add(self, having: list[Membranes], start: int, stop: int) -> None:
        """Compare some samples."""
        sending = [p.name for p in having if p.sends != "nothing"]
        names = [p.name for p in having]
        trace = self.simulator.run(self.inputs[start:stop], record=sending, record_states=names)
        for place, population in enumerate(having):
            for register in REGISTERS:
                row = self.rows.get((population.name, register))
                if row is None:
                    continue
                theirs = self.stored.rows(population.name, register, start, stop)
                differs = trace.recorded(population.name, register) != theirs
                row.values += differs.size
                row.differing += int(differs.sum())
                self._note(place, register, start, differs)
        if self.stored.readout is not None:
            self.readouts += stop - start
            self.differing_readouts += int((trace.readout != self.stored.readout[start:stop]).any(axis=1).sum())

    def _note(self, place: int, register: Register, start: int, differs: npt.NDArray[np.bool_]) -> None:
        if not differs.any():
            return
        sample, step, *neuron = (int(i) for i in np.argwhere(differs)[0])
        found = (place, start + sample, step, REGISTERS.index(register), *neuron)
        self.first = found if self.first is None else min(self.first, found)

    def result(self) -> TraceComparison:
        """All that was compared, with the first difference explained."""
        return TraceComparison(
            samples=len(self.inputs),
            timesteps=self.stored.document.timesteps,
            registers=list(self.rows.values()),
            left_out=tuple(self.left_out),
            readouts=self.readouts,
            differing_readouts=self.differing_readouts,
            first=None if self.first is None else self._explained(*self.first),
        )

    def _explained(self, place: int, sample: int, step: int, number: int, *neuron: int) -> FirstDifference:
        population, register, at = self.having[place], REGISTERS[number], (step, *neuron)
        name = population.name
        every = [p.name for p in self.graph.membranes if p.sends != "nothing"]
        one = self.inputs[sample : sample + 1]
        trace = self.simulator.run(one, record=every, record_states=[name])
        theirs = {
            which: self.stored.rows(name, which, sample, sample + 1)[0]
            for which in REGISTERS
            if (name, which) in self.stored.arrays
        }
        evidence = Evidence(graph=self.graph, population=population, trace=trace, theirs=theirs, inputs=one)
        ours = trace.recorded(name, register)[0]
        return FirstDifference(
            population=name,
            place=population.place,
            register=register,
            sample=sample,
            step=step,
            neuron=(population.channels[neuron[0]], neuron[1], neuron[2]),
            ours=int(ours[at]),
            theirs=int(theirs[register][at]),
            causes=likely_causes(evidence, register, at),
        )
