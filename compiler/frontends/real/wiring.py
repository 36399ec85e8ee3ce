"""From nodes to wiring: the linear nodes between neurons contracted to one map for each delay from one population to another."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.real import maps
from litesnn.compiler.frontends.real.linear_map import LinearMap
from litesnn.compiler.frontends.real.network import RealNetwork
from litesnn.compiler.frontends.real.nodes import Node, Shape
from litesnn.compiler.frontends.real.through import through
from litesnn.compiler.frontends.real.wired import Connection, Layer3, Wiring, shape3

Floats = npt.NDArray[np.float64]
DELAY_MAX = 100_000  # steps; what a chip's synapse holds is a rule of its profile
STEP_ERROR = 1e-3  # a delay is a whole number of steps to within this much of one


def wire(graph: RealNetwork, shapes: Mapping[str, Shape], dt: float) -> Wiring:
    """Contract the linear nodes between neurons.

    Raises
    ------
    ImportFileError
        For loops without a neuron, outputs that are read in more than one way, integrators that something reads, delays that are
        not whole steps, and chains that unroll to too many weights.
    """
    return _Wiring(graph, shapes, dt).run()


Paths = dict[tuple[str, int], tuple[LinearMap, str | None]]


class _Wiring:
    def __init__(self, graph: RealNetwork, shapes: Mapping[str, Shape], dt: float) -> None:
        self.graph, self.shapes, self.dt = graph, shapes, dt
        self.paths: dict[str, Paths] = {}
        self.biases: dict[str, dict[int, Floats]] = {}
        self.open: set[str] = set()

    def run(self) -> Wiring:
        output = self._output()
        read, waiting = set(), [output]
        layers: list[Layer3] = []
        while waiting:
            name = waiting.pop()
            if name in read:
                continue
            read.add(name)
            layers.append(self._layer(name))
            waiting.extend(connection.source for connection in layers[-1].incoming)
        if self.graph.input.name not in read:
            raise self.graph.error(self.graph.output.name, "no path leads here from the Input")
        layers = [layer for layer in layers if layer.node.name != self.graph.input.name]
        order = {name: i for i, name in enumerate(self.shapes)}
        layers.sort(key=lambda layer: order[layer.node.name])
        used = read | set(self.paths) | {self.graph.output.name}
        unread = tuple(name for name in self.graph.nodes if name not in used)
        return Wiring(shape3(self.shapes[self.graph.input.name]), tuple(layers), output, unread)

    def _output(self) -> str:
        """The node that is read out: a neuron before the Output, or the Output itself behind a linear node."""
        name = self.graph.output.name
        if name not in self.shapes:
            raise self.graph.error(name, "no path leads here from the Input")
        last = self._before(name)
        while len(last) == 1 and self.graph.nodes[last[0]].reshapes:
            last = self._before(last[0])
        neurons = [n for n in last if self.graph.nodes[n].neurons]
        if neurons and len(last) > 1:
            raise self.graph.error(name, f"reads {', '.join(last)}; allowed: one layer of neurons, or linear nodes")
        return neurons[0] if neurons else name

    def _before(self, name: str) -> list[str]:
        return [source for source in self.graph.before(name) if source in self.shapes]

    def _layer(self, name: str) -> Layer3:
        node = self.graph.nodes[name]
        shape = shape3(self.shapes[name])
        if name == self.graph.input.name:
            return Layer3(node, shape, (), {})
        arriving = self._arriving(name)
        spatial = {found.out_shape for found, _ in arriving.values()}
        if len(spatial) == 1:
            shape = spatial.pop()
        else:
            arriving = {key: (found.flattened(), w) for key, (found, w) in arriving.items()}
            shape = (math.prod(shape), 1, 1)
        order = {name: i for i, name in enumerate(self.shapes)}
        connections = tuple(
            Connection(source=source, target=name, delay=delay, map=found, weights=weights)
            for (source, delay), (found, weights) in sorted(
                arriving.items(), key=lambda item: (order[item[0][0]], item[0][1])
            )
        )
        for connection in connections:
            source = self.graph.nodes[connection.source]
            if source.integrates:
                raise self.graph.error(
                    source.name,
                    f"an integrator that '{name}' reads; the chip sends spikes only, so it is allowed before the Output alone",
                )
        bias = {delay: values.reshape(shape) for delay, values in self._bias_into(name).items() if values.any()}
        return Layer3(node, shape, connections, bias)

    def _arriving(self, name: str) -> Paths:
        """Maps of everything that arrives at a node, by population and delay."""
        gathered: dict[tuple[str, int], list[tuple[LinearMap, str | None]]] = {}
        for before in self._before(name):
            for key, path in self._sent(before).items():
                gathered.setdefault(key, []).append(path)
        result: Paths = {}
        for key, paths in gathered.items():
            found = [path for path, _ in paths]
            if len({path.out_shape for path in found}) > 1:
                found = [path.flattened() for path in found]
            result[key] = (maps.total(found), next((w for _, w in paths if w is not None), None))
        return result

    def _sent(self, name: str) -> Paths:
        node = self.graph.nodes[name]
        if node.population:
            return {(name, 0): (maps.identity(shape3(self.shapes[name])), None)}
        if name in self.paths:
            return self.paths[name]
        if name in self.open:
            raise self.graph.error(
                name, "part of a loop without a neuron, which has no value; put a neuron into the loop"
            )
        self.open.add(name)
        arriving = self._arriving(name)
        try:
            steps = node.steps(self.shapes[name], self.dt)
            if steps is not None:
                sent = self._delayed(name, steps, arriving)
            else:
                sent = {key: self._through(node, path) for key, path in arriving.items()}
        except ImportFileError as error:
            raise error if str(error).startswith(self.graph.file) else self.graph.error(name, str(error)) from error
        self.open.discard(name)
        self.paths[name] = sent
        return sent

    def _through(self, node: Node, path: tuple[LinearMap, str | None]) -> tuple[LinearMap, str | None]:
        before, weights = path
        return through(node, before, self.shapes[node.name]), node.name if node.weighted else weights

    def _delayed(self, name: str, steps: Floats, arriving: Paths) -> Paths:
        whole = np.rint(steps)
        if np.abs(steps - whole).max() > STEP_ERROR or whole.max() > DELAY_MAX:
            raise self.graph.error(
                name,
                f"delays of {steps.min():g} .. {steps.max():g} steps of dt {self.dt:g}; allowed: whole steps up to {DELAY_MAX:,}",
            )
        sent: Paths = {}
        for (source, delay), (found, weights) in arriving.items():
            for value in np.unique(whole):
                part = (
                    found
                    if (whole == value).all()
                    else found.scaled((whole == value).astype(np.float64).reshape(found.out_shape))
                )
                key = (source, delay + int(value))
                sent[key] = (maps.total([sent[key][0], part]) if key in sent else part, weights)
        return sent

    def _bias_into(self, name: str) -> dict[int, Floats]:
        """What arrives at a node while no population sends anything, by the step from which on it does."""
        shape = self.shapes[self._before(name)[0]]
        result: dict[int, Floats] = {0: np.zeros(shape)}
        for before in self._before(name):
            for delay, bias in self._bias_from(before).items():
                result[delay] = result.get(delay, np.zeros(shape)) + bias.reshape(shape)
        return result

    def _bias_from(self, name: str) -> dict[int, Floats]:
        node, shape = self.graph.nodes[name], self.shapes[name]
        if node.population:
            return {0: np.zeros(shape)}
        if name not in self.biases:
            arriving = self._bias_into(name)
            steps = node.steps(shape, self.dt)
            if steps is not None:
                self.biases[name] = _bias_delayed(np.rint(steps).astype(int), arriving)
            else:
                self.biases[name] = {delay: self._bias_through(node, bias) for delay, bias in arriving.items()}
            if node.offset is not None:
                self.biases[name][0] = self.biases[name][0] + node.offset.reshape(-1, *(1,) * (len(shape) - 1))
        return self.biases[name]

    def _bias_through(self, node: Node, bias: Floats) -> Floats:
        shape = self.shapes[node.name]
        if not bias.any():
            return np.zeros(shape)
        through, _ = self._through(node, (maps.identity(shape3(bias.shape)), None))
        result: Floats = (through.matrix() @ bias.ravel()).reshape(shape) * through.step
        return result


def _bias_delayed(steps: npt.NDArray[np.int_], arriving: Mapping[int, Floats]) -> dict[int, Floats]:
    result: dict[int, Floats] = {0: np.zeros(steps.shape)}
    for delay, bias in arriving.items():
        for value in np.unique(steps):
            part = np.where(steps == value, bias.reshape(steps.shape), 0.0)
            result[delay + int(value)] = result.get(delay + int(value), 0.0) + part
    return result
