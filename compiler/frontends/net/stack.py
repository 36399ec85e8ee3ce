"""The network while layer after layer is put on it: what the last one sends, and how a layer joins it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.net.fields import Ints
from litesnn.compiler.frontends.net.layers import Conv, Layer, Pool, Shape
from litesnn.compiler.frontends.net.options import RecurrentDelay
from litesnn.compiler.frontends.net.populations import Place, Unit
from litesnn.compiler.frontends.net.synapses import Delayed
from litesnn.compiler.graph import FidelityLabel, Population, Source, SynapseBlock
from litesnn.compiler.graph.findings import Status
from litesnn.compiler.origin import Layer as Row
from litesnn.compiler.origin import Transform

AXES = "channels, height, width"


class Stack:
    """The network so far; `populations[-1]` is what the next layer reads, each of its neurons' spikes `leaving` steps late."""

    def __init__(
        self, file: str, input_shape: Shape | None, input_bits: int, recurrent_delay: RecurrentDelay | None
    ) -> None:
        self.file, self.input_shape, self.input_bits, self.recurrent_delay = (
            file,
            input_shape,
            input_bits,
            recurrent_delay,
        )
        self.populations: list[Population] = []
        self.blocks: list[SynapseBlock] = []
        self.labels: list[FidelityLabel] = []
        self.rows: list[Row] = []
        self.transform: Transform | None = None
        self.flat = False
        self.leaving: Ints | None = None

    @property
    def before(self) -> Population:
        """What the next layer reads."""
        return self.populations[-1]

    @property
    def input_note(self) -> str:
        """How to feed the network."""
        source = self.populations[0]
        assert isinstance(source, Source)
        shape = " x ".join(map(str, source.shape))
        low, high = source.sent
        if self.transform is not None:
            real = f"real values x enter as trunc({self.transform.weight} * x + {self.transform.bias})"
            return (
                f"(N, C, H, W) held for all steps or (N, T, C, H, W), C x H x W = {shape}: integers {low} .. {high} as they enter the "
                f"neurons; {real}"
            )
        kind = "spikes 0 and 1" if source.message_bits == 0 else f"integers {low} .. {high}"
        return f"(N, T, C, H, W), C x H x W = {shape}: {kind}"

    def _map(self, layer: Conv | Pool, shape: Shape) -> Place:
        """Place of a layer over maps; what it reads must be one."""
        self._source_for(layer, None)
        self._read_at_once(layer)
        if self.flat and self.before.shape[1:] != (1, 1):
            self._refuse(layer, "reads a flattened map; supported: dense layers there")
        return self._place(layer, shape)

    def _append(
        self, layer: Layer, unit: Unit, blocks: Iterable[Delayed], note: str, *, injected: bool = False
    ) -> None:
        at = self._place(layer, unit.population.shape)
        source = self.before.name
        blocks = list(blocks)
        for geometry, _ in blocks:
            problem = geometry.check(self.before.shape, unit.population.shape)
            if problem:
                self._refuse(layer, problem)
        self.populations.append(unit.population)
        self._connect(at, source, blocks, injected=injected)
        self.labels.extend(unit.labels)
        self.flat, self.leaving = False, None
        silent = not any(geometry.nnz for geometry, _ in blocks)
        self._row(layer, at.name, "; ".join(filter(None, [note, "all weights are 0: no synapses" if silent else ""])))

    def _connect(
        self, at: Place, source: str, blocks: Iterable[Delayed], suffix: str = "", *, injected: bool = False
    ) -> None:
        """Blocks into a population, of which those without weights do not exist."""
        existing = [(geometry, delay) for geometry, delay in blocks if geometry.nnz]
        for geometry, delay in existing:
            name = f"{at.name}{suffix}:{source}" + (f".d{delay}" if len(existing) > 1 else "")
            edge = f"{at.name}{suffix}"
            block = SynapseBlock(
                name=name,
                source=source,
                target=at.name,
                geometry=geometry,
                edge=edge,
                place=at.place,
                delay=delay,
                injected=injected,
            )
            self.blocks.append(block)

    def _source_for(self, layer: Layer, shape: Shape | None) -> None:
        """A source in front of the first layer, where the file has no input layer."""
        if not self.populations:
            self._source(self._shape(layer, shape), self.input_bits)

    def _source(self, shape: Shape, bits: int) -> None:
        values = (-(1 << bits - 1), (1 << bits - 1) - 1) if bits else (0, 1)
        self.populations.append(Source.whole("input", shape, values, bits, arrival=0))

    def _read_at_once(self, layer: Layer) -> None:
        """Refuse a layer that cannot read spikes which leave the one before late."""
        if self.leaving is not None:
            self._refuse(layer, f"reads '{self.before.name}', whose spikes leave late; supported: dense layers there")

    def _shape(self, layer: Layer, found: Shape | None) -> Shape:
        if found is None and self.input_shape is None:
            self._refuse(layer, f"the file does not say the input's shape; give it with --input-shape ({AXES})")
        if found and self.input_shape and found != self.input_shape:
            self._refuse(layer, f"the input is {found} ({AXES}); --input-shape says {self.input_shape}")
        shape = found or self.input_shape
        assert shape is not None
        return shape

    def _place(self, layer: Layer, shape: Shape) -> Place:
        return Place(self.file, layer.place, layer.place.replace("/", ""), shape)

    def _note_delay(self, layer: Layer, delay: Ints | None, bias: Ints | None) -> None:
        if delay is None or not delay.any():
            return
        detail = f"delays of up to {int(delay.max())} steps stand at the synapses into the layer, as netx puts them"
        if bias is not None and bias.any():
            detail += "; SLAYER delays the spikes that leave it, and so its bias"
            self._label("delay", layer, "approximate", detail)
        else:
            self._label("delay", layer, "exact", detail)

    def _label(self, step: str, layer: Layer, status: Status, detail: str) -> None:
        self.labels.append(FidelityLabel(step, layer.place, status, detail))

    def _row(self, layer: Layer, population: str | None, note: str) -> None:
        self.rows.append(Row(layer.place, layer.kind, population, note))

    def _refuse(self, layer: Layer, problem: str) -> NoReturn:
        raise ImportFileError(f"{self.file}: {layer.place}: {problem}")
