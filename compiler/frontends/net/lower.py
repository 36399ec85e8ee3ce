"""Layers to graph: populations and blocks, one layer after the other, and the support table."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.net.document import Document
from litesnn.compiler.frontends.net.fields import Ints
from litesnn.compiler.frontends.net.layers import Average, Conv, Dense, Flatten, Input, Layer, Pool, Shape
from litesnn.compiler.frontends.net.neurons import Cuba, Neuron, SigmaDeltaUnit
from litesnn.compiler.frontends.net.options import RecurrentDelay
from litesnn.compiler.frontends.net.populations import Place, Unit, delta_encoder, make_population
from litesnn.compiler.frontends.net.recurrent import layer_delays
from litesnn.compiler.frontends.net.stack import AXES, Stack
from litesnn.compiler.frontends.net.synapses import average_block, conv_blocks, dense_blocks, pool_blocks
from litesnn.compiler.graph import FidelityLabel, Graph, Lif, OneToOne, Readout
from litesnn.compiler.origin import Layer as Row
from litesnn.compiler.origin import Transform

LIF_INPUT_BITS = 13  # values are written into the neurons' bias, a signed 13-bit register
DELTA_INPUT_BITS = 12  # values are shifted left by 12 in a 24-bit state


@dataclass(frozen=True, eq=False)
class Lowered:
    """A graph, the support table, how to feed it, and what the host does with real-valued input."""

    graph: Graph
    rows: tuple[Row, ...]
    input_note: str
    transform: Transform | None


def lower_layers(
    file: str,
    document: Document,
    timesteps: int,
    input_shape: Shape | None = None,
    input_bits: int = 0,
    recurrent_delay: RecurrentDelay | None = None,
) -> Lowered:
    """The graph of a file's layers; parameters as those of `read_net`."""
    builder = _Builder(file, input_shape, input_bits, recurrent_delay)
    last = max(i for i, layer in enumerate(document.layers) if not isinstance(layer, Flatten) or i == 0)
    for index, layer in enumerate(document.layers):
        builder.add(layer, first=index == 0, last=index == last)
    if len(builder.populations) < 2:
        raise ImportFileError(f"{file}: has no layer with neurons; found {', '.join(x.kind for x in document.layers)}")
    labels = [
        FidelityLabel(
            "entry beside the layers", path, "assumed", "neither SLAYER nor netx reads it; taken to change nothing"
        )
        for path in document.outside
    ]
    graph = Graph.build(timesteps, builder.populations, builder.blocks).labelled(*builder.labels, *labels)
    return Lowered(graph, tuple(builder.rows), builder.input_note, builder.transform)


