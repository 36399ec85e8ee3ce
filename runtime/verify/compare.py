"""Comparing what two engines did: mismatching spikes per population and step, readouts, and where they first part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.shown import Brief
from litesnn.compiler.graph import Graph, Membranes
from litesnn.compiler.report.sections.verification import ComparisonEntry, DivergenceEntry, MismatchEntry

Bools = npt.NDArray[np.bool_]
Spikes = npt.NDArray[np.integer[Any]]


class Observed(Protocol):
    """What an engine reports: readout (N, classes) and recorded spikes, name -> (N, T, C, H, W)."""

    @property
    def readout(self) -> npt.NDArray[np.generic]:
        """(N, classes)."""

    @property
    def spikes(self) -> Mapping[str, Spikes]:
        """Population -> (N, T, C, H, W)."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Divergence(Brief):
    """The first spike that differs: topologically first population, then earliest sample, step and neuron.

    `neuron` is (channel, y, x) in the genotype's channel numbering; membranes are v before the reset, in the chip's units,
    None where an engine does not show them; `causes` the likely ones, most telling first.
    """

    population: str
    place: str
    sample: int
    step: int
    neuron: tuple[int, int, int]
    expected_spike: int
    found_spike: int
    threshold: int | None = None
    expected_membrane: float | None = None
    found_membrane: int | None = None
    causes: tuple[str, ...] = ()


@dataclass(repr=False)
class PopulationComparison(Brief):
    """Counts for one population: mismatches in all and per step, and the spikes of either engine."""

    name: str
    mismatching_spikes: int = 0
    mismatches_per_step: list[int] = field(default_factory=list)
    expected_spikes: int = 0
    found_spikes: int = 0


@dataclass(repr=False)
class Comparison(Brief):
    """`expected` against `found` over a number of samples.

    `first` is the first differing spike, `place_of_first` how far along the network its population is; `readout_causes` the likely causes where all spikes agree and readouts do not.
    """

    expected: str
    found: str
    samples: int = 0
    populations: dict[str, PopulationComparison] = field(default_factory=dict)
    mismatching_readouts: int = 0
    must_agree: bool = True
    first: Divergence | None = None
    readout_causes: tuple[str, ...] = ()
    place_of_first: int = field(default=0, repr=False, init=False)

    @property
    def mismatching_spikes(self) -> int | None:
        """Over all populations and steps; None where no population was compared."""
        if not self.populations:
            return None
        return sum(population.mismatching_spikes for population in self.populations.values())

    @property
    def compared_spikes(self) -> int:
        """Spikes of the reference that were held against the other engine's."""
        return sum(population.expected_spikes for population in self.populations.values())

    @property
    def equal(self) -> bool | None:
        """Whether every compared spike and every readout is the same; None where nothing was compared."""
        if not self.samples:
            return None
        return not self.mismatching_spikes and not self.mismatching_readouts

    @property
    def readouts(self) -> int | None:
        """Mismatching readouts, None where none were compared."""
        return self.mismatching_readouts if self.must_agree and self.samples else None

    def document(self) -> ComparisonEntry:
        """As a report holds it."""
        return ComparisonEntry(
            expected=self.expected,
            found=self.found,
            must_agree=self.must_agree,
            samples=self.samples,
            mismatching_spikes=self.mismatching_spikes,
            mismatching_readouts=self.readouts,
            populations={name: MismatchEntry.model_validate(entry) for name, entry in self.populations.items()},
            readout_causes=self.readout_causes,
            first_divergence=None if self.first is None else DivergenceEntry.model_validate(self.first),
        )

    def add(self, graph: Graph, expected: Observed, found: Observed) -> None:
        """Add a chunk of samples."""
        # Removed channels first: where one of them lives, all that follows is its consequence. What was removed because nothing reads
        # it may spike as it likes (see `not_compared`).
        for removal in graph.removals:
            if removal.reason == "never spikes" and removal.population in expected.spikes:
                self._add_silent(removal.population, list(removal.channels), expected.spikes[removal.population])
        for place, population in enumerate(graph.topological(), start=1):
            if isinstance(population, Membranes) and population.name in expected.spikes:
                name = population.name
                self._add_population(place, population, expected.spikes[name], found.spikes[name])
        if self.must_agree:
            self.mismatching_readouts += int((expected.readout != found.readout).any(axis=1).sum())
        self.samples += len(expected.readout)

    def _comes_first(self, place: int) -> bool:
        """Whether a divergence of this chunk, so far along the network, comes before that of the chunks before."""
        if self.first is not None and self.place_of_first <= place:
            return False
        self.place_of_first = place
        return True

    def _add_population(self, place: int, population: Membranes, expected: Spikes, found: Spikes) -> None:
        expected, found = live_channels(population, expected), live_channels(population, found)
        differs: Bools = expected != found
        entry = self._entry(population.name, expected.shape[1])
        entry.expected_spikes += int(np.count_nonzero(expected))
        entry.found_spikes += int(np.count_nonzero(found))
        _count(entry, differs)
        if differs.any() and self._comes_first(place):
            sample, step, channel, y, x = (int(i) for i in np.argwhere(differs)[0])
            where = (sample, step, channel, y, x)
            self.first = Divergence(
                population=population.name,
                place=population.place,
                sample=self.samples + sample,
                step=step,
                neuron=(population.channels[channel], y, x),
                expected_spike=int(expected[where]),
                found_spike=int(found[where]),
                threshold=_threshold(population, channel),
            )

    def _add_silent(self, name: str, channels: list[int], expected: Spikes) -> None:
        """Channels that were removed because they never spike must not spike in the reference."""
        spikes = expected[:, :, channels].astype(bool)
        if spikes.any():
            entry = self._entry(name, expected.shape[1])
            entry.expected_spikes += int(spikes.sum())
            _count(entry, spikes)
            if self._comes_first(0):
                sample, step, channel, y, x = (int(i) for i in np.argwhere(spikes)[0])
                cause = "removed channel: dead-structure removal took this channel for one that never spikes"
                self.first = Divergence(
                    population=name,
                    place=name,
                    sample=self.samples + sample,
                    step=step,
                    neuron=(channels[channel], y, x),
                    expected_spike=1,
                    found_spike=0,
                    causes=(cause,),
                )

    def _entry(self, name: str, steps: int) -> PopulationComparison:
        return self.populations.setdefault(name, PopulationComparison(name, mismatches_per_step=[0] * steps))

    def explain(self, **details: object) -> None:
        """Add membranes or causes to the first divergence."""
        if self.first is not None:
            self.first = replace(self.first, **details)  # type: ignore[arg-type]


