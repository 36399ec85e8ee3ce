"""The file's own network in floating point: what the integers are compared with.

Node by node and step by step in float64, in the order in which frameworks compute it: everything within one time step, loops one
step late. It shares the reading of the file and the choices with the lowering and nothing else: no step rule, no composed maps, no
codes. What was assumed about the file it assumes too, so it cannot see a wrong assumption; `otherwise` runs it under another one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.discretize import reset_kind, spikes_at
from litesnn.compiler.frontends.real.float_linear import linear
from litesnn.compiler.frontends.real.float_neurons import FloatNeurons
from litesnn.compiler.frontends.real.network import RealNetwork
from litesnn.compiler.frontends.real.nodes import (
    Delay,
    Neuron,
    Port,
    Shape,
    broadcast,
)
from litesnn.compiler.frontends.real.options import RealOptions

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FloatTrace:
    """Result of a float run of N samples over T steps.

    `sent` maps the name of every neuron node (and of the Output) to what it sent, (N, T, *shape): spikes 0 and 1, or the membrane of
    an integrator.
    """

    sent: Mapping[str, Floats]


class FloatNetwork:
    """A NIR graph that can be run; states begin at v_reset, currents at 0."""

    def __init__(
        self,
        graph: RealNetwork,
        shapes: Mapping[str, Shape],
        feedback: frozenset[tuple[str, str]],
        dt: float,
        options: RealOptions,
        several: bool = False,
    ) -> None:
        self.graph, self.shapes, self.dt, self.options, self.several = graph, shapes, dt, options, several
        self.feedback = feedback
        self.input_scale = options.input.scale if options.input.encoding == "direct" else 1.0
        self.neurons = [n for n, node in graph.nodes.items() if isinstance(node, Neuron) and n in shapes]
        self.late = self._late_edges(feedback)
        order = nx.DiGraph()
        order.add_nodes_from(shapes)
        order.add_edges_from(edge for edge in graph.edges if edge[0] in shapes and edge not in self.late)
        self.order = list(nx.lexicographical_topological_sort(order))

    @property
    def read_out(self) -> list[str]:
        """Names of the nodes whose values a run returns: the neurons and the Output."""
        return [*self.neurons, self.graph.output.name]

    def otherwise(self, options: RealOptions, several: bool = False) -> FloatNetwork:
        """The same network under other choices for what the file does not say; `several` spikes a step."""
        return FloatNetwork(
            self.graph, self.shapes, feedback=self.feedback, dt=self.dt, options=options, several=several
        )

    def _states(self, name: str, count: int) -> FloatNeurons:
        node = self.graph.nodes[name]
        assert isinstance(node, Neuron)
        spread = {key: broadcast(value, self.shapes[name]) for key, value in node.parameters.items()}
        reset = reset_kind(self.graph, node, self.options)
        at, decay = spikes_at(self.graph, node, self.options), self.options.decay_rule
        several = self.several and node.spikes and at and reset == "subtract"
        return FloatNeurons(
            type=node.type,
            parameters=spread,
            dt=self.dt,
            decay=decay,
            reset=reset,
            at=at,
            count=count,
            several=several,
        )

    def _late_edges(self, feedback: frozenset[tuple[str, str]]) -> set[tuple[str, str]]:
        """The edges, from a neuron on, whose paths of linear nodes lead back to a layer being computed."""
        forward = nx.DiGraph(edge for edge in self.graph.edges if edge[0] in self.shapes)
        late: set[tuple[str, str]] = set()
        for source, target in sorted(feedback):
            between = forward.subgraph(
                n for n in forward if n in (source, target) or not isinstance(self.graph.nodes[n], Neuron)
            )
            # The last edge of each path is late, so that a linear node which leads on elsewhere as well is not.
            ends = {target} if source == target else set()
            reach = (nx.descendants(between, source) if source in between else set()) | {source} | ends
            late |= {(before, target) for before in forward.predecessors(target) if before in reach}
        return late

    def run(self, inputs: npt.NDArray[np.int16], steps: int, extra: int = 0) -> FloatTrace:
        """Run samples.

        Parameters
        ----------
        inputs : (N, T, C, H, W) per step, or (N, C, H, W) held for `steps` steps; integers as the chip gets them
        steps : T; `extra` more steps follow with silent input, for what delays hold back
        """
        shape = self.shapes[self.graph.input.name]
        held = inputs.ndim == 4
        states = {name: self._states(name, len(inputs)) for name in self.neurons}
        waiting = {name: self._waiting(node, len(inputs)) for name, node in self._delays()}
        kept: dict[str, list[Floats]] = {name: [] for name in self.read_out}
        last: dict[str, Floats] = {}
        for step in range(steps + extra):
            given = inputs if held else inputs[:, min(step, steps - 1)]
            scale = self.input_scale if step < steps else 0.0
            sent = {self.graph.input.name: given.reshape(len(inputs), *shape).astype(np.float64) * scale}
            for name in self.order:
                if name == self.graph.input.name:
                    continue
                values = self._arriving(name, sent, last, len(inputs))
                if name in states:
                    sent[name] = states[name].step(values.reshape(len(values), *self.shapes[name]))
                elif name in waiting:
                    sent[name] = waiting[name].step(values)
                else:
                    sent[name] = linear(self.graph.nodes[name], values, self.shapes[name])
            for name, history in kept.items():
                history.append(sent[name])
            last = sent
        return FloatTrace({name: np.stack(history, 1) for name, history in kept.items()})

    def _waiting(self, node: Delay, count: int) -> _Waiting:
        """What a delay holds before the first step: nothing, or what a loop of silent neurons gave it in the step before."""
        waiting = _Waiting(self._steps(node))
        if self._leads_back(node.name):
            waiting.step(_summed([self._silent(source, count) for source in self._before(node.name)]))
        return waiting

    def _leads_back(self, name: str) -> bool:
        """Whether all ways from a linear node to neurons close loops."""
        after = [target for target in self.graph.after(name) if target in self.shapes]
        return bool(after) and all(
            (name, target) in self.late
            or (not isinstance(self.graph.nodes[target], (Neuron, Port)) and self._leads_back(target))
            for target in after
        )

    def _arriving(self, name: str, sent: Mapping[str, Floats], last: Mapping[str, Floats], count: int) -> Floats:
        """The sum of what a node's sources send in this step, or sent in the last one where that closes a loop."""
        parts = []
        for source in self._before(name):
            if (source, name) not in self.late:
                parts.append(sent[source])
            else:
                parts.append(last[source] if last else self._silent(source, count))
        return _summed(parts)

    def _silent(self, name: str, count: int) -> Floats:
        """What a node sends before the first step, when no neuron has spiked: the biases on the way."""
        node = self.graph.nodes[name]
        if isinstance(node, Neuron) or name == self.graph.input.name:
            return np.zeros((count, *self.shapes[name]))
        parts = [self._silent(source, count) for source in self._before(name)]
        arriving = _summed(parts)
        if isinstance(node, Delay):
            return np.where(self._steps(node) == 0, arriving, 0.0)
        return linear(node, arriving, self.shapes[node.name])

    def _before(self, name: str) -> list[str]:
        return [source for source in self.graph.before(name) if source in self.shapes]

    def _delays(self) -> list[tuple[str, Delay]]:
        return [(n, node) for n, node in self.graph.nodes.items() if isinstance(node, Delay) and n in self.shapes]

    def _steps(self, node: Delay) -> npt.NDArray[np.int64]:
        steps: npt.NDArray[np.int64] = np.rint(broadcast(node.delay, self.shapes[node.name]) / self.dt).astype(np.int64)
        return steps


def _summed(parts: list[Floats]) -> Floats:
    """The sum of layers that may be flat or not."""
    total: Floats = np.sum([part.reshape(parts[0].shape) for part in parts], axis=0)
    return total


class _Waiting:
    """What a delay node holds back; nothing has arrived before the first step."""

    def __init__(self, steps: npt.NDArray[np.int64]) -> None:
        self.steps = steps
        self.past: deque[Floats] = deque(maxlen=int(steps.max()) + 1)

    def step(self, arriving: Floats) -> Floats:
        self.past.appendleft(arriving.reshape(len(arriving), *self.steps.shape))
        sent = np.zeros_like(self.past[0])
        for value in np.unique(self.steps):
            if value < len(self.past):
                sent = np.where(self.steps == value, self.past[int(value)], sent)
        return sent
