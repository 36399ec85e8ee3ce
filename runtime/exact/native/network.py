"""A graph prepared for the kernels: what does not change from batch to batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from litesnn.compiler.graph import STATE_MAX, WEIGHT_SHIFT, Graph, Leaky, Membranes, Population, Windowed
from litesnn.kernels import Library
from litesnn.kernels.structures import NO_LIMIT, WINDOWS
from litesnn.runtime.exact.axis import Axis
from litesnn.runtime.exact.edges import Edge, edges_into
from litesnn.runtime.exact.native.arrays import Array, per_channel
from litesnn.runtime.exact.native.constants import Memory, Reset
from litesnn.runtime.exact.native.suits import LARGEST_ROW, LARGEST_SUM
from litesnn.runtime.exact.native.sum_room import SumRoom
from litesnn.runtime.exact.native.synapses import Ends, Layout, joined, layout
from litesnn.runtime.exact.sums import KnownSums, Sent, StatePeaks, Sums, accumulator_limits, state_peaks

Entering = Mapping[str, Sent]
SUM_TYPES = (np.int8, np.int16, np.int32)


@dataclass(frozen=True, eq=False)
class Incoming:
    """Edges that one kernel computes together, and the first channel of its weights that each reads."""

    edges: tuple[Edge, ...]
    firsts: tuple[int, ...]
    layout: Layout


@dataclass(frozen=True, eq=False)
class Neurons:
    """A population's constants for one range of inputs.

    Attributes
    ----------
    sum_bytes, room : type of the sums, and how they lie
    scale : membrane units per unit of the sums
    memory, current_memory : of 4096, kept of the membrane and of the current
    reset : what a spike does
    accumulator_limit : units beyond which a sum is counted; None: not watched
    """

    population: Membranes
    sums: Sums
    sum_bytes: int
    room: SumRoom
    scale: int
    bias: Array
    threshold: Array | None
    memory: Memory
    current_memory: Memory
    reset: Reset
    accumulator_limit: int | None
    incoming: tuple[Incoming, ...]

    def peaks(self, axis: Axis) -> StatePeaks:
        """How far registers can get in a run on this axis."""
        assert isinstance(self.population, Leaky), "the kernels compute leaky kinds alone"
        return state_peaks(self.population, self.sums, axis.longest_run(self.population))

    @property
    def top(self) -> int:
        """A membrane above it starts again from 0; of a readout that ends early."""
        early = self.threshold is None and self.population.highest_membrane < STATE_MAX
        return self.population.highest_membrane if early else NO_LIMIT


class NativeNetwork:
    """Components in order of computation; constants per range of inputs, made once.

    Parameters
    ----------
    library : the kernels
    """

    def __init__(self, graph: Graph, library: Library) -> None:
        self.graph, self.library = graph, library
        components = ([p for p in found if isinstance(p, Membranes)] for found in graph.components())
        self.components: list[list[Membranes]] = [component for component in components if component]
        self.number = {population.name: number for number, population in enumerate(graph.populations)}
        self._edges = {population.name: edges_into(graph, population) for population in graph.membranes}
        self._sums = KnownSums(graph)
        self._accumulator_limits = accumulator_limits(graph)
        self._neurons: dict[tuple[str, tuple[tuple[str, Sent], ...], frozenset[str]], Neurons] = {}

    def sums(self, population: Membranes, entering: Entering) -> Sums:
        """What can arrive at a population."""
        return self._sums.of(population, lambda source: entering.get(source.name, source.sent))

    def reason_against(self, entering: Entering) -> str | None:
        """Why these inputs are not for the kernels: sums beyond their registers, channels beyond their numbers; None where they are."""
        for population in self.graph.membranes:
            if self.sums(population, entering).largest > LARGEST_SUM:
                return f"sums of '{population.name}' can pass {LARGEST_SUM:,}"
            windows = [edge for edge in self._edges[population.name] if isinstance(edge.geometry, Windowed)]
            if sum(self.graph[edge.source].shape[0] for edge in windows) > LARGEST_ROW:
                return f"'{population.name}' reads more than {LARGEST_ROW:,} channels through windows"
        return None

    def neurons(self, population: Membranes, entering: Entering, apart: frozenset[str]) -> Neurons:
        """A population's constants; `apart`: sources whose edges are not joined with others (graded, or held)."""
        key = (population.name, tuple(sorted(entering.items())), apart)
        if key not in self._neurons:
            self._neurons[key] = self._made(population, entering, apart)
        return self._neurons[key]

    def _made(self, population: Membranes, entering: Entering, apart: frozenset[str]) -> Neurons:
        sums = self.sums(population, entering)
        units = sums.largest // sums.unit
        # What is graded is multiplied in 16 bits at least: there are no products of bytes.
        narrowest = 2 if any(edge.source in apart for edge in self._edges[population.name]) else 1
        sum_bytes = next(size for size in (1, 2, 4) if size >= narrowest and units < 2 ** (8 * size - 1))
        reads = [(edge.geometry, self.graph[edge.source]) for edge in self._edges[population.name]]
        room = SumRoom.of(population, reads, sum_bytes, self.library.vector_bytes)
        channels = room.padded
        threshold = population.threshold
        limit = self._accumulator_limits.get(population.name)
        return Neurons(
            population=population,
            sums=sums,
            sum_bytes=sum_bytes,
            room=room,
            scale=sums.unit << WEIGHT_SHIFT,
            bias=per_channel(population.bias, channels, 0),
            threshold=None if threshold is None else per_channel(threshold, channels, NO_LIMIT),
            memory=Memory.of(population.decay_mantissa, channels),
            current_memory=Memory.of(population.current_mantissa, channels),
            reset=Reset.of(population, channels),
            accumulator_limit=limit // sums.unit if limit is not None and sums.largest > limit else None,
            incoming=tuple(self._incoming(population, sums, room, SUM_TYPES[sum_bytes // 2], apart)),
        )

    def _incoming(
        self,
        population: Membranes,
        sums: Sums,
        room: SumRoom,
        dtype: type[np.signedinteger[Any]],
        apart: frozenset[str],
    ) -> list[Incoming]:
        groups: dict[object, list[tuple[Edge, Layout]]] = {}
        for number, edge in enumerate(self._edges[population.name]):
            source = self.graph[edge.source]
            made = layout(edge.geometry, edge.weights_in(sums.unit), Ends(source, population, room, np.dtype(dtype)))
            alone = made.kind != WINDOWS or edge.source in apart
            groups.setdefault(number if alone else (source.shape[1:], made.window), []).append((edge, made))
        found = []
        for group in groups.values():
            edges, layouts = zip(*group, strict=True)
            firsts = np.cumsum([0, *(self.graph[edge.source].shape[0] for edge in edges[:-1])])
            graded = any(edge.source in apart for edge in edges)
            found.append(Incoming(edges, tuple(map(int, firsts)), joined(list(layouts), graded=graded)))
        return found

    def source(self, edge: Edge) -> Population:
        """Where an edge begins."""
        return self.graph[edge.source]
