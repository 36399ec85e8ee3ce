"""Batched simulation of a compiled graph.

When every path is balanced and every reset staggered (the certificate), samples cannot meet: each population is computed in
its own window of T steps, all samples and steps of a batch at once, and delays need no memory. When they are not (a graph
with a fault in it), the samples are streamed through one network step by step on the chip's own time axis, so that the
wrong answer is the wrong answer Lava gives. Both use the same synapses and the same neuron step.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from litesnn.compiler.graph import Graph, Membranes, Population, Readout
from litesnn.compiler.passes.stagger_resets import reset_offset
from litesnn.errors import DataError
from litesnn.runtime.exact.neurons import Steps, step_through
from litesnn.runtime.exact.synapses import Projection, projections
from litesnn.runtime.trace import Trace, check_recorded

Scalar = TypeVar("Scalar", bound=np.generic)
Progress = Callable[[int, int], None]
# Bytes one batch may take in currents and states; the batch size follows from it.
BATCH_BYTES = 512 * 2**20
BYTES_PER_NEURON_STEP = 48


def simulate(
    graph: Graph,
    inputs: npt.NDArray[np.int16],
    *,
    record: Collection[str] = (),
    record_states: Collection[str] = (),
    batch_size: int | None = None,
    device: str = "cpu",
    stream: bool = False,
    progress: Progress | None = None,
) -> Trace:
    """Simulate samples exactly.

    Parameters
    ----------
    inputs : (N, C, H, W) graded values held for T steps, or (N, T, C, H, W) binary spikes
    record, record_states : populations whose spikes, or whose currents and membranes, are kept
    batch_size : samples at once; chosen by memory when None
    stream : force the step-by-step stream on the chip's time axis
    progress : called with (samples done, samples)

    Raises
    ------
    DataError
        If a recorded name is not a population of the graph.
    """
    check_recorded(graph, (*record, *record_states))
    engine = _Engine(graph, torch.device(device), frozenset(record), frozenset(record_states))
    if stream or not is_aligned(graph):
        parts = [engine.stream(inputs)]
        if progress:
            progress(len(inputs), len(inputs))
    else:
        parts = []
        size = batch_size or engine.batch_size()
        for first in range(0, len(inputs), size):
            parts.append(engine.batch(inputs[first : first + size]))
            if progress:
                progress(min(first + size, len(inputs)), len(inputs))
    return _joined(parts)


def is_aligned(graph: Graph) -> bool:
    """Whether all inputs of every population arrive together and every reset falls on the first step of a sample."""
    for block in graph.blocks:
        source, target = graph[block.source].arrival, graph[block.target].arrival
        if source is None or target is None or source + 1 + block.delay != target:
            return False
    return all(
        p.arrival is not None
        and p.reset_interval == graph.timesteps
        and p.reset_offset == reset_offset(p.arrival, graph.timesteps)
        for p in graph.membranes
    )


class _Engine:
    """The graph's kernels, prepared once."""

    def __init__(
        self, graph: Graph, device: torch.device, record: frozenset[str], record_states: frozenset[str]
    ) -> None:
        self.graph, self.device, self.record, self.record_states = graph, device, record, record_states
        self.order = list(graph.topological())
        self.projections = {p.name: projections(graph, p, device) for p in graph.membranes}

    def batch_size(self) -> int:
        """Samples whose largest population fits the memory budget."""
        largest = max(population.size for population in self.order)
        return max(1, BATCH_BYTES // (largest * self.graph.timesteps * BYTES_PER_NEURON_STEP))

    def batch(self, inputs: npt.NDArray[np.int16]) -> Trace:
        """All samples at once, each population in its own window of T steps."""
        count, steps = len(inputs), self.graph.timesteps
        resets = [step == 0 for step in range(steps)]

        def arriving(projection: Projection, values: Tensor) -> Tensor:
            currents = projection.currents(values.flatten(0, 1))
            return currents.reshape(count, steps, *currents.shape[1:])

        return self._run(self._sequence(inputs), resets, arriving, lambda _, recorded: recorded)

    def stream(self, inputs: npt.NDArray[np.int16]) -> Trace:
        """Samples back to back through one network, on the chip's time axis."""
        count, steps = len(inputs), self.graph.timesteps
        depth = max(population.arrival or 0 for population in self.order)
        total = count * steps + depth
        sequence = self._sequence(inputs).flatten(0, 1)[None]
        # Past its data the host's ring buffer starts again, as Lava's does; no answer depends on it.
        sequence = sequence[:, torch.arange(total, device=self.device) % (count * steps)]

        def arriving(projection: Projection, values: Tensor) -> Tensor:
            currents = projection.currents(values[0])
            late = min(1 + projection.delay, total)
            return torch.cat([currents.new_zeros((late, *currents.shape[1:])), currents[: total - late]])[None]

        def window(population: Population, recorded: Tensor) -> Tensor:
            first = population.arrival or 0
            return recorded[0, first : first + count * steps].reshape(count, steps, *recorded.shape[2:])

        return self._run(sequence, None, arriving, window)

    def _sequence(self, inputs: npt.NDArray[np.int16]) -> Tensor:
        """Input values per step, (N, T, C, H, W)."""
        values = torch.as_tensor(inputs, device=self.device)
        if values.ndim == 4:
            return values[:, None].expand(-1, self.graph.timesteps, -1, -1, -1)
        if values.shape[1] != self.graph.timesteps:
            raise DataError(
                f"input: found {values.shape[1]} steps per sample; the network takes {self.graph.timesteps}"
            )
        return values

    def _run(
        self,
        sequence: Tensor,
        resets: list[bool] | None,
        arriving: Callable[[Projection, Tensor], Tensor],
        window: Callable[[Population, Tensor], Tensor],
    ) -> Trace:
        values = {source.name: sequence for source in self.graph.sources}
        spikes: dict[str, npt.NDArray[np.uint8]] = {}
        currents: dict[str, npt.NDArray[np.int64]] = {}
        potentials: dict[str, npt.NDArray[np.int64]] = {}
        membranes: dict[str, npt.NDArray[np.int64]] = {}
        overflows: dict[str, int] = {}
        readout = None
        for position, population in enumerate(self.order):
            if not isinstance(population, Membranes):
                continue
            name = population.name
            sums = sequence.new_zeros((*sequence.shape[:2], *population.shape), dtype=torch.int64)
            for projection in self.projections[name]:
                sums += arriving(projection, values[projection.source])
            last = isinstance(population, Readout)
            keep = name in self.record_states or (last and resets is None)
            outcome = step_through(population, sums, resets or list(_phases(population, sums.shape[1])), keep)
            values[name] = outcome.spikes
            overflows[name] = outcome.overflows
            if name in self.record:
                spikes[name] = window(population, outcome.spikes).cpu().numpy()
            if name in self.record_states:
                for kept, states in zip((currents, potentials, membranes), _states(outcome), strict=True):
                    kept[name] = window(population, states).cpu().numpy()
            if last:
                final = window(population, outcome.membranes) if keep else outcome.membranes
                readout = final[:, -1].flatten(1).cpu().numpy()
            self._forget(values, position)
        assert readout is not None, "a graph has exactly one readout"
        return Trace(readout, spikes, currents, membranes, potentials, overflows)

    def _forget(self, values: dict[str, Tensor], position: int) -> None:
        """Drop what no later population reads."""
        needed = {
            p.source for population in self.order[position + 1 :] for p in self.projections.get(population.name, [])
        }
        for name in [name for name in values if name not in needed]:
            del values[name]


def _phases(population: Membranes, steps: int) -> Iterator[bool]:
    """Where Lava resets on its time axis, which counts from 1."""
    interval, offset = population.reset_interval, population.reset_offset
    for step in range(1, steps + 1):
        yield interval is not None and step % interval == offset


def _states(outcome: Steps) -> tuple[Tensor, Tensor, Tensor]:
    return outcome.currents, outcome.potentials, outcome.membranes


def _joined(parts: list[Trace]) -> Trace:
    """One trace of all batches."""
    return Trace(
        np.concatenate([part.readout for part in parts]),
        _join([part.spikes for part in parts]),
        _join([part.currents for part in parts]),
        _join([part.membranes for part in parts]),
        _join([part.potentials for part in parts]),
        {name: sum(part.overflows[name] for part in parts) for name in parts[0].overflows},
    )


def _join(parts: list[dict[str, npt.NDArray[Scalar]]]) -> dict[str, npt.NDArray[Scalar]]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
