"""network.yaml: neuron groups, every synapse as an edge, and the mapping; one sample's input stands in it.

SANA-FE's numbers are ours over 64: a weight is the integer weight, a threshold `vth`, a bias 64ths. All are written as exact
decimals, so its doubles hold them exactly. SANA-FE has neither periodic resets nor graded spikes, hence:

- a population computes one sample, in its own T steps after its arrival; its bias comes from a source that spikes in those
  steps alone, so that the membrane is 0 before them (one that arrives at once, because nothing reaches it, has its own);
- a pixel with a value spikes in every step, and its weights are multiplied by the value;
- values that the host writes into neurons are biases of these; so are all biases where a sample is a run of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from litesnn.compiler.export.sanafe.architecture import DENDRITE, SOMA, SOURCE, SYNAPSE
from litesnn.compiler.export.sanafe.kernels import kernels
from litesnn.compiler.export.sanafe.placement import Place, Placement, runs
from litesnn.compiler.export.sanafe.scalars import scalar
from litesnn.compiler.export.sanafe.somas import SOMAS, UNIT
from litesnn.compiler.graph import DECAY_UNITY, Graph, Membranes, Names, Population, Source, SynapseBlock

_YAML_WORDS = ("y", "n", "yes", "no", "on", "off", "true", "false", "null")


class NetworkWriter:
    """Writes one program with one sample.

    Parameters
    ----------
    inputs : graded values (C, H, W), held for all steps, or spikes (T, C, H, W)

    Attributes
    ----------
    names : population -> SANA-FE's group name (no dots)
    chip_sources, host_sources : most sources on a core, filled by `lines`
    """

    def __init__(self, graph: Graph, placement: Placement, inputs: npt.NDArray[np.int16]) -> None:
        self.graph, self.placement = graph, placement
        self.trains = inputs if inputs.ndim == 4 else np.repeat(inputs[None], graph.timesteps, axis=0)
        self.values = inputs.astype(np.int64).ravel() if inputs.ndim == 3 else None
        self.names, self.biases = _group_names([population.name for population in graph.populations])
        self._used: dict[str, int] = {}

    def lines(self, name: str) -> Iterator[str]:
        """The document, line by line."""
        yield from ("network:", f"  name: {scalar(name)}", "  groups:")
        for population in self.graph.populations:
            if not isinstance(population, Source):
                yield from self._neurons(population)
            elif any(not block.injected for block in self.graph.out_of(population.name)):
                yield from self._source(population)
        biased = [place for place in self.placement.places if self._from_source(place)]
        for population in self.graph.membranes:
            count = sum(place.population == population.name for place in biased)
            if count:
                yield from self._bias_group(population, count)
        edges = list(self._all_edges())
        edges += [line for number, place in self._numbered(biased) for line in self._bias_edges(place, number)]
        yield from ("  edges:", *edges) if edges else ("  edges: []",)
        yield "mappings:"
        for place in self.placement.places:
            yield from self._mapping(place)
        for number, place in self._numbered(biased):
            soma = self._next_source(place.address)
            yield f'  - {self._bias_name(place.population)}.{number}: {{core: {place.address}, soma: "{SOURCE}[{soma}]"}}'

    @property
    def chip_sources(self) -> int:
        """Most sources on one core of the chip."""
        return self._most(lambda tile: tile < self.placement.chip_tiles)

    @property
    def host_sources(self) -> int:
        """Most sources on one core of the host."""
        return self._most(lambda tile: tile >= self.placement.chip_tiles)

    def _source(self, population: Population) -> Iterator[str]:
        yield f"    - name: {self.names[population.name]}"
        yield "      attributes: {log_spikes: true}"
        yield "      neurons:"
        trains = (self.trains != 0).reshape(len(self.trains), -1).astype(int)
        for neuron in range(population.size):
            yield f"        - {neuron}: {{spikes: {trains[:, neuron].tolist()}}}"

    def _neurons(self, population: Population) -> Iterator[str]:
        assert isinstance(population, Membranes)
        soma = SOMAS.of(population, population.name)(population)
        leaks = (np.broadcast_to(population.decay_mantissa, population.shape[0]) / DECAY_UNITY).tolist()
        one_leak = len(set(leaks)) == 1
        group = {"log_spikes": "true"}
        if population.read_as == "membrane":
            group["log_potential"] = "true"
        group |= {"soma_hw_name": SOMA, "dendrite_hw_name": DENDRITE}
        if one_leak:
            group["leak_decay"] = repr(leaks[0])
        if soma.reset_mode != "hard":  # what it does unasked
            group["reset_mode"] = soma.reset_mode
        yield f"    - name: {self.names[population.name]}"
        yield f"      attributes: {_attributes(group)}"
        yield "      neurons:"
        area = population.shape[1] * population.shape[2]
        biases = np.repeat(population.bias, area) + self._written(population)
        for channel in range(population.shape[0]):
            own = {"threshold": soma.thresholds[channel]}
            if not one_leak:
                own["leak_decay"] = repr(leaks[channel])
            first = channel * area
            for start, end in _alike(biases[first : first + area]):
                if self._biased_at_once(population):
                    own["bias"] = repr(int(biases[first + start]) / UNIT)
                yield f"        - {_range(first + start, first + end)}: {_attributes(own)}"

    def _bias_group(self, population: Membranes, count: int) -> Iterator[str]:
        assert population.arrival, "only these have sources"
        train = [0] * (population.arrival - 1) + [1] * self.graph.timesteps
        yield f"    - name: {self._bias_name(population.name)}"
        yield "      attributes: {log_spikes: true}"
        yield "      neurons:"
        yield f"        - {_range(0, count - 1)}: {{spikes: {train}}}"

    def _biased_at_once(self, population: Membranes) -> bool:
        """Whether its biases work from the first step on: where nothing is before it, and where samples are runs of their own."""
        return not population.arrival or self.graph.isolated

    def _written(self, population: Membranes) -> npt.NDArray[np.int64]:
        """What the host writes into each neuron in every step, in membrane units."""
        total = np.zeros(population.size, np.int64)
        if self.values is not None and any(block.injected for block in self.graph.into(population.name)):
            total += self.values * UNIT
        return total

    def _all_edges(self) -> Iterator[str]:
        """Convolutions as such, where SANA-FE has the like, and all other synapses."""
        whole = {block.name: kernel for kernel in kernels(self.graph) for block in kernel.blocks}
        for block in self.graph.blocks:
            kernel = whole.get(block.name)
            if kernel is None:
                yield from self._edges(block) if not block.injected else ()
            elif kernel.blocks[0] is block:
                yield from kernel.lines(self.graph, self.names[block.source], self.names[block.target])

    def _edges(self, block: SynapseBlock) -> Iterator[str]:
        source, target = self.graph[block.source], self.graph[block.target]
        matrix = block.weights(source.shape, target.shape).tocoo()
        weights = matrix.data
        if isinstance(source, Source) and self.values is not None:
            weights = weights * self.values[matrix.col]
        start, end = self.names[block.source], self.names[block.target]
        delay = f", delay: {block.delay}" if block.delay else ""
        for row, column, weight in zip(matrix.row.tolist(), matrix.col.tolist(), weights.tolist(), strict=True):
            yield f"    - {start}.{column} -> {end}.{row}: {{synapse_hw_name: {SYNAPSE}, weight: {weight}{delay}}}"

    def _bias_edges(self, place: Place, number: int) -> Iterator[str]:
        start, end = self._bias_name(place.population), self.names[place.population]
        for neuron, bias in zip(place.ids.tolist(), self._bias(place).tolist(), strict=True):
            if bias:
                yield f"    - {start}.{number} -> {end}.{neuron}: {{synapse_hw_name: {SYNAPSE}, weight: {bias / UNIT!r}}}"

    def _mapping(self, place: Place) -> Iterator[str]:
        group = self.names[place.population]
        if isinstance(self.graph[place.population], Source):
            for neuron in place.ids.tolist():
                soma = self._next_source(place.address)
                yield f'  - {group}.{neuron}: {{core: {place.address}, soma: "{SOURCE}[{soma}]"}}'
            return
        for first, last in runs(place.ids):
            yield f"  - {group}.{_range(first, last)}: {{core: {place.address}}}"

    def _from_source(self, place: Place) -> bool:
        """Whether the place's neurons have a bias that a source must bring, one step after it spikes."""
        population = self.graph[place.population]
        return (
            isinstance(population, Membranes) and not self._biased_at_once(population) and bool(self._bias(place).any())
        )

    def _bias(self, place: Place) -> npt.NDArray[np.int64]:
        """Bias of the place's neurons in membrane units."""
        population = self.graph[place.population]
        if not isinstance(population, Membranes):
            return np.zeros(len(place.ids), np.int64)
        area = population.shape[1] * population.shape[2]
        bias: npt.NDArray[np.int64] = population.bias[place.ids // area]
        return bias

    def _bias_name(self, population: str) -> str:
        return self.biases[population]

    @staticmethod
    def _numbered(places: list[Place]) -> Iterator[tuple[int, Place]]:
        """Places with their number among those of the same population."""
        seen: dict[str, int] = {}
        for place in places:
            number = seen.get(place.population, 0)
            seen[place.population] = number + 1
            yield number, place

    def _next_source(self, address: str) -> int:
        number = self._used.get(address, 0)
        self._used[address] = number + 1
        return number

    def _most(self, on: object) -> int:
        assert callable(on)
        return max((count for address, count in self._used.items() if on(int(address.split(".")[0]))), default=0)


def _group_names(populations: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Names of the groups of populations, and of the sources of their biases: plain words, all different from each other.

    SANA-FE takes a dot for the neuron's number, and YAML some words and all that begins like a number for something else.
    """
    names = Names(case(word) for word in _YAML_WORDS for case in (str.lower, str.upper, str.title))
    groups = {}
    for population in populations:
        word = re.sub(r"\W", "_", population, flags=re.ASCII)
        groups[population] = names.new(word if word[:1].isalpha() else f"_{word}")
    return groups, {population: names.new(f"{group}_bias") for population, group in groups.items()}


def _alike(values: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Runs of equal values (first, last), both included."""
    breaks = np.flatnonzero(np.diff(values))
    return zip([0, *(breaks + 1).tolist()], [*breaks.tolist(), len(values) - 1], strict=True)


def _range(first: int, last: int) -> str:
    return f"{first}..{last}" if last > first else str(first)


def _attributes(values: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{name}: {value}' for name, value in values.items())}}}"