def _threshold(population: Membranes, channel: int) -> int | None:
    """In the units of the membrane; None for populations without one."""
    return None if population.threshold is None else int(population.threshold[channel])


def _count(entry: PopulationComparison, differs: Bools) -> None:
    entry.mismatching_spikes += int(differs.sum())
    for step, count in enumerate(differs.sum(axis=(0, 2, 3, 4))):
        entry.mismatches_per_step[step] += int(count)


def not_compared(graph: Graph) -> dict[str, int]:
    """Neurons per population that are not compared: those removed because nothing reads them, which may spike or not."""
    neurons: dict[str, int] = {}
    for removal in graph.removals:
        if removal.reason == "never read":
            neurons[removal.population] = neurons.get(removal.population, 0) + removal.neurons
    return neurons


def spike_counts(graph: Graph, spikes: Mapping[str, Spikes]) -> dict[str, int]:
    """Spikes, or graded messages, per population that the graph and the engine share, the graph's channels only."""
    counts = {}
    for population in graph.membranes:
        if population.name in spikes:
            counts[population.name] = int(np.count_nonzero(live_channels(population, spikes[population.name])))
    return counts


def live_channels(population: Membranes, spikes: Spikes) -> Spikes:
    """Values (N, T, C, H, W) of the channels that the graph still holds; engines that know the genotype alone report all of them."""
    return spikes if spikes.shape[2] == population.shape[0] else spikes[:, :, list(population.channels)]


def neuron_index(population: Membranes, neuron: tuple[int, int, int]) -> tuple[int, int, int]:
    """Index of a neuron (genotype channel, y, x) in the population's own arrays."""
    return (population.channels.index(neuron[0]), neuron[1], neuron[2])
