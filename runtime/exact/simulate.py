"""Simulation of a compiled graph, exact and batched; which samples are computed together, and on which axis of time."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from litesnn.base.errors import BackendError, DataError
from litesnn.compiler.graph import Graph, Source
from litesnn.compiler.program.given import AnyGraph, graph_of
from litesnn.reading import Kind, read_npy
from litesnn.runtime.exact.axis import Mode, is_aligned
from litesnn.runtime.exact.engine import Engine, Inputs, Job, Progress
from litesnn.runtime.exact.native import NativeEngine, reason_against
from litesnn.runtime.exact.record import Recorder
from litesnn.runtime.exact.sums import Sent
from litesnn.runtime.exact.timing import RunTiming
from litesnn.runtime.trace import Trace, check_recorded


def simulate(
    graph: AnyGraph,
    inputs: Inputs | str | os.PathLike[str],
    *,
    record: Collection[str] = (),
    record_states: Collection[str] = (),
    batch_size: int | None = None,
    device: str = "cpu",
    stream: bool = False,
    timing: RunTiming | None = None,
    progress: Progress | bool = True,
) -> Trace:
    """Simulate samples exactly.

    Parameters
    ----------
    graph : compiled; or a program, its folder, or a compilation
    inputs : an array or its .npy file: (N, C, H, W) graded values held for T steps, or (N, T, C, H, W) values per step; T is the graph's, or, where samples
        are isolated, as long as the array says
    record, record_states : populations whose spikes, or whose currents and membranes, are kept
    batch_size : samples at once; chosen by caches and memory when None
    device : "cpu", "cuda", "cuda:1", ...
    stream : force the step-by-step stream on the chip's time axis
    timing : filled with the seconds each population took
    progress : True shows a bar where somebody looks; or called with (samples done, samples)

    Raises
    ------
    DataError
        If a recorded name is not a population of the graph, or the input does not fit its source.
    BackendError
        If the device is not there, or a stream of isolated samples is asked for.
    """
    values: Any = read_npy(inputs, Kind(DataError)) if isinstance(inputs, str | os.PathLike) else inputs
    from litesnn.base.bars import counted_progress  # here: what computes needs no screen

    with counted_progress(progress, "exact") as told:
        return Simulator(graph_of(graph), device).run(
            values,
            record=record,
            record_states=record_states,
            batch_size=batch_size,
            stream=stream,
            timing=timing,
            progress=told,
        )


class Simulator:
    """A graph made ready once for many runs; parameters and errors as of `simulate`.

    On a CPU with a C compiler, networks of leaky neurons are computed by kernels on integers (`native`); all others, and those on a
    GPU, on tensors (`tensors`). Both give the same integers.

    Parameters
    ----------
    threads : that compute at once; as many as the process may use where None
    """

    def __init__(self, graph: Graph, device: str = "cpu", threads: int | None = None) -> None:
        self.graph, self._device, self._threads = graph, device, threads

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
        recorder = Recorder(graph=graph, record=record, record_states=record_states, samples=count, timesteps=timesteps)
        entering = {source.name: _range(inputs, source) for source in graph.sources}
        job = Job(inputs=inputs, mode=mode, timesteps=timesteps, entering=entering, batch_size=batch_size)
        self._engine(entering, timing).run(job, recorder, timing, progress)
        return recorder.trace

    def prepare(self) -> None:
        """Load what computes most runs: before a fork, so that all processes share it."""
        self._engine({})

    def _engine(self, entering: Mapping[str, Sent], timing: RunTiming | None = None) -> Engine:
        native = self._native
        why = native if isinstance(native, str) else native.reason_against(entering)
        if timing is not None:
            timing.engine = "integers" if why is None else f"tensors ({why})"
        return self._tensors if isinstance(native, str) or why is not None else native

    @cached_property
    def _native(self) -> NativeEngine | str:
        """The kernels; or why they cannot compute the graph."""
        from litesnn.kernels import library, missing

        if self._device != "cpu":
            return f"device {self._device}"
        against = reason_against(self.graph)
        if against is not None:
            return against
        kernels = library()
        return missing() or "" if kernels is None else NativeEngine(self.graph, kernels, self._threads)

    @cached_property
    def _tensors(self) -> Engine:
        from litesnn.runtime.exact.tensors.run import TensorEngine

        return TensorEngine(self.graph, self._device, self._threads)

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
    if steps < 1:
        raise DataError("input: found 0 steps per sample; allowed: 1 or more")
    return steps


def _range(inputs: Inputs, source: Source) -> Sent:
    """Bounds of a run's inputs: powers of two, so that runs on like data share their arithmetic, within what the source can send."""
    low, high = (int(inputs.min()), int(inputs.max())) if inputs.size else (0, 0)
    lowest = -(1 << (-low - 1).bit_length()) if low < 0 else 0
    highest = (1 << high.bit_length()) - 1 if high > 0 else 0
    return max(lowest, source.sent[0]), min(highest, source.sent[1])
