"""Running the float network, the hybrid under many switches, and the program, on the same samples; counts of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.graph import Graph, Membranes
from litesnn.jobs.explain.effects import ALL, NONE, Switches
from litesnn.jobs.explain.parts import Behaviour
from litesnn.jobs.explain.subject import Floats, Ints, Subject
from litesnn.runtime.exact import Simulator

CHUNK_BYTES = 2**28


@dataclass
class Counts:
    """Of one run over all samples: those that were right, those of the float network's class, spikes that are not the float network's."""

    samples: int = 0
    right: int = 0
    same_class: int = 0
    differing: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    overflows: int = 0
    classes: list[npt.NDArray[np.int64]] = field(default_factory=list)

    def add(self, found: Behaviour, expected: Behaviour, labels: npt.NDArray[np.int64] | None) -> None:
        """Some samples more."""
        self.samples += len(found.scores)
        self.same_class += int((found.classes == expected.classes).sum())
        self.right += 0 if labels is None else int((found.classes == labels).sum())
        self.overflows += found.overflows
        self.classes.append(found.classes)
        for name, spikes in found.spikes.items():
            if name in expected.spikes:
                self.differing[name] = self.differing.get(name, 0) + int((spikes != expected.spikes[name]).sum())
                self.places[name] = self.places.get(name, 0) + spikes.size

    def share(self) -> dict[str, float]:
        """By population: of all neurons and steps, the share whose spike is not the float network's."""
        return {name: count / self.places[name] for name, count in self.differing.items()}


@dataclass(frozen=True, eq=False)
class Data:
    """Samples.

    Attributes
    ----------
    integers : as the chip gets them
    real : the same before they were rounded, in the same units; None where integers were given
    labels : (N,), None where there are none
    """

    integers: Ints
    real: Floats | None
    labels: npt.NDArray[np.int64] | None
    origin: str

    def values(self, part: slice, switches: Switches) -> Floats:
        """What enters under switches."""
        if self.real is None or "input" in switches.on:
            return self.integers[part].astype(np.float64)
        return self.real[part]

    def labels_of(self, part: slice) -> npt.NDArray[np.int64] | None:
        """Of some samples."""
        return None if self.labels is None else self.labels[part]


def measure(
    subject: Subject,
    data: Data,
    variants: Mapping[str, Switches],
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Counts, dict[str, Counts]]:
    """Counts of the float network, and of the hybrid under each switches.

    Raises
    ------
    DataError
        Where the hybrid with all changes on is not the program, spike for spike: then the program was made otherwise.
    """
    graph = subject.program.graph
    simulator = Simulator(graph)
    own, counts = Counts(), {name: Counts() for name in variants}
    total, step = len(data.integers), _chunk(subject, data)
    for start in range(0, total, step):
        part = slice(start, min(start + step, total))
        labels = data.labels_of(part)
        expected = subject.run_float(data.values(part, NONE))
        own.add(expected, expected, labels)
        for name, switches in variants.items():
            found = subject.hybrid.run(data.values(part, switches), switches)
            counts[name].add(found, expected, labels)
            if switches == ALL:
                _check(graph, simulator, data.integers[part], found)
        if progress is not None:
            progress(part.stop, total)
    return own, counts


def _chunk(subject: Subject, data: Data) -> int:
    steps = data.integers.shape[1] if data.integers.ndim == 5 else subject.hybrid.timesteps
    neurons = sum(neurons.population.size for neurons in subject.hybrid.neurons)
    return max(1, CHUNK_BYTES // max(1, neurons * (steps + subject.hybrid.depth) * 16))


def _check(graph: Graph, simulator: Simulator, inputs: Ints, found: Behaviour) -> None:
    """All changes together are the program, or nothing that is said about them holds."""
    shared = {p.name: p for p in graph.membranes if p.name in found.spikes}
    trace = simulator.run(inputs, record=list(shared))
    for name, population in shared.items():
        ours = _live(found.spikes[name], population)
        count = int((ours != (trace.spikes[name] > 0)).sum())
        if count:
            raise DataError(
                f"the network with all changes is not the program: {count:,} spikes of '{name}' differ. The program was made by another "
                "version, or with options that it does not record: compile or import it again"
            )
    if not np.array_equal(np.argmax(trace.readout, axis=1), found.classes):
        raise DataError("the network with all changes names other classes than the program: compile or import it again")


def _live(spikes: npt.NDArray[Any], population: Membranes) -> npt.NDArray[Any]:
    return spikes if spikes.shape[2] == population.shape[0] else spikes[:, :, list(population.channels)]
