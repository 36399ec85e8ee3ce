"""A SANA-FE network as a graph of integers: which groups are its input and its output, their shapes, populations and blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from litesnn.base.text import brief
from litesnn.compiler.frontends.sanafe.description import Connection, Convolution, Description, Floats, Group, Shape
from litesnn.compiler.frontends.sanafe.grids import Grid, grid_of
from litesnn.compiler.frontends.sanafe.inputs import Values, check_inputs, longest_train, own_trains
from litesnn.compiler.frontends.sanafe.merged_inputs import with_one_input
from litesnn.compiler.frontends.sanafe.place import Place
from litesnn.compiler.frontends.sanafe.populations import make_population, spike_source, uniform, value_source
from litesnn.compiler.frontends.sanafe.somas import Somas, model_of, read_somas
from litesnn.compiler.frontends.sanafe.synapses import blocks_of, weights_of
from litesnn.compiler.frontends.sanafe.units import INPUT, Units
from litesnn.compiler.frontends.support import check_timesteps
from litesnn.compiler.graph import FidelityLabel, Graph, Names, OneToOne, Population, SynapseBlock
from litesnn.compiler.origin import Layer

DEFAULT_TIMESTEPS = 16


@dataclass(frozen=True, eq=False)
class Lowered:
    """A graph, what became of each group, and the input that the file holds: (T, C, H, W) spikes, (C, H, W) values, or None."""

    graph: Graph
    rows: tuple[Layer, ...]
    own_input: Values | None


def lower(found: Description, units: Units | None, timesteps: int | None, input_shape: Shape | None) -> Lowered:
    """The graph of a network.

    Parameters
    ----------
    units : models of hardware units; None: assumed
    timesteps : steps of a sample; the longest list of spikes where None, and 16 without one
    input_shape : (channels, height, width) of the input, where the file does not say it

    Raises
    ------
    ImportFileError
        For what is not computed here, by its place.
    """
    description = with_one_input(found, units)
    return _Lowering(description, units, timesteps, input_shape).run()


class _Lowering:
    def __init__(
        self, found: Description, units: Units | None, timesteps: int | None, input_shape: Shape | None
    ) -> None:
        self.found, self.units, self.input_shape = found, units, input_shape
        self.place = Place(found.file, "network")
        self.models = {name: model_of(group, units) for name, group in found.groups.items()}
        self.spiking = [group for name, group in found.groups.items() if self.models[name] == INPUT]
        check_inputs(self.spiking)
        self.neurons = {n: read_somas(g, self.models[n]) for n, g in found.groups.items() if self.models[n] != INPUT}
        if not self.neurons:
            self.place.refuse("found input neurons alone; allowed: at least one group of other neurons")
        self.steps = timesteps or longest_train(self.spiking) or DEFAULT_TIMESTEPS
        check_timesteps(self.steps, f"{found.file}: steps per sample")
        self.first = self.spiking[0].name if self.spiking else self._first()
        self.output = self._output()
        self.shapes = {name: self._shape(group) for name, group in found.groups.items()}

    def run(self) -> Lowered:
        """All of it."""
        grids = {name: self._grid(name, somas) for name, somas in self.neurons.items()}
        names = Names(self.found.groups)
        entry, shape = self.first if self.spiking else names.new("input"), self.shapes[self.first]
        held = None if self.spiking else grids[self.first].weights(self.neurons[self.first].bias)
        first = (
            spike_source(entry, shape) if held is None else value_source(self._group(self.first), entry, shape, held)
        )
        populations: list[Population] = [first]
        for name, somas in self.neurons.items():
            populations.append(
                make_population(
                    self._group(name),
                    somas,
                    grids[name],
                    self.shapes[name],
                    is_output=name == self.output,
                    biased=bool(self.spiking) or name != self.first,
                )
            )
        blocks = list(self._blocks(grids))
        if not self.spiking:
            blocks.insert(0, self._injection(entry))
        graph = Graph.build(self.steps, populations, blocks)
        graph = graph.rebuild(list(graph.topological()), graph.blocks)
        own = own_trains(self.spiking, self.steps) if held is None else held.astype(np.int16)
        if own is not None:
            own = own.reshape(*own.shape[:-1], *shape)
        return Lowered(graph.labelled(*self._labels(grids)), tuple(self._rows()), own)

    def _group(self, name: str) -> Group:
        return self.found.groups[name]

    def _first(self) -> str:
        """Of a network without input neurons, the group whose biases are the input: it is reached by nothing."""
        reached = {connection.target for connection in self.found.connections}
        free = [name for name in self.neurons if name not in reached]
        biased = [name for name in free if self.neurons[name].bias.any()]
        if len(biased) > 1 or not free:
            self.place.refuse(
                f"found no input neurons, and {', '.join(map(brief, biased)) or 'no group'} with biases and no edges into them; "
                "allowed: neurons of the model 'input', or one group that nothing reaches, whose biases are the input"
            )
        return (biased or free)[0]

    def _output(self) -> str:
        """The last group of which nothing but itself reads."""
        read = {c.source for c in self.found.connections if c.source != c.target}
        last = [name for name in self.neurons if name not in read]
        return (last or list(self.neurons))[-1]

    def _shape(self, group: Group) -> Shape:
        """The map of a group: what convolutions make of it, if its neurons are alike within each channel; else neuron by neuron."""
        said = {group.shape} if group.shape is not None else set()
        for connection in self.found.connections:
            if isinstance(connection, Convolution):
                said |= {connection.in_shape} if connection.source == group.name else set()
                said |= {connection.out_shape} if connection.target == group.name else set()
        if group.name == self.first and self.input_shape is not None:
            if int(np.prod(self.input_shape)) != group.size or (said and said != {self.input_shape}):
                shapes = ", ".join(map(str, said)) or f"{group.size} neurons"
                group.place.refuse(f"--input-shape: found {self.input_shape}; the file has {shapes}")
            said = {self.input_shape}
        shape = said.pop() if len(said) == 1 else (group.size, 1, 1)
        return shape if all(uniform(values, shape) for values in self._constants(group.name)) else (group.size, 1, 1)

    def _constants(self, name: str) -> Iterator[Floats]:
        if name in self.neurons:
            somas = self.neurons[name]
            yield from (somas.threshold, somas.decay)
            if self.spiking or name != self.first:
                yield somas.bias

    def _grid(self, name: str, somas: Somas) -> Grid:
        arriving = [weights_of(connection) for connection in self.found.connections if connection.target == name]
        if name == self.first:
            arriving.append(somas.bias)
        return grid_of(self._group(name).place.path, arriving, somas)

    def _blocks(self, grids: dict[str, Grid]) -> Iterator[SynapseBlock]:
        names = Names()
        for connection in self.found.connections:
            start, end = connection.source, connection.target
            if end not in grids:
                connection.place.refuse(f"'{brief(end)}' is an input, which takes no spikes")
            edge = f"{end}:{start}"
            for geometry, delay in blocks_of(connection, grids[end], self.shapes[start], self.shapes[end]):
                kept = delay if self.units is None or self.units.keeps_delays else 0
                if geometry.nnz:
                    name = names.new(edge + (f".d{kept}" if kept else ""))
                    yield SynapseBlock(
                        name, start, target=end, geometry=geometry, edge=edge, place=connection.place.path, delay=kept
                    )

    def _injection(self, entry: str) -> SynapseBlock:
        ids = np.arange(self.shapes[self.first][0])
        identity = OneToOne(np.ones(len(ids), np.int32), ids, ids)
        name = f"{self.first}:{entry}"
        return SynapseBlock(
            name,
            entry,
            target=self.first,
            geometry=identity,
            edge=name,
            place=self._group(self.first).place.path,
            injected=True,
        )

    def _labels(self, grids: dict[str, Grid]) -> Iterator[FidelityLabel]:
        if self.units is None:
            detail = (
                "the file does not say which models compute its units: taken are leaky_integrate_fire, input where there are spike "
                "trains, and delays as accumulator_with_delay keeps them; --units says it"
            )
            yield FidelityLabel("soma models", "network", "assumed", detail)
        for grid in grids.values():
            yield from grid.labels

    def _rows(self) -> Iterator[Layer]:
        for name in self.found.groups:
            note = "; ".join(_told(connection) for connection in self.found.connections if connection.target == name)
            if not self.spiking and name == self.first:
                note = f"its biases are the input; {note}".removesuffix("; ")
            yield Layer(
                brief(name, 200), self.models[name], name, note + (" (read by the host)" if name == self.output else "")
            )


def _told(connection: Connection) -> str:
    kind = {"Convolution": "conv2d", "AllToAll": "dense", "Pairs": "edges"}[type(connection).__name__]
    return f"{kind} from {brief(connection.source)}"
