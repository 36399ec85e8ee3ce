"""One time step as a graph of NIR nodes: its tree, which neurons are read one step late, and where its words are not all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.bounded_hdf5 import Tree
from litesnn.compiler.frontends.real.nodes import Shape
from litesnn.compiler.graph import FidelityLabel, Names
from litesnn.jobs.from_torch.layers import is_layer, layer_members
from litesnn.jobs.from_torch.neurons.reading import Refused, floats, refused
from litesnn.jobs.from_torch.result import result_of
from litesnn.jobs.from_torch.steps import Step
from litesnn.jobs.from_torch.terms import Applied, Given, Operation, Sent, Term, Total, sent_in
from litesnn.jobs.from_torch.trace import Trace

VERSION = "1.0.8"  # of NIR, whose nodes these are
INTEGRATORS = {"LIF": "LI", "IF": "I", "CubaLIF": "CubaLI"}


@dataclass(frozen=True)
class Written:
    """A network as the tree of a NIR file.

    Attributes
    ----------
    tree : of the file
    late : (source, target) pairs of neurons, where what was sent in the step before arrives
    labels : what is not exactly so
    """

    tree: Tree
    late: frozenset[tuple[str, str]]
    labels: tuple[FidelityLabel, ...]


def write_network(step: Step, trace: Trace) -> Written:
    """The tree of a step's network; nodes are named after their modules.

    Raises
    ------
    ImportFileError
        For results that are not of one layer, membranes of neurons that reset, and inputs in several shapes.
    """
    return _Writing(step, trace).run()


@dataclass
class _Writing:
    step: Step
    trace: Trace
    names: Names = field(default_factory=Names)
    nodes: Tree = field(default_factory=dict)
    edges: dict[tuple[str, str], None] = field(default_factory=dict)
    placed: dict[Term, str] = field(default_factory=dict)
    inputs: set[Shape] = field(default_factory=set)
    late: set[tuple[str, str]] = field(default_factory=set)

    def run(self) -> Written:
        self.input = self.names.new("input")
        self.own = {path: self.names.new(_allowed(path)) for path in self.step.neurons}
        for path, call in self.step.neurons.items():
            self._connect(call.arriving, self.own[path])
            self._check_order(path, sent_in(call.arriving))
            reading = self.step.readings[path]
            if reading.recurrent is not None:
                self._own_spikes(path, reading.recurrent, call.shape)
        result = result_of(self.step, self.trace)
        for path, call in self.step.neurons.items():
            self.nodes[self.own[path]] = self._neuron(path, call.shape, result)
        output = self.names.new("output")
        self._connect(result, output)
        if len(self.inputs) != 1:
            shown = ", ".join(map(str, sorted(self.inputs))) or "no shape"
            raise ImportFileError(f"{self.trace.name}: its input is read as {shown}; allowed: one shape")
        self.nodes[self.input] = _port("Input", self.inputs.pop())
        self.nodes[output] = _port("Output", self._shape(result))
        root: Tree = {
            "type": "NIRGraph",
            "nodes": self.nodes,
            "edges": np.array(list(self.edges), object),
            "metadata": {"dt": np.array(1.0)},
        }
        labels = [
            FidelityLabel("reset", f"node '{self.own[path]}'", "assumed", reading.caveat)
            for path, reading in self.step.readings.items()
            if reading.caveat
        ]
        return Written({"version": VERSION, "node": root}, frozenset(self.late), tuple(labels))

    def _check_order(self, path: str, arriving: list[Sent]) -> None:
        """Note what arrives from the step before, which must not arrive from this one too."""
        late = {leaf.path for leaf in arriving if leaf.call < 0}
        if twice := sorted(late & {leaf.path for leaf in arriving if leaf.call == 0}):
            raise refused(self.trace.place(path), f"reads the spikes of '{twice[0]}' from two steps; allowed: from one")
        self.late |= {(self.own[source], self.own[path]) for source in late}

    def _connect(self, term: Term, target: str) -> None:
        for source in self._sources(term):
            if (source, target) in self.edges:
                raise ImportFileError(
                    f"{self.trace.name}: '{source}' arrives twice at '{target}'; allowed: once, so double the weights instead"
                )
            self.edges[source, target] = None

    def _sources(self, term: Term) -> list[str]:
        """Names of the nodes whose sum a term is."""
        if isinstance(term, Total):
            return [name for part in term.parts for name in self._sources(part)]
        if isinstance(term, Given):
            self.inputs.add(held(term.shape))
            return [self.input]
        if isinstance(term, Sent):
            return [self.own[term.path]]
        assert isinstance(term, Applied)
        return [self._applied(term)]

    def _applied(self, term: Applied) -> str:
        if term.operation.members["type"] == "MaxPool2d":
            raise ImportFileError(
                f"{self.trace.name}: '{term.operation.name}' is a maximum, which no program from elsewhere has; allowed: average pooling, "
                "or genotype_from_torch, whose genotypes have maxima of spikes"
            )
        if term not in self.placed:
            name = self.names.new(_allowed(term.operation.name))
            self.placed[term] = name
            self.nodes[name] = _spread(term.operation, term.shape)
            self._connect(term.argument, name)
        return self.placed[term]

    def _own_spikes(self, path: str, module: Any, shape: Shape) -> None:
        """The way of a recurrent layer's own spikes back to it."""
        neuron, operation = self.own[path], own_spikes(path, module, shape, self.trace.place(path))
        name = self.names.new(_allowed(operation.name))
        self.nodes[name] = _spread(operation, shape)
        self.edges[neuron, name] = self.edges[name, neuron] = None
        self.late.add((neuron, neuron))

    def _neuron(self, path: str, shape: Shape, result: Term) -> Tree:
        reading = self.step.readings[path]
        kind, parameters = reading.type, dict(reading.parameters)
        place = self.trace.place(path)
        if isinstance(result, Sent) and result.path == path and result.part == "mem":
            if reading.reset != "none":
                raise refused(
                    place,
                    "its membrane is what the module returns, and spikes reset it; allowed: spikes, or reset_mechanism 'none' (a "
                    "leaky integrator)",
                )
            kind = INTEGRATORS[kind]
            parameters = {key: value for key, value in parameters.items() if key not in ("v_threshold", "v_reset")}
        node: Tree = {"type": kind}
        for key, value in parameters.items():
            try:
                node[key] = _per_neuron(value, shape)
            except ValueError:
                raise refused(place, f"'{key}' has shape {value.shape}; the layer has {shape}") from None
        if "v_threshold" in parameters:
            assert reading.reset is not None
            node["metadata"] = {"reset": reading.reset, "spike_condition": "at" if reading.spike_at else "above"}
        return node

    def _shape(self, term: Term) -> Shape:
        if isinstance(term, Sent):
            return held(self.step.neurons[term.path].shape)
        if isinstance(term, Total):
            return self._shape(term.parts[0])
        assert isinstance(term, (Applied, Given))
        return held(term.shape)


