"""Simulation of a compiled graph, exact and batched; which samples are computed together, and on which axis of time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from litesnn.base.errors import BackendError, DataError
from litesnn.compiler.graph import Graph, Source
from litesnn.runtime.exact.axis import Axis, Mode, is_aligned
from litesnn.runtime.exact.batch import Batch
from litesnn.runtime.exact.batches import batch_size as fitting_batch
from litesnn.runtime.exact.kernels.kernel import only_sums_of_products
from litesnn.runtime.exact.limits import Sent
from litesnn.runtime.exact.network import Network
from litesnn.runtime.exact.record import Recorder
from litesnn.runtime.exact.threads import fitting_threads
from litesnn.runtime.exact.timing import RunTiming
from litesnn.runtime.trace import Trace, check_recorded

Inputs = npt.NDArray[np.integer[Any]]
Progress = Callable[[int, int], None]


def simulate(
    graph: Graph,
    inputs: Inputs,
    *,
    record: Collection[str] = (),
    record_states: Collection[str] = (),
    batch_size: int | None = None,
    device: str = "cpu",
    stream: bool = False,
    timing: RunTiming | None = None,
    progress: Progress | None = None,
) -> Trace:
    """Simulate samples exactly.

    Parameters
    ----------
    inputs : (N, C, H, W) graded values held for T steps, or (N, T, C, H, W) values per step; T is the graph's, or, where samples
        are isolated, as long as the array says
    record, record_states : populations whose spikes, or whose currents and membranes, are kept
    batch_size : samples at once; chosen by caches and memory when None
    device : "cpu", "cuda", "cuda:1", ...
    stream : force the step-by-step stream on the chip's time axis
    timing : filled with the seconds each population took
    progress : called with (samples done, samples)

    Raises
    ------
    DataError
        If a recorded name is not a population of the graph, or the input does not fit its source.
    BackendError
        If the device is not there, or a stream of isolated samples is asked for.
    """
    return Simulator(graph, device).run(
        inputs,
        record=record,
        record_states=record_states,
        batch_size=batch_size,
        stream=stream,
        timing=timing,
        progress=progress,
    )


class Simulator:
    """A graph made ready once for many runs; parameters and errors as of `simulate`."""

    def __init__(self, graph: Graph, device: str = "cpu") -> None:
        self.graph = graph
        self._network = Network(graph, _device(device))

    def run(
        self,
        inputs: Inputs,
        *,
        record: Collection[str] = (),
        record_states: Collection[str] = (),
        batch_size: int | None = None,
        stream: bool = False,
        timing: RunTiming | None = None,
        progress: Progress | None = None,
    ) -> Trace:
        """Simulate samples exactly; see `simulate`."""
        graph, count = self.graph, len(inputs)
        check_recorded(graph, (*record, *record_states))
        timesteps = _timesteps(graph, inputs)
        mode = self._mode(stream)
        recorder = Recorder(graph, record, record_states, count, timesteps)
        steps = Axis.of(graph, mode, timesteps, 1).steps
        size = count if mode == "stream" else batch_size or fitting_batch(graph, steps, count)
        lanes = 1 if mode == "stream" else min(size, count)
        entering = {source.name: _range(inputs, source) for source in graph.sources}
        with torch.inference_mode(), only_sums_of_products(), fitting_threads(graph, lanes):
            for first in range(0, count, max(1, size)):
                part = inputs[first : first + size]
                axis = Axis.of(graph, mode, timesteps, len(part))
                Batch(self._network, axis, lanes, entering, recorder, first, timing).run(part)
                if progress:
                    progress(first + len(part), count)
        return recorder.trace

    def _mode(self, stream: bool) -> Mode:
        if self.graph.isolated:
            if stream:
                raise BackendError(
                    "this network's samples are isolated (no resets between them): they cannot be streamed"
                )
            return "isolated"
        return "stream" if stream or not is_aligned(self.graph) else "windows"


def _timesteps(graph: Graph, inputs: Inputs) -> int:
    """Steps per sample, after a check that the input fits every source."""
    for source in graph.sources:
        if inputs.ndim not in (4, 5) or inputs.shape[-3:] != source.shape:
            shape = ", ".join(map(str, source.shape))
            raise DataError(f"input: found shape {inputs.shape}; allowed: (N, {shape}) or (N, T, {shape})")
        low, high = (int(inputs.min()), int(inputs.max())) if inputs.size else source.sent
        if inputs.dtype.kind not in "iub" or low < source.sent[0] or high > source.sent[1]:
            raise DataError(
                f"input: found {inputs.dtype} values {low} .. {high}; allowed: integers {source.sent[0]} .. {source.sent[1]}"
            )
    if inputs.ndim == 4:
        return graph.timesteps
    steps = int(inputs.shape[1])
    if not graph.isolated and steps != graph.timesteps:
        raise DataError(f"input: found {steps} steps per sample; the network takes {graph.timesteps}")
    return steps


def _range(inputs: Inputs, source: Source) -> Sent:
    """Bounds of a run's inputs: powers of two, so that runs on like data share their arithmetic, within what the source can send."""
    low, high = (int(inputs.min()), int(inputs.max())) if inputs.size else (0, 0)
    lowest = -(1 << (-low - 1).bit_length()) if low < 0 else 0
    highest = (1 << high.bit_length()) - 1 if high > 0 else 0
    return max(lowest, source.sent[0]), min(highest, source.sent[1])


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).strip().splitlines()[0]
        raise BackendError(
            f"device: found '{name}'; allowed: cpu, cuda, cuda:1, ... where torch has them ({reason})"
        ) from error
    return device
