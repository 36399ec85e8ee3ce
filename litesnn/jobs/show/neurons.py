"""Which neurons are traced, and what is known of each: as asked for, where engines part, or the liveliest one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.base.text import brief
from litesnn.compiler.graph import Graph, Membranes
from litesnn.compiler.report.sections.sample_trace import NeuronEntry
from litesnn.runtime.trace import Trace
from litesnn.runtime.verify.compare import neuron_index

MOST_NEURONS, MOST_STEPS = 12, 4096
Spikes = Mapping[str, npt.NDArray[np.integer[Any]]]


@dataclass(frozen=True)
class Neuron:
    """A neuron of a population: (channel, row, column), the channel in the genotype's numbering."""

    population: Membranes
    place: tuple[int, int, int]

    @property
    def index(self) -> tuple[int, int, int]:
        """In the population's own arrays."""
        return neuron_index(self.population, self.place)

    @classmethod
    def at(cls, population: Membranes, index: Sequence[Any]) -> Neuron:
        """From an index into the population's own arrays."""
        channel, row, column = (int(i) for i in index)
        return cls(population, (population.channels[channel], row, column))


def chosen_neuron(graph: Graph, text: str, spikes: Spikes) -> Neuron:
    """`POPULATION:CHANNEL,ROW,COLUMN`; row and column may be left out where they are 0, all three for its liveliest neuron.

    Raises
    ------
    DataError
        For a population, or a neuron of it, that is not there.
    """
    known = {population.name: population for population in graph.membranes}
    name, _, place = (text, "", "") if text in known else text.rpartition(":")
    if name not in known:
        raise DataError(f"--neuron: found population '{brief(name or text)}'; allowed: {', '.join(known)}")
    population = known[name]
    if not place:
        return liveliest(population, spikes)
    try:
        numbers = [int(part) for part in place.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 3):
        raise DataError(f"--neuron: found '{brief(place)}'; allowed: CHANNEL,ROW,COLUMN, e.g. {name}:0,0,0")
    channel, row, column = [*numbers, 0, 0][:3]
    _, height, width = population.shape
    if not (0 <= row < height and 0 <= column < width):
        raise DataError(
            f"--neuron: found row {row}, column {column} of '{name}'; allowed: rows 0..{height - 1}, columns 0..{width - 1}"
        )
    if channel not in population.channels:
        removed = 0 <= channel < population.genotype_channels
        found = f"channel {channel}" + (", which was removed" if removed else "")
        raise DataError(f"--neuron: found {found} of '{name}'; allowed: {brief(_spans(population), 200)}")
    return Neuron(population, (channel, row, column))


def _spans(population: Membranes) -> str:
    from litesnn.compiler.report.numbers import spans

    return spans(population.channels)


def liveliest(population: Membranes, spikes: Spikes) -> Neuron:
    """The neuron that went most often between sending and silence in the last sample, of these the one that sent most; of a readout its first."""
    if population.name not in spikes:
        return Neuron.at(population, (0, 0, 0))
    sent = spikes[population.name][-1] != 0
    changes, counts = np.count_nonzero(sent[1:] != sent[:-1], axis=0), np.count_nonzero(sent, axis=0)
    rank = changes * (len(sent) + 1) + counts
    return Neuron.at(population, np.unravel_index(int(rank.argmax()), rank.shape))


def default_neuron(graph: Graph, spikes: Spikes) -> Neuron:
    """The liveliest neuron of the last population that sends anything, before the output if there is one."""
    order = [p for p in graph.topological() if isinstance(p, Membranes)]
    live = [p for p in order if p.name in spikes and spikes[p.name][-1].any()]
    inner = [p for p in live if not p.read_by_host]
    return liveliest((inner or live or order)[-1], spikes)


def neuron_entry(neuron: Neuron, states: Trace, spikes: Spikes, others: Mapping[str, npt.NDArray[Any]]) -> NeuronEntry:
    """What is known of one, in the last sample.

    Parameters
    ----------
    states : with the population's registers
    others : engine -> its membranes of the population, (T, C, H, W)
    """
    population, (channel, row, column) = neuron.population, neuron.index
    name, threshold = population.name, population.threshold

    def series(values: npt.NDArray[Any]) -> tuple[Any, ...]:
        return tuple(values[:MOST_STEPS, channel, row, column].tolist())

    return NeuronEntry(
        population=name,
        neuron=neuron.place,
        threshold=None if threshold is None else int(threshold[channel]),
        current=series(states.currents[name][-1]),
        potential=series(states.potentials.get(name, states.membranes[name])[-1]),
        membrane=series(states.membranes[name][-1]),
        sent=series(spikes[name][-1]) if name in spikes else (),
        others={engine: series(values) for engine, values in others.items()},
    )