def own_spikes(path: str, module: Any, shape: Shape, place: str) -> Operation:
    """What a recurrent layer's own spikes go through on their way back to it.

    Raises
    ------
    ImportFileError
        For a module that is no layer.
    """
    try:
        if is_layer(module):
            members = layer_members(module, shape, shape) or {}
        elif type(module).__name__ == "RecurrentOneToOne":
            members = {"type": "Scale", "scale": np.broadcast_to(floats(module.V), shape).copy()}
        else:
            raise Refused(f"'recurrent' is {type(module).__name__}; allowed: Linear, Conv2d, one weight per neuron")
    except Refused as problem:
        raise refused(place, problem) from None
    return Operation(f"{path}.recurrent", (path,), members)


def _per_neuron(value: Any, shape: Shape) -> Any:
    """A parameter as NIR has it: one value, or one for each neuron, spread as torch does from the last axis."""
    spread = np.broadcast_to(value, (1, *shape))[0]
    return np.array(spread.flat[0]) if (spread == spread.flat[0]).all() else spread.reshape(held(shape)).copy()


def _spread(operation: Operation, shape: Shape) -> Tree:
    members: Tree = dict(operation.members)
    if members["type"] == "Scale":
        members["scale"] = _per_neuron(members["scale"], shape)
    return members


def held(shape: Shape) -> Shape:
    """Maps of one dimension are held as maps of height 1."""
    return (shape[0], 1, shape[1]) if len(shape) == 2 else shape


def _port(kind: str, shape: Shape) -> Tree:
    return {"type": kind, "shape": np.array(shape)}


def _allowed(path: str) -> str:
    return path.replace("/", "_") or "_"
