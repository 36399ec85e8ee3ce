"""From a graph to what Lava is handed: flat populations and unrolled synapses, as arrays, without importing Lava.

Nothing is checked or repaired here but what no network can be built of: a graph with a fault in its delays, resets or weights
becomes a network with that fault.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import BackendError, DataError
from litesnn.compiler.graph import Graph, Pace, Source
from litesnn.runtime.lava.neurons import Ints, NeuronPlan, plan_neurons
from litesnn.runtime.lava.synapses import SynapsePlan, check_formats, plan_synapses
from litesnn.runtime.trace import check_recorded

Inputs = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class NetworkPlan:
    """A network, its input and what to record.

    Attributes
    ----------
    samples, timesteps : N samples of T steps
    side_by_side : isolated samples run in N copies of the network at once, so that none finds another's state; otherwise they
        stream through one network back to back
    output, reads_membrane : population the host reads; its membrane, or what it sends
    inputs : (N, C, H, W) values held for T steps, or (N, T, C, H, W) values per step
    record, record_states : populations whose spikes, or whose u and v, are recorded
    """

    graph: Graph
    samples: int
    timesteps: int
    side_by_side: bool
    source: str
    output: str
    reads_membrane: bool
    inputs: Inputs
    record: tuple[str, ...]
    record_states: tuple[str, ...]
    neurons: tuple[NeuronPlan, ...]

    @property
    def pace(self) -> Pace:
        """How the steps of samples lie on the axis of Lava's steps."""
        return Pace(self.timesteps, 1, self.timesteps) if self.side_by_side else self.graph.pace

    @property
    def copies(self) -> int:
        """Copies of the network."""
        return self.samples if self.side_by_side else 1

    @cached_property
    def synapses(self) -> tuple[SynapsePlan, ...]:
        """Synapses, unrolled on first use: only a network of processes needs them."""
        return plan_synapses(self.graph)

    @cached_property
    def steps(self) -> int:
        """Lava steps to run: those of all samples and the latest arrival of what is read or recorded."""
        watched = {self.output, *self.record, *self.record_states}
        latest = max(plan.arrival for plan in self.neurons if plan.name in watched)
        return (self.samples // self.copies) * self.pace.period + latest

    @property
    def recorded_spikes(self) -> tuple[str, ...]:
        """Populations whose messages are recorded: those asked for, and an output that is read by what it sends."""
        return self.record if self.reads_membrane else tuple(dict.fromkeys((*self.record, self.output)))

    def neuron(self, name: str) -> NeuronPlan:
        """The population of that name."""
        return next(neurons for neurons in self.neurons if neurons.name == name)

    def frames(self) -> Ints:
        """Values the source sends, a column per Lava step, (copies * n, steps of its data); silent after isolated samples."""
        values = self.inputs.astype(np.int32).reshape(*self.inputs.shape[: self.inputs.ndim - 3], -1)
        if self.inputs.ndim == 4:
            values = np.repeat(values[:, None], self.timesteps, axis=1)
        if not self.side_by_side:
            stream = np.zeros((self.samples * self.pace.period, values.shape[2]), np.int32)
            stream[self.pace.offsets(self.samples)] = values
            return np.ascontiguousarray(stream.T)
        frames = np.zeros((self.samples, values.shape[2], self.steps), np.int32)
        frames[:, :, : self.timesteps] = values.swapaxes(1, 2)
        return frames.reshape(-1, self.steps)

    def unfold(self, name: str, rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Samples of a recording whose row k is Lava step k + 1, path delay removed: (N, T, n)."""
        first = self.neuron(name).arrival
        if self.side_by_side:
            return rows[first : first + self.timesteps].reshape(self.timesteps, self.samples, -1).swapaxes(0, 1)
        window: npt.NDArray[Any] = rows[first + self.pace.offsets(self.samples)]
        return window


def plan_network(
    graph: Graph, inputs: Inputs, record: Collection[str] = (), record_states: Collection[str] = ()
) -> NetworkPlan:
    """Plan a run.

    Raises
    ------
    BackendError
        If the graph is not compiled through (no thresholds, formats or arrival times), or has more than one source.
    DataError
        If the input does not fit the source, or a recorded name is not a population.
    """
    if len(graph.sources) != 1:
        raise BackendError(f"Lava: found {len(graph.sources)} sources; this backend runs networks with one")
    (source,) = graph.sources
    _check_input(graph, source, inputs)
    check_recorded(graph, (*record, *record_states))
    check_formats(graph)
    return NetworkPlan(
        graph=graph,
        samples=len(inputs),
        timesteps=inputs.shape[1] if inputs.ndim == 5 else graph.timesteps,
        side_by_side=graph.isolated,
        source=source.name,
        output=graph.output.name,
        reads_membrane=graph.output.read_as == "membrane",
        inputs=inputs,
        record=tuple(dict.fromkeys(record)),
        record_states=tuple(dict.fromkeys(record_states)),
        neurons=tuple(plan_neurons(population, graph.isolated) for population in graph.membranes),
    )


def _check_input(graph: Graph, source: Source, inputs: Inputs) -> None:
    steps = inputs.shape[1] if graph.isolated and inputs.ndim == 5 and inputs.shape[1] else graph.timesteps
    shapes = [source.shape, (steps, *source.shape)]
    if inputs.ndim == 0 or not len(inputs) or inputs.shape[1:] not in shapes:
        allowed = " or ".join(f"(N, {', '.join(map(str, shape))})" for shape in shapes)
        raise DataError(f"input: found shape {inputs.shape}; allowed: {allowed}, with at least one sample")
    low, high = int(inputs.min()), int(inputs.max())
    if inputs.dtype.kind not in "iub" or low < source.minimum or high > source.maximum:
        raise DataError(
            f"input: found {inputs.dtype} values {low}..{high}; allowed: integers {source.minimum}..{source.maximum}"
        )