class _Builder(Stack):
    """What every kind of layer adds to the network so far."""

    def add(self, layer: Layer, *, first: bool, last: bool) -> None:
        """One more layer."""
        if isinstance(layer, Input) and not first:
            self._refuse(layer, "an input layer must be the first")
        if not first and not isinstance(layer, Input) and isinstance(self.before, Readout):
            self._refuse(layer, f"reads '{self.before.name}', which only integrates; only the last layer may do so")
        if isinstance(layer, Input):
            self._input(layer, last)
        elif isinstance(layer, Flatten):
            self._source_for(layer, None)
            self.flat = True
            self._row(layer, None, f"in the order {AXES}, which costs nothing")
        elif isinstance(layer, Dense):
            self._dense(layer, last)
        elif isinstance(layer, Conv):
            self._conv(layer, last)
        elif isinstance(layer, Pool):
            self._pool(layer, last)
        elif isinstance(layer, Average):
            self._average(layer, last)

    def _input(self, layer: Input, last: bool) -> None:
        shape = self._shape(layer, layer.shape)
        if layer.neuron is None:
            self._source(shape, self.input_bits)
            self._row(layer, "input", "spikes as they come" if not self.input_bits else "graded spikes as they come")
            return
        self.transform = Transform(layer.weight, layer.bias)
        bits = LIF_INPUT_BITS if isinstance(layer.neuron, Cuba) else DELTA_INPUT_BITS
        self._source(shape, bits)
        at = self._place(layer, shape)
        if isinstance(layer.neuron, SigmaDeltaUnit):
            unit = Unit(delta_encoder(at, layer.neuron, is_output=last))
        else:
            unit = make_population(at, layer.neuron, [], None, is_output=last)
            if unit.shift:
                self._refuse(layer, "a weight exponent on the input's neurons, which have no weights; supported: 0")
            if layer.neuron.current_decay != 4096:
                detail = "input passes through the current, which decays, as in SLAYER; netx writes it past the current"
                self._label("analog input", layer, "exact", detail)
        ids = np.arange(shape[0])
        entry = OneToOne(np.ones(shape[0], np.int32), ids, ids)
        note = f"the host writes trunc({layer.weight} x + {layer.bias})"
        self._append(layer, unit, [(entry, 0)], note, injected=True)

    def _dense(self, layer: Dense, last: bool) -> None:
        inputs = layer.weight.shape[1]
        self._source_for(layer, (inputs, 1, 1))
        if self.before.size != inputs:
            self._refuse(
                layer, f"weights read {inputs} neurons; the layer before has {self.before.shape} = {self.before.size}"
            )
        at = self._place(layer, (layer.weight.shape[0], 1, 1))
        delays, back = layer_delays(at, layer, self.recurrent_delay), layer.recurrence
        late = last and delays.leaving is not None
        weights, bias = [layer.weight, *([] if back is None else [back.weight])], self._bias(layer)
        unit = self._unit(layer, at, layer.neuron, weights, bias, last and not late)
        waited = delays.arriving if self.leaving is None else delays.arriving + self.leaving
        blocks = list(dense_blocks(at, _scaled(layer.weight, unit.shift), waited))
        notes = ["recurrent" if back else "", "" if layer.neuron else "no neuron: integrates all that arrives"]
        self._append(layer, unit, blocks, "; ".join(filter(None, notes)))
        if back is not None and unit.population.sends != "nothing":
            own = dense_blocks(at, _scaled(back.weight, unit.shift), delays.returning)
            self._connect(at, at.name, own, ".rec")
        self.leaving = delays.leaving
        if delays.label is not None:
            self.labels.append(delays.label)
        if delays.leaving is None:
            self._note_delay(layer, layer.delay, bias)
        if late:
            self._delayed_output(layer)

    def _bias(self, layer: Dense) -> Ints | None:
        """What is added to the membranes in every step."""
        back = None if layer.recurrence is None else layer.recurrence.bias
        if back is None or not back.any():
            return layer.bias
        detail = "bias_rec is added in every step, as the bias is; neither SLAYER nor netx reads it. If it is none, remove it"
        self._label("recurrent bias", layer, "assumed", detail)
        return back if layer.bias is None else layer.bias + back

    def _delayed_output(self, layer: Layer) -> None:
        """Neurons that send on what the last layer sent, each as late as its spikes leave."""
        assert self.leaving is not None
        leaving, source, zeros = self.leaving, self.before, np.zeros(self.before.shape[0], np.int64)
        at = Place(self.file, layer.place, f"{source.name}.delayed", source.shape)
        sent_on = Lif(**at.common, dv=4095, vth=zeros, bias_mant=zeros, bias_exp=zeros, is_output=True)
        found = [(np.flatnonzero(leaving == steps), int(steps)) for steps in np.unique(leaving)]
        blocks = [(OneToOne(np.ones(len(ids), np.int32), ids, ids), steps) for ids, steps in found]
        self.populations.append(sent_on)
        self._connect(at, source.name, blocks)
        self._row(layer, at.name, "sends the layer's spikes on, as late as they leave")

    def _conv(self, layer: Conv, last: bool) -> None:
        at = self._map(layer, layer.shape)
        unit = self._unit(layer, at, layer.neuron, [layer.weight], layer.bias, last)
        scaled = replace(layer, weight=_scaled(layer.weight, unit.shift))
        self._append(layer, unit, conv_blocks(at, scaled, self.before.shape), "")
        self._note_delay(layer, layer.delay, layer.bias)
        if layer.delay is not None and layer.delay.any():
            self._label(
                "delay", layer, "exact", "delays of a convolution, as SLAYER computes them; netx leaves them out"
            )

    def _pool(self, layer: Pool, last: bool) -> None:
        at = self._map(layer, layer.shape)
        unit = self._unit(layer, at, layer.neuron, [layer.weight], None, last)
        scaled = replace(layer, weight=_scaled(layer.weight, unit.shift))
        self._append(
            layer, unit, pool_blocks(at, scaled, self.before.shape), "as SLAYER computes it; netx has no pooling"
        )
        self._note_delay(layer, layer.delay, None)

    def _average(self, layer: Average, last: bool) -> None:
        if not last:
            self._refuse(layer, "averages are taken by the host; only the last layer may be one")
        self._source_for(layer, None)
        self._read_at_once(layer)
        at = self._place(layer, (layer.outputs, 1, 1))
        size = self.before.size // layer.outputs
        note = f"sums of {size} neurons each over the sample: the mean times {size} T; netx has no average"
        block = average_block(at, self.before.shape)
        self._append(layer, Unit(Readout(**at.common, dv=0)), [block], note)

    def _unit(
        self, layer: Layer, at: Place, neuron: Neuron | None, weights: list[Ints], bias: Ints | None, last: bool
    ) -> Unit:
        unit = make_population(at, neuron, weights, bias, is_output=last)
        widest = max(int(np.abs(_scaled(weight, unit.shift)).max()) for weight in weights)
        if any(weight.min() < -256 or weight.max() > 254 for weight in weights):
            detail = f"weights up to {widest} are kept; netx clips them to -256 .. 254"
            self._label("wide weights", layer, "exact", detail)
        return unit


def _scaled(weight: Ints, shift: int) -> Ints:
    """Weights times 2^shift; divisions leave no remainder."""
    return weight << shift if shift >= 0 else weight >> -shift
