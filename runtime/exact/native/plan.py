"""What the kernels are told of a network for one kind of run: the same for all its chunks."""

from __future__ import annotations

from ctypes import c_int32, c_int64, c_uint8, c_uint64

import numpy as np

from litesnn.compiler.graph import Membranes
from litesnn.kernels import structures
from litesnn.kernels.structures import DEPTHWISE, NO_LIMIT
from litesnn.runtime.exact.axis import Axis
from litesnn.runtime.exact.native.arrays import Pointers, words
from litesnn.runtime.exact.native.network import Entering, Incoming, NativeNetwork, Neurons
from litesnn.runtime.exact.native.segments import Part


class Plan:
    """Structures of all populations, but for what a chunk records.

    Parameters
    ----------
    held : whether a sample's inputs are the same at every step

    Attributes
    ----------
    graded : sources whose inputs are more than 0 and 1
    neurons : population -> its constants
    checked : population -> whether one of its registers can overflow
    populations : structures in order of computation, with their populations
    sizes : of components, so many populations one after the other
    """

    def __init__(self, network: NativeNetwork, axis: Axis, entering: Entering, held: bool) -> None:
        self.network = network
        self._pointers = Pointers()
        self.graded = {name for name, (low, high) in entering.items() if low < 0 or high > 1}
        apart = frozenset(entering) if held else frozenset(self.graded)
        membranes = network.graph.membranes
        self.neurons: dict[str, Neurons] = {p.name: network.neurons(p, entering, apart) for p in membranes}
        self._peaks = {p.name: self.neurons[p.name].peaks(axis) for p in membranes}
        self.checked = {name: not peaks.fits for name, peaks in self._peaks.items()}
        self.sizes = (c_int32 * len(network.components))(*map(len, network.components))
        self.populations = [(p, self._population(p, axis)) for component in network.components for p in component]

    def _population(self, population: Membranes, axis: Axis) -> structures.Population:
        neurons = self.neurons[population.name]
        steps = range(axis.steps)
        computes = np.array([axis.computes(population, step) for step in steps], np.uint8)
        resets = np.array([axis.resets(population, step) for step in steps], np.uint8)
        synapses = [self._synapses(incoming, axis) for incoming in neurons.incoming]
        channels, height, width = population.shape
        made = structures.Population(
            synapses=self._pointers.to_array(structures.Synapses, synapses),
            bias=self._pointers.to(neurons.bias, c_int32),
            computes=self._pointers.to(computes, c_uint8),
            resets=self._pointers.to(resets, c_uint8),
            count=len(synapses),
            sent=self.network.number[population.name],
            channels=channels,
            height=height,
            width=width,
            padded=neurons.room.padded,
            gap=neurons.room.gap,
            sum_bytes=neurons.sum_bytes,
            scale=neurons.scale,
            current_memory=neurons.current_memory.largest,
            memory=neurons.memory.largest,
            reset=neurons.reset.kind,
            checked=int(self.checked[population.name]),
            small=int(self._peaks[population.name].membrane * neurons.memory.largest <= NO_LIMIT),
            top=neurons.top,
            accumulator_limit=NO_LIMIT if neurons.accumulator_limit is None else neurons.accumulator_limit,
        )
        per_channel = {
            "threshold": neurons.threshold,
            "current_memories": neurons.current_memory.each,
            "memories": neurons.memory.each,
            "subtracted": neurons.reset.subtracted,
        }
        for field, values in per_channel.items():
            if values is not None:
                setattr(made, field, self._pointers.to(values, c_int32))
        return made

    def _synapses(self, incoming: Incoming, axis: Axis) -> structures.Synapses:
        layout, sizes = incoming.layout, [self.network.source(edge).shape[0] for edge in incoming.edges]
        reads = []
        for edge, first, channels in zip(incoming.edges, incoming.firsts, sizes, strict=True):
            room = np.zeros(words(channels) * 8, np.uint8)
            mask = np.packbits(layout.reads[first : first + channels], bitorder="little")
            room[: len(mask)] = mask
            number, shift = self.network.number[edge.source], axis.shift(edge.latency, edge.distance)
            reads.append(structures.Read(mask=self._pointers.to(room, c_uint64), sent=number, shift=shift, first=first))
        (kernel_h, kernel_w), (stride_h, stride_w), (pad_h, pad_w), _ = layout.window
        return structures.Synapses(
            reads=self._pointers.to_array(structures.Read, reads),
            parts=self._pointers.to_array(structures.Part, self._parts(layout.parts)),
            weights=self._pointers.to_any(layout.weights),
            index=self._pointers.to(np.ascontiguousarray(layout.index, np.int64), c_int64),
            targets=self._pointers.to(np.ascontiguousarray(layout.targets, np.int32), c_int32),
            kind=layout.kind,
            count=len(reads),
            channels=len(layout.targets) if layout.kind == DEPTHWISE else sum(sizes),
            begin=layout.straight.begin if layout.straight else 0,
            end=layout.straight.end if layout.straight else 0,
            first=layout.straight.first if layout.straight else 0,
            part_count=len(layout.parts),
            narrow=int(layout.narrow),
            kernel_h=kernel_h,
            kernel_w=kernel_w,
            stride_h=stride_h,
            stride_w=stride_w,
            pad_h=pad_h,
            pad_w=pad_w,
        )

    def _parts(self, parts: tuple[Part, ...]) -> list[structures.Part]:
        made = []
        for part in parts:
            segments = [structures.Segment(offset, line) for offset, line in part.segments.tolist()]
            made.append(
                structures.Part(
                    segments=self._pointers.to_array(structures.Segment, segments),
                    weights=self._pointers.to_any(part.rows),
                    count=len(segments),
                    vectors=part.vectors,
                    down=part.phase[0],
                    across=part.phase[1],
                )
            )
        return made
