"""The hybrid of a real-valued network of a file: its equations as the reader derives them beside the integers that they became."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.discretize import StepRule
from litesnn.compiler.frontends.real.float_run import FloatNetwork
from litesnn.compiler.frontends.real.layer_rules import layer_rule
from litesnn.compiler.frontends.real.levels import Timing
from litesnn.compiler.frontends.real.wired import Connection, Layer3
from litesnn.compiler.frontends.real.wiring import wire
from litesnn.compiler.graph import Graph, Membranes, SynapseBlock
from litesnn.jobs.explain.chip_rules import CHIP_RULES
from litesnn.jobs.explain.hybrid import HybridNetwork
from litesnn.jobs.explain.operators import operator
from litesnn.jobs.explain.parts import Added, Constants, Neurons, Synapses
from litesnn.jobs.explain.shared import (
    MEMBRANE,
    chip_constants,
    chip_synapses,
    depth_of,
    first_of,
    ordered,
    shift_of,
)

Floats = npt.NDArray[np.float64]


def hybrid_of_file(floats: FloatNetwork, timing: Timing, graph: Graph, read: Graph | None = None) -> HybridNetwork:
    """The network of a file that was read, half real and half integers.

    Parameters
    ----------
    graph : its integers before anything is split or delayed
    read : the same as it was read, if delays were clamped since

    Raises
    ------
    ImportFileError
        For what cannot be lowered; reading has refused it before.
    DataError
        For a map that is too large.
    """
    wiring = wire(floats.graph, floats.shapes, floats.dt)
    layers = {layer.node.name: layer for layer in wiring.layers}
    neurons = [
        _Builder(
            floats=floats, timing=timing, graph=graph, read=read or graph, population=population, layers=layers
        ).neurons()
        for population in ordered(graph)
    ]
    return HybridNetwork(graph.sources[0].name, neurons, graph.timesteps, depth_of(graph))


class _Builder:
    def __init__(
        self,
        floats: FloatNetwork,
        timing: Timing,
        graph: Graph,
        read: Graph,
        population: Membranes,
        layers: dict[str, Layer3],
    ) -> None:
        self.floats, self.timing, self.graph, self.read = floats, timing, graph, read
        self.population, self.layers = population, layers
        assert population.unit is not None, "reading gives every population its unit"
        self.per_unit: Floats = (MEMBRANE / population.unit)[:, None, None]  # membrane units of 1 in the file's

    def neurons(self) -> Neurons:
        """The population with both sets of constants."""
        population = self.population
        chip, rule = chip_constants(population), CHIP_RULES.of(population, population.name)(population)
        layer = self.layers.get(population.name)
        if layer is None:  # the neuron that biases come from is the compiler's own
            return Neurons(
                population=population,
                real=chip,
                chip=chip,
                rule=rule,
                synapses=[],
                first=first_of(self.graph, population),
            )
        step = layer_rule(self.floats.graph, layer, self.floats.shapes, self.floats.dt, self.floats.options)
        return Neurons(
            population=population,
            real=self._constants(layer, step),
            chip=chip,
            rule=rule,
            synapses=[*self._synapses(layer, step), *self._biases()],
            reset=step.reset if step.threshold is not None else "none",
            spike_at=step.spike_at and step.threshold is not None,
            first=first_of(self.graph, population),
        )

    def _shaped(self, values: Floats) -> Floats:
        return values.reshape(self.population.shape)

    def _constants(self, layer: Layer3, step: StepRule) -> Constants:
        begins = self.timing.levels[layer.node.name] if self.graph.isolated else 0
        gain = self._gain(step)
        added = [Added(self._shaped(step.leak) * self.per_unit, begins)]
        for delay, bias in layer.bias.items():
            added.append(Added(self._shaped(bias * gain) * self.per_unit, begins + delay, arriving=step.has_current))
        none = np.zeros(())
        return Constants(
            decay=self._shaped(step.decay),
            current_decay=none if step.current_decay is None else self._shaped(step.current_decay),
            threshold=None if step.threshold is None else self._shaped(step.threshold) * self.per_unit,
            added=added,
        )

    @staticmethod
    def _gain(step: StepRule) -> Floats:
        """What 1 that arrives is worth in the membrane, (C, H, W) of the layer."""
        gain: Floats = step.gain if step.current_gain is None else step.gain * step.current_gain
        return gain

    def _synapses(self, layer: Layer3, step: StepRule) -> Iterator[Synapses]:
        """Both weights of every connection; one whose weights all became 0 has no block."""
        for connection in layer.incoming:
            source, delay = self.graph[connection.source], self.timing.delay(connection)
            block = self._block(connection, delay)
            late = 0 if block is None else delay - block.delay
            shift = 1 + delay - late if self.graph.isolated else self._distance(connection)
            linear = connection.map
            if self.population.shape != layer.shape:
                linear = linear.flattened()
            linear = linear.reading(source.shape)
            worth = self._gain(step).reshape(self.population.shape) * self.per_unit * self._input_worth(connection)
            linear = linear.scaled(np.broadcast_to(worth, self.population.shape))
            yield Synapses(
                source=connection.source,
                edge=connection.weights or connection.target,
                shift=shift,
                real=operator(
                    linear.geometry(later_codes(linear.values)), linear.real, source.shape, self.population.shape
                ),
                chip=None if block is None else chip_synapses(self.graph, block),
                late=late,
            )

    def _block(self, connection: Connection, delay: int) -> SynapseBlock | None:
        """The chip's block of a connection, which as it was read has its delay; None where all its weights became 0."""
        read = self.read.into(self.population.name)
        name = next((b.name for b in read if b.source == connection.source and b.delay == delay), None)
        return next((b for b in self.graph.into(self.population.name) if b.name == name), None)

    def _distance(self, connection: Connection) -> int:
        return self.timing.latency(connection)

    def _input_worth(self, connection: Connection) -> float:
        """What one integer of the input is worth, where a connection reads it."""
        return self.floats.input_scale if connection.source == self.floats.graph.input.name else 1.0

    def _biases(self) -> Sequence[Synapses]:
        """Blocks from the neuron that biases come from: the chip's alone; the real ones are constants."""
        return [
            Synapses(
                source=block.source,
                edge=block.edge,
                shift=shift_of(self.graph, block),
                real=None,
                chip=chip_synapses(self.graph, block),
                by="constants",
            )
            for block in self.graph.into(self.population.name)
            if block.source not in self.layers and block.source != self.floats.graph.input.name
        ]


def later_codes(values: Floats) -> npt.NDArray[np.int32]:
    """Codes that stand for real values of the same layout: the geometry is asked for its window alone."""
    return np.zeros(values.shape, np.int32)
