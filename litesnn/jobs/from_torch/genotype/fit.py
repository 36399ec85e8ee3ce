"""A module's time step as the parts of a genotype: populations in order, their edges and normalizations, feedback, the readout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from litesnn.compiler.frontends.real.nodes import Shape
from litesnn.compiler.genotype import NeuronSpec
from litesnn.jobs.from_torch.genotype.arrivals import Arriving, arriving, as_map
from litesnn.jobs.from_torch.genotype.neurons import Layer, gain_of, layer_of, shared
from litesnn.jobs.from_torch.genotype.norms import Norm
from litesnn.jobs.from_torch.genotype.ways import Way, per_channel
from litesnn.jobs.from_torch.genotype.wires import Wire, wire
from litesnn.jobs.from_torch.network import own_spikes
from litesnn.jobs.from_torch.neurons.reading import Floats, Refused, refused
from litesnn.jobs.from_torch.result import result_of
from litesnn.jobs.from_torch.steps import Step
from litesnn.jobs.from_torch.terms import Applied, Given, Sent, Term, Total
from litesnn.jobs.from_torch.trace import Trace

EPS = 2.0**-17
"""Of normalizations that normalize nothing: 1 - EPS and EPS are 1 in single precision too."""


@dataclass(frozen=True, eq=False)
class Population:
    """One node: its shape (C, H, W), its edges of this step and of the step before, and its normalization."""

    path: str
    shape: Shape
    wires: tuple[Wire, ...]
    late: tuple[Wire, ...]
    norm: Norm


@dataclass(frozen=True, eq=False)
class Parts:
    """What a genotype is made of.

    Attributes
    ----------
    populations : in an order in which every source stands before its readers
    readout, bias : (classes, neurons of the last population), (classes,)
    counts : whether the readout counts the last population's spikes
    input_shape : (C, H, W)
    layers : the neurons by path, as the module has them
    """

    populations: tuple[Population, ...]
    neuron: NeuronSpec
    layers: dict[str, Layer]
    readout: Floats
    bias: Floats
    counts: bool
    input_shape: Shape


def fit(step: Step, trace: Trace) -> Parts:
    """The parts of a step.

    Raises
    ------
    ImportFileError
        For what a genotype does not have, at its place in the module.
    """
    return _Fit(step, trace).parts()


class _Fit:
    def __init__(self, step: Step, trace: Trace) -> None:
        self.step, self.trace = step, trace
        self.inputs: set[Shape] = set()
        self.arriving = {path: self._arriving(path) for path in step.neurons}

    def parts(self) -> Parts:
        result, integrator = self._readout_term()
        spiking = [path for path in self.step.neurons if path != integrator]
        layers = {path: self._layer(path) for path in spiking}
        try:
            if not layers:
                raise Refused("has no neurons that spike before its readout; a genotype has a population at least")
            neuron = shared(layers)
            readout, bias, last, counts = self._readout(result, integrator)
            ordered = self._ordered(spiking, last)
        except Refused as problem:
            raise refused(self.trace.name, problem) from None
        populations = tuple(self._population(path, gain_of(layers[path], neuron)) for path in ordered)
        if len(self.inputs) != 1:
            shown = ", ".join(map(str, sorted(self.inputs))) or "no shape"
            raise refused(self.trace.name, f"its input is read as {shown}; allowed: one shape")
        return Parts(
            populations=populations,
            neuron=neuron,
            layers=layers,
            readout=readout,
            bias=bias,
            counts=counts,
            input_shape=self.inputs.pop(),
        )

    def _readout_term(self) -> tuple[Term, str | None]:
        """What the readout integrates; the path of the module that does it, where one does."""
        result = result_of(self.step, self.trace)
        if not isinstance(result, Sent):
            return result, None
        reading = self.step.readings[result.path]
        read = {term.part for term in self.step.returned if isinstance(term, Sent) and term.path == result.path}
        membrane = reading.reset is None or result.part == "mem" or (reading.reset == "none" and "mem" in read)
        if not membrane:
            return result, None
        if reading.reset not in (None, "none") or reading.type not in ("I", "IF"):
            raise refused(
                self.trace.place(result.path),
                f"its membrane ({reading.type}, reset '{reading.reset}') is what the module returns; a genotype's readout integrates "
                "without a leak and is never reset; allowed: spikes, a layer's output that is summed over the steps, or such a membrane",
            )
        return self.step.neurons[result.path].arriving, result.path

    def _readout(self, result: Term, integrator: str | None) -> tuple[Floats, Floats, str, bool]:
        """Weights, biases, the population that is read, and whether its spikes are counted."""
        found = arriving(result, self._shape)
        way, *others = found.ways
        if others or not isinstance(way.leaf, Sent) or way.leaf.call != 0 or way.maximum is not None:
            raise Refused(
                "reads out a sum, the input or a maximum; a genotype's readout reads the last population's spikes"
            )
        last, (way, offset) = way.leaf.path, way.folded()
        counts = way.bare
        if not way.dense:
            way = way.through_dense(np.eye(int(np.prod(way.map))))
        gain: Floats = np.ones(len(way.need_weight))
        if integrator is not None:
            gain = gain * np.broadcast_to(self.step.readings[integrator].parameters["r"], (1, *gain.shape))[0]
        return way.need_weight * gain[:, None], (found.bias.reshape(-1) + offset) * gain, last, counts

    def _ordered(self, spiking: list[str], last: str) -> list[str]:
        graph: Any = nx.DiGraph()
        graph.add_nodes_from(spiking)
        for target in spiking:
            for leaf in self._leaves(target):
                forward = leaf.call == 0
                if leaf.path != target:
                    graph.add_edge(*((leaf.path, target) if forward else (target, leaf.path)))
        if not nx.is_directed_acyclic_graph(graph):
            raise Refused(
                "spikes of the step before go forward, to neurons behind those that sent them; a genotype's feedback goes to the "
                "same layer or one before it"
            )
        ordered = list(nx.lexicographical_topological_sort(graph, key=lambda path: (path == last, spiking.index(path))))
        if ordered[-1] != last:
            raise Refused(
                f"'{last}' is read out, and '{ordered[-1]}' reads it; a genotype reads out its last population"
            )
        return ordered

    def _population(self, path: str, gain: Floats) -> Population:
        try:
            return self._wired(path, gain)
        except Refused as problem:
            raise refused(self.trace.place(path), problem) from None

    def _wired(self, path: str, gain: Floats) -> Population:
        shape = self._map(path)
        found = self.arriving[path]
        ways, bias = found.ways, per_channel(found.bias, "has biases that differ within a map")
        if not found.plain:
            folded = [way.folded() for way in ways]
            ways = tuple(way for way, _ in folded)
            bias = bias + np.sum([offset for _, offset in folded], axis=0)
        wires = []
        for way in ways:
            self._note_input(way)
            made, factors = wire(way, shape, alone=len(ways) == 1)
            wires.append(made)
        kept = wires[0].norm
        norm = Norm.plain(gain * factors, bias * gain, EPS) if kept is None else kept.scaled(gain)
        late = tuple(edge for edge in wires if isinstance(edge.leaf, Sent) and edge.leaf.call < 0)
        now = tuple(edge for edge in wires if edge not in late)
        if not now:
            raise Refused("reads spikes of the step before alone; a genotype's populations read something of this step")
        if any(edge.pool is not None or edge.stride not in (None, 1) for edge in late):
            raise Refused("has feedback through a pool or a stride; allowed: maps of one size")
        return Population(path=path, shape=shape, wires=now, late=late, norm=norm)

    def _note_input(self, way: Way) -> None:
        if isinstance(way.leaf, Given):
            self.inputs.add(as_map(way.leaf.shape))

    def _arriving(self, path: str) -> Arriving:
        term = self.step.neurons[path].arriving
        try:
            return arriving(term if (own := self._own(path)) is None else Total((term, own)), self._shape)
        except Refused as problem:
            raise refused(self.trace.place(path), problem) from None

    def _own(self, path: str) -> Term | None:
        """A recurrent layer's own spikes of the step before."""
        module, shape = self.step.readings[path].recurrent, self._shape(path)
        if module is None:
            return None
        operation = own_spikes(path, module, shape, self.trace.place(path))
        return Applied(operation, Sent(path, -1, "spikes"), shape)

    def _leaves(self, path: str) -> list[Sent]:
        return [way.leaf for way in self.arriving[path].ways if isinstance(way.leaf, Sent)]

    def _layer(self, path: str) -> Layer:
        try:
            return layer_of(self.step.readings[path], self._map(path), self._shape(path))
        except Refused as problem:
            raise refused(self.trace.place(path), problem) from None

    def _shape(self, path: str) -> Shape:
        return self.step.neurons[path].shape

    def _map(self, path: str) -> Shape:
        return as_map(self._shape(path))
