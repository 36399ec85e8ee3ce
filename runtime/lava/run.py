"""`run_lava`: a compiled graph in Lava's CPU simulator, with Lava's own models, faster ones of ours, or the exact simulator inside."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import BackendError, DataError
from litesnn.compiler.program.given import AnyGraph, graph_of
from litesnn.reading import Kind, read_npy
from litesnn.runtime.lava.exchange import Job, Models, load_recording, readout_path, recording_path, save_job
from litesnn.runtime.lava.neurons import Recorded
from litesnn.runtime.lava.plan import Inputs, NetworkPlan
from litesnn.runtime.lava.session import LAVA_TIMEOUT, LavaSession
from litesnn.runtime.lava.supervise import LavaWorker
from litesnn.runtime.trace import Trace

# Unrolled synapses of all copies of a network that one run may hold (each takes some 20 bytes in Lava).
COPIED_SYNAPSES = 20_000_000


def run_lava(
    graph: AnyGraph,
    inputs: Inputs | str | os.PathLike[str],
    *,
    record: Collection[str] = (),
    record_states: Collection[str] = (),
    models: Models = "stock",
    timeout: float = LAVA_TIMEOUT,
    progress: Callable[[int, int], None] | bool = True,
) -> Trace:
    """Run samples in Lava; the graph is taken as it is, faults included.

    Samples stream through one network, one every T steps; isolated ones run in copies of the network, side by side.

    Parameters
    ----------
    graph : compiled; or a program, its folder, or a compilation
    inputs : an array or its .npy file: (N, C, H, W) integers held for T steps, or (N, T, C, H, W) values per step
    record : populations whose spikes are recorded; one process each
    record_states : populations whose u and v are recorded after every step; two processes each and a second phase per step
    models : `stock`, Lava's bit-accurate models (the oracle); `fast`, ours for the same processes; `fused`, the exact simulator
        as the model of the whole network, for test sets
    timeout : seconds without a sign of life (the start, or a step of a large network) after which the run is given up
    progress : True shows a bar where somebody looks; or called with (done, total) in Lava steps, or samples where they run side by side or fused

    Raises
    ------
    BackendError
        If Lava is not installed, one of its processes died, raised or hangs, or the graph is not compiled through.
    DataError
        If the input does not fit the graph, or a recorded name is not a population.
    """
    values: Any = read_npy(inputs, Kind(DataError)) if isinstance(inputs, str | os.PathLike) else inputs
    from litesnn.base.bars import counted_progress  # here: what computes needs no screen

    with counted_progress(progress, "lava") as told, LavaSession() as lava:
        return lava.run(
            graph_of(graph),
            values,
            record=record,
            record_states=record_states,
            models=models,
            timeout=timeout,
            progress=told,
        )


def run_jobs(worker: LavaWorker, jobs: list[Job], timeout: float, progress: Callable[[int, int], None] | None) -> Trace:
    """Run jobs in a worker, one after the other; parameters and errors as of `run_lava`."""
    before, total = 0, sum(_work(job) for job in jobs)
    traces = []
    for job in jobs:
        traces.append(_run_job(worker, job, timeout, partial(_advanced, progress, before, total)))
        before += _work(job)
    return _joined(traces)


def _run_job(worker: LavaWorker, job: Job, timeout: float, progress: Callable[[int], None]) -> Trace:
    try:
        folder = Path(tempfile.mkdtemp(dir=worker.folder))
        save_job(job, folder)
    except OSError as error:
        raise BackendError(
            f"Lava: cannot write to {worker.folder} ({error}); set TMPDIR to a folder with room"
        ) from error
    worker.run(folder, timeout, progress)
    trace = _read(job, folder)
    shutil.rmtree(folder)
    return trace


def _advanced(progress: Callable[[int, int], None] | None, before: int, total: int, done: int) -> None:
    if progress:
        progress(before + done, total)


def split_job(job: Job) -> Iterator[Job]:
    """The job, or parts of it whose copies of the network fit into memory.

    Raises
    ------
    BackendError, DataError
        As `run_lava`, for what cannot be run.
    """
    plan = job.plan
    at_once = plan.samples
    if plan.side_by_side and job.models != "fused":
        synapses = sum(int(job.graph.fan_out(block).sum()) for block in job.graph.blocks)
        at_once = max(1, COPIED_SYNAPSES // max(1, synapses))
    for first in range(0, plan.samples, at_once):
        yield Job(
            graph=job.graph,
            inputs=job.inputs[first : first + at_once],
            record=job.record,
            record_states=job.record_states,
            models=job.models,
        )


def _work(job: Job) -> int:
    """What the worker counts: samples where the network is fused, else Lava steps."""
    return job.plan.samples if job.models == "fused" else job.plan.steps


def _read(job: Job, folder: Path) -> Trace:
    """What a worker wrote."""
    plan = job.plan
    return Trace(
        readout=np.load(readout_path(folder), allow_pickle=False),
        spikes={name: _shaped(job, plan, folder, name, "spikes") for name in plan.record},
        currents={name: _shaped(job, plan, folder, name, "u") for name in plan.record_states},
        membranes={name: _shaped(job, plan, folder, name, "v") for name in plan.record_states},
    )


def _shaped(job: Job, plan: NetworkPlan, folder: Path, name: str, what: Recorded) -> npt.NDArray[Any]:
    """One recording as (N, T, C, H, W)."""
    values = load_recording(plan, recording_path(job.graph, folder, name, what), name)
    if what != "spikes":
        values = values.astype(np.int64)
    return values.reshape(plan.samples, plan.timesteps, *job.graph[name].shape)


def _joined(traces: list[Trace]) -> Trace:
    """One trace of all jobs."""
    if len(traces) == 1:
        return traces[0]
    parts: dict[str, dict[str, Any]] = {
        part: {
            name: np.concatenate([getattr(trace, part)[name] for trace in traces]) for name in getattr(traces[0], part)
        }
        for part in ("spikes", "currents", "membranes")
    }
    return Trace(np.concatenate([trace.readout for trace in traces]), **parts)
