"""A wired network as a graph of integers: populations, synapse blocks, and a label for every step.

Biases are registers of the neurons where a sample starts with a reset and the neuron has no current memory. Elsewhere they come
from one more neuron that spikes in every step: through a synapse a bias starts when the sample does and passes through the
current's memory, as the framework computes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.arrivals import with_arrivals
from litesnn.compiler.frontends.real.bias_neuron import bias_geometry, bias_label, bias_neuron
from litesnn.compiler.frontends.real.discretize import StepRule
from litesnn.compiler.frontends.real.layer import Layer
from litesnn.compiler.frontends.real.layer_rules import gains_left, layer_rule, per_channel, uniform
from litesnn.compiler.frontends.real.levels import Timing
from litesnn.compiler.frontends.real.linear_map import LinearMap, Shape3
from litesnn.compiler.frontends.real.membranes import build_membranes, shifted
from litesnn.compiler.frontends.real.network import RealNetwork
from litesnn.compiler.frontends.real.nodes import Neuron, Shape
from litesnn.compiler.frontends.real.options import InputCoding, RealOptions
from litesnn.compiler.frontends.real.quantize import Codes, Weights, quantized, what_matters
from litesnn.compiler.frontends.real.rounding import WeightRow, weight_label
from litesnn.compiler.frontends.real.wired import Connection, Layer3, Wiring
from litesnn.compiler.graph import FidelityLabel, Graph, Lif, Names, Population, Source, SynapseBlock

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lowered:
    """The graph, and for each weight node what its weights became."""

    graph: Graph
    weights: Mapping[str, WeightRow]


def lower(
    graph: RealNetwork, shapes: Mapping[str, Shape], wiring: Wiring, timing: Timing, dt: float, options: RealOptions
) -> Lowered:
    """Lower a wired network.

    Raises
    ------
    ImportFileError
        For neurons that the chip does not have: other decays within one layer, gains of zero, thresholds below reset.
    """
    return _Lowering(graph=graph, shapes=shapes, wiring=wiring, timing=timing, dt=dt, options=options).run()


class _Lowering:
    def __init__(
        self,
        graph: RealNetwork,
        shapes: Mapping[str, Shape],
        wiring: Wiring,
        timing: Timing,
        dt: float,
        options: RealOptions,
    ) -> None:
        self.graph, self.shapes, self.wiring, self.timing, self.dt, self.options = (
            graph,
            shapes,
            wiring,
            timing,
            dt,
            options,
        )
        self.labels: list[FidelityLabel] = []
        self.weights: dict[str, WeightRow] = {}
        self.has_bias_neuron = False
        nodes, self.block_names = Names(graph.nodes), Names()
        self.bias_name = nodes.new("bias")
        self.edge_names = nodes

    def run(self) -> Lowered:
        self._check_weight_options()
        layers = [
            (layer, layer_rule(self.graph, layer, self.shapes, self.dt, self.options)) for layer in self.wiring.layers
        ]
        single = {layer.node.name for layer, rule in layers if not uniform(layer, rule)}
        populations: list[Population] = [_source(self.graph.input.name, self.wiring.input_shape, self.options.input)]
        stand_ins = {layer.node.name: _stand_in(layer, layer.node.name in single) for layer, _ in layers}
        sources = {populations[0].name: populations[0], **stand_ins, self.bias_name: bias_neuron(self.bias_name)}
        blocks: list[SynapseBlock] = []
        for layer, rule in layers:
            connections = [_between(c, sources[c.source], c.target in single) for c in layer.incoming]
            population, incoming = self._population(stand_ins[layer.node.name].shape, layer, rule, connections, sources)
            populations.append(population)
            blocks.extend(incoming)
        if self.has_bias_neuron:
            populations.insert(1, bias_neuron(self.bias_name))
        built = Graph.build(self.options.timesteps, populations, blocks)
        built = replace(built, isolated=self.timing.isolated).labelled(*self.labels)
        return Lowered(with_arrivals(built, populations[0].name) if built.isolated else built, self.weights)

    def _check_weight_options(self) -> None:
        if self.options.bits.by_need:
            raise self.graph.error(
                self.graph.input.name, "bits by need are measured on samples: litesnn import --bits auto --input X.npy"
            )
        known = {c.weights for layer in self.wiring.layers for c in layer.incoming if c.weights is not None}
        for option, given in (("--bits", self.options.bits), ("--scale-per", self.options.scale_per)):
            for name in sorted(set(given.named) - known):
                nodes = ", ".join(sorted(known)) or "none"
                raise self.graph.error(self.graph.input.name, f"{option} names '{name}'; weight nodes: {nodes}")

    def _population(
        self,
        shape: Shape3,
        layer: Layer3,
        rule: StepRule,
        connections: list[Connection],
        sources: Mapping[str, Population],
    ) -> tuple[Population, list[SynapseBlock]]:
        rule = per_channel(rule, shape[0])
        biases = {delay: values.reshape(shape[0], -1)[:, 0] for delay, values in layer.bias.items()}
        factors = self._factors(layer, rule)
        if (factors != 1).any():
            everywhere = np.repeat(factors, shape[1] * shape[2]).reshape(shape)
            connections = [replace(c, map=c.map.scaled(everywhere)) for c in connections]
        rule = gains_left(rule)
        synaptic, register = self._split_bias(rule, {d: bias * factors for d, bias in biases.items()}, layer)
        weights = [self._weights(c, sources[c.source]) for c in connections]
        own = rule.threshold is not None and self.options.scale_per.by_channel({c.weights for c in connections})
        found = quantized(weights, what_matters(rule, synaptic, register), own, self.options)
        blocks = [self._block(c, code) for c, code in zip(connections, found.blocks, strict=True)]
        prepared = Layer(
            node=layer.node,
            shape=shape,
            rule=rule,
            unit=found.unit,
            register_bias=register,
            blocks=blocks,
            is_output=layer.node.name == self.wiring.output,
        )
        population, exponent, labels = build_membranes(prepared, list(sources.values()), self.options.timesteps)
        for connection, block, code in zip(connections, weights, found.blocks, strict=True):
            label, row = weight_label(connection, block, code, prepared, sources[connection.source])
            self.labels.append(label)
            if connection.weights is not None:
                self.weights[connection.weights] = row
        blocks = [shifted(block, exponent) for block in blocks if block.geometry.nnz]
        for delay, bias in synaptic.items():
            blocks += self._bias_block(prepared, bias, exponent, delay)
        self.labels.extend(labels)
        self._note_output(prepared)
        return population, blocks

    def _factors(self, layer: Layer3, rule: StepRule) -> Floats:
        """What a layer's weights are multiplied by, (C,): -1 for negative gains; the whole gain of readouts, whose integers are compared."""
        total = rule.gain * (1.0 if rule.current_gain is None else rule.current_gain)
        if (total == 0).any():
            raise self.graph.error(
                layer.node.name, "a gain of zero (r or w_in): these neurons cannot receive anything; remove them"
            )
        factors: Floats = np.sign(total) if rule.threshold is not None else total
        return factors

    def _split_bias(
        self, rule: StepRule, biases: Mapping[int, Floats], layer: Layer3
    ) -> tuple[Mapping[int, Floats], Floats]:
        """What enters with the arriving sum (in its unit, by delay), and what is added to the membrane by its bias register."""
        if rule.has_current:
            if self.timing.isolated and rule.leak.any():
                detail = f"v_leak acts {self.timing.levels[layer.node.name]} step(s) before the first input arrives"
                self.labels.append(FidelityLabel("leak potential", f"node '{layer.node.name}'", "approximate", detail))
            return biases, rule.leak
        prompt = biases.get(0, np.zeros_like(rule.leak))
        late = {delay: bias for delay, bias in biases.items() if delay}
        if self.timing.isolated:
            prompt = prompt + rule.leak / rule.gain
            return {**late, **({0: prompt} if prompt.any() else {})}, np.zeros_like(prompt)
        return late, rule.leak + rule.gain * prompt

    def _weights(self, connection: Connection, source: Population) -> Weights:
        direct = self.options.input.encoding == "direct" and connection.source == self.graph.input.name
        worth = np.full(connection.map.out_shape, self.options.input.scale if direct else 1.0)
        bits = self.options.bits.of(connection.weights)
        return Weights(connection.map.scaled(worth), bits, max(map(abs, source.sent)))

    def _block(self, connection: Connection, code: Codes) -> SynapseBlock:
        late = f"@{connection.delay}" if connection.delay else ""
        name = self.block_names.new(f"{connection.target}:{connection.source}{late}")
        edge = connection.weights or connection.target
        return SynapseBlock(
            name=name,
            source=connection.source,
            target=connection.target,
            geometry=connection.map.geometry(code.codes),
            edge=edge,
            place=f"node '{edge}'",
            exponent=code.exponent,
            delay=self.timing.delay(connection),
            distance=self.timing.distance(connection),
        )

    def _bias_block(self, layer: Layer, bias: Floats, exponent: int, late: int) -> list[SynapseBlock]:
        """Synapses of the bias neuron, whose first spike arrives with the layer's first input, or `late` steps after it."""
        self.labels.append(bias_label(layer, bias, exponent))
        geometry = bias_geometry(layer, bias, exponent)
        if not geometry.nnz:
            return []
        wanted = f"{layer.node.name}:{self.bias_name}" + (f"@{late}" if late else "")
        name, edge = self.block_names.new(wanted), self.edge_names.new(wanted)
        self.has_bias_neuron = True
        return [
            SynapseBlock(
                name=name,
                source=self.bias_name,
                target=layer.node.name,
                geometry=geometry,
                edge=edge,
                place=layer.place,
                delay=self.timing.bias_delay(layer.node.name, late),
                distance=late if self.timing.paced else 0,
            )
        ]

    def _note_output(self, layer: Layer) -> None:
        if layer.is_output and not isinstance(layer.node, Neuron):
            detail = (
                "the network ends in a linear node; the chip's readout sums what it gives over the steps of a sample"
            )
            self.labels.append(FidelityLabel("output", layer.place, "exact", detail))


def _source(name: str, shape: Shape3, coding: InputCoding) -> Source:
    found = Source(name, shape, tuple(range(shape[0])), shape[0], place=f"node '{name}'")
    if coding.encoding == "spikes":
        return found
    bits = 8 if coding.range.high < 128 else 9
    return replace(found, minimum=coding.range.low, maximum=coding.range.high, message_bits=bits)


def _stand_in(layer: Layer3, single: bool) -> Lif:
    """A population of the layer's shape, for bounds of what reads it."""
    shape = (layer.shape[0] * layer.shape[1] * layer.shape[2], 1, 1) if single else layer.shape
    return Lif(layer.node.name, shape, tuple(range(shape[0])), shape[0], place=layer.node.name)


def _between(connection: Connection, source: Population, single: bool) -> Connection:
    """A connection fitted to its source's shape, and to a target that has a channel per neuron."""
    found: LinearMap = connection.map.flattened() if single else connection.map
    return replace(connection, map=found.reading(source.shape))
