"""Lowering: a trained genotype becomes a graph of populations and synapse blocks, normalization not yet folded.

One block per edge and source population, so a concatenation is read by several blocks and costs nothing. Feedback becomes
blocks of distance 1. Max pooling of spikes becomes a population of threshold 0. Neurons that are reset to 0 become `Lif`, others
`ProgrammedLif`. Weight codes are derived from the stored weights as `docs/numbers.md` says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import CompileError
from litesnn.compiler.genotype import EdgePlan, Genotype, LoadedGenotype, NodePlan, PoolPlan
from litesnn.compiler.genotype.tensors import code_value
from litesnn.compiler.graph import (
    Analog,
    AnalogScale,
    Graph,
    Lif,
    Maximum,
    Pool,
    Population,
    ProgrammedLif,
    Readout,
    Source,
    Spiking,
    SynapseBlock,
)
from litesnn.compiler.snapped_scales import snapping_labels
from litesnn.compiler.weight_codes import edge_geometries

Floats = npt.NDArray[np.float64]
NEURONS: dict[str, Callable[..., Spiking]] = {
    "zero": Lif,
    "subtract": partial(ProgrammedLif, reset="subtract"),
    "subtract_next": partial(ProgrammedLif, reset="subtract_next"),
}
"""By the genotype's reset; a plugin's are added here."""


def lower(loaded: LoadedGenotype) -> Graph:
    """Lower a trained genotype.

    Raises
    ------
    GenotypeError
        If the genotype has no weights yet.
    CompileError
        If it has edges in floating point.
    """
    _refuse_float(loaded)
    return _Lowering(loaded.spec, loaded.trained).run(loaded).labelled(*snapping_labels(loaded))


def _refuse_float(loaded: LoadedGenotype) -> None:
    quantizer = loaded.spec.quantizer
    if quantizer is not None and quantizer.ends == "float":
        ends = [edge.place for edge in loaded.topology.edges() if edge.reads_input] + [loaded.topology.readout.place]
        raise CompileError(
            f"quantizer.ends: found 'float': {', '.join(ends)} multiply in floating point, which no profile does (fidelity: "
            "unsupported); allowed: 'quantized' (litesnn new --first-last 8, or set it here and train on with litesnn train)"
        )


@dataclass
class _Lowering:
    spec: Genotype
    tensors: dict[str, npt.NDArray[np.generic]]

    def run(self, loaded: LoadedGenotype) -> Graph:
        topology = loaded.topology
        self.populations: list[Population] = [self._source()]
        self.blocks: list[SynapseBlock] = []
        for node in topology.nodes:
            self._node(node)
        for node in topology.nodes:
            self._edges(node, feedback=True)
        if topology.pool is not None:
            self._pool(topology.pool)
        self._readout(topology.readout)
        feedback_first = sorted(self.blocks, key=lambda block: not block.distance)
        return Graph.build(self.spec.timesteps, self.populations, feedback_first)

    def _source(self) -> Source:
        given = self.spec.input
        if given.encoding == "spikes":
            return Source.whole("input", given.shape, (0, 1), 0)
        return Source.whole("input", given.shape, (given.minimum, given.maximum), 8)

    def _neurons(self, name: str, shape: tuple[int, int, int], place: str, analog: Analog) -> Spiking:
        neuron = self.spec.neuron
        return NEURONS[neuron.reset_kind](
            name=name,
            shape=shape,
            channels=tuple(range(shape[0])),
            genotype_channels=shape[0],
            place=place,
            dv=4096 - neuron.decay_mantissa,
            analog=analog,
        )

    def _node(self, node: NodePlan) -> None:
        gain: Floats | None = None
        if self.spec.norm == "node":
            gain, offset = self._normalization(node.name)
        else:
            offset = np.zeros(node.shape[0])
            for edge in node.edges:
                if edge.weighted:
                    offset = offset + self._normalization(edge.name)[1]
        assert node.membrane_exp is not None
        analog = Analog(
            threshold=self.spec.neuron.threshold,
            membrane_exp=node.membrane_exp,
            multiplier_max=self.spec.multiplier_max,
            gain=gain,
            offset=offset,
        )
        self._edges(node, feedback=False)
        self.populations.append(self._neurons(node.name, node.shape, node.place, analog))

    def _edges(self, node: NodePlan, feedback: bool) -> None:
        """The blocks of a node's own inputs, or of feedback into it, and the maxima that they read."""
        for edge in node.edges:
            if bool(edge.distance) == feedback:
                self._edge(edge, node.name, self._pooled(edge))

    def _normalization(self, owner: str) -> tuple[Floats, Floats]:
        """Gain and offset of a batch normalization, float64 (C,)."""
        weight, bias, mean, variance = (
            self.tensors[f"{owner}.norm.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        gain = weight / np.sqrt(variance + self.spec.norm_eps)
        return gain, bias - mean * gain

    def _pooled(self, edge: EdgePlan) -> list[str]:
        """The populations the edge reads; for max-pooled edges, new populations that hold the maxima."""
        if edge.max_window is None:
            return list(edge.sources)
        size, stride, padding = edge.max_window
        names = []
        for i, (source, channels) in enumerate(zip(edge.sources, edge.source_channels, strict=True)):
            name = f"{edge.name}.max" if len(edge.sources) == 1 else f"{edge.name}.max{i}"
            shape = (channels, *edge.in_shape[1:])
            ids = np.arange(channels)
            zeros = np.zeros(channels, np.int64)
            self.populations.append(
                Maximum(
                    name=name,
                    shape=shape,
                    channels=tuple(range(channels)),
                    genotype_channels=channels,
                    place=f"{edge.place}.pool",
                    dv=4096 - 1,
                    vth=zeros,
                    bias_mant=zeros,
                    bias_exp=zeros,
                    unit=np.ones(channels),
                    stands_for=source,
                )
            )
            window = Pool(
                codes=np.ones(channels, np.int32),
                sources=ids,
                targets=ids,
                kernel=(size, size),
                stride=stride,
                padding=padding,
            )
            self.blocks.append(
                SynapseBlock(
                    name=f"{name}:{source}",
                    source=source,
                    target=name,
                    geometry=window,
                    edge=name,
                    place=f"{edge.place}.pool",
                )
            )
            names.append(name)
        return names

    def _edge(self, edge: EdgePlan, target: str, sources: list[str]) -> None:
        gain = None
        if self.spec.norm == "edge" and edge.weighted and edge.site.part != "head":
            gain, _ = self._normalization(edge.name)
        connections = edge_geometries(self.spec, edge, self.tensors)
        for source, geometry in zip(sources, connections, strict=True):
            scale = AnalogScale(code_value(self.spec, edge, self.tensors), gain)
            self.blocks.append(
                SynapseBlock(
                    name=f"{edge.name}:{source}",
                    source=source,
                    target=target,
                    geometry=geometry,
                    edge=edge.name,
                    place=edge.place,
                    analog=scale,
                    distance=edge.distance,
                )
            )

    def _pool(self, plan: PoolPlan) -> None:
        channels, height, width = plan.in_shape
        assert plan.membrane_exp is not None
        analog = Analog(self.spec.pool_threshold, plan.membrane_exp)
        self.populations.append(self._neurons(plan.name, (channels, 1, 1), "head.pool", analog))
        first = 0
        for source, count in zip(plan.sources, plan.source_channels, strict=True):
            ids = np.arange(count)
            window = Pool(np.ones(count, np.int32), ids, ids + first, (height, width))
            scale = AnalogScale(np.asarray(1.0 / (height * width)))
            self.blocks.append(
                SynapseBlock(
                    name=f"pool:{source}",
                    source=source,
                    target=plan.name,
                    geometry=window,
                    edge="pool",
                    place="head.pool",
                    analog=scale,
                )
            )
            first += count

    def _readout(self, edge: EdgePlan) -> None:
        bias = self.tensors["readout.bias"].astype(np.float64) if self.spec.head.bias else None
        analog = Analog(self.spec.neuron.threshold, 0, bias=bias)
        classes = edge.out_shape[0]
        self.populations.append(
            Readout(
                name="readout",
                shape=edge.out_shape,
                channels=tuple(range(classes)),
                genotype_channels=classes,
                place="head",
                dv=0,
                analog=analog,
            )
        )
        self._edge(edge, "readout", self._pooled(edge))
