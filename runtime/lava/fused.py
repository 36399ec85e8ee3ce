"""A job's samples through the exact simulator inside Lava: how they are shared out, and one batch of them.

The simulator is made when a run is planned, which the worker does before Lava forks, so that all its processes share one copy of
the kernels, or of torch. They use one thread each: a thread pool does not survive a fork.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from litesnn.runtime.cores import cores
from litesnn.runtime.lava.exchange import Job, create_recording, readout_path, recording_path
from litesnn.runtime.lava.neurons import Recorded
from litesnn.runtime.lava.plan import NetworkPlan

if TYPE_CHECKING:
    from litesnn.runtime.exact import Simulator

# Samples per Lava step of one share: enough to make preparing the simulator cheap, few enough to spread evenly.
BATCH_SAMPLES = 512
BATCH_BYTES = 256 * 2**20  # recordings of one batch
STATE_BYTES = 16  # of u and v, per neuron and step


@dataclass(frozen=True, eq=False)
class FusedRun:
    """Batches of `batch` samples; batch k goes to share k modulo `shares`, in Lava step k // `shares` + 1."""

    job: Job
    simulator: Simulator
    plan: NetworkPlan
    folder: Path
    batch: int
    shares: int

    @property
    def steps(self) -> int:
        """Lava steps to run."""
        return math.ceil(self.plan.samples / (self.batch * self.shares))

    @property
    def progress_path(self) -> Path:
        """Samples done by each share, (shares,)."""
        return self.folder / "progress.npy"

    def create_results(self) -> None:
        """Empty files for all results."""
        create_recording(self.progress_path, (self.shares,), np.int64)
        create_recording(
            readout_path(self.folder), (self.plan.samples, self.plan.neuron(self.plan.output).size), np.int64
        )
        for name, what in self._recorded():
            neurons = self.plan.neuron(name)
            shape = (self.plan.samples, self.plan.timesteps, neurons.size)
            create_recording(self._path(name, what), shape, neurons.recorded_type(what))

    def run_batch(self, number: int, progress: Callable[[int], None]) -> None:
        """Simulate one batch and write what it gave; `progress` is called with the samples done since the last call."""
        first = number * self.batch
        inputs = np.array(self.job.inputs[first : first + self.batch])
        seen = 0

        def advance(done: int, _: int) -> None:
            nonlocal seen
            progress(done - seen)
            seen = done

        trace = self.simulator.run(
            inputs, record=self.job.record, record_states=self.job.record_states, progress=advance
        )
        rows = slice(first, first + len(inputs))
        np.load(readout_path(self.folder), mmap_mode="r+")[rows] = trace.readout
        results: dict[Recorded, Any] = {"spikes": trace.spikes, "u": trace.currents, "v": trace.membranes}
        for name, what in self._recorded():
            values: npt.NDArray[Any] = results[what][name]
            np.load(self._path(name, what), mmap_mode="r+")[rows] = values.reshape(*values.shape[:2], -1)

    def _recorded(self) -> list[tuple[str, Recorded]]:
        states: list[tuple[str, Recorded]] = [(name, what) for name in self.job.record_states for what in ("u", "v")]
        return [*((name, "spikes") for name in self.job.record), *states]

    def _path(self, name: str, what: Recorded) -> Path:
        return recording_path(self.job.graph, self.folder, name, what)


def plan_fused(job: Job, plan: NetworkPlan, folder: Path) -> FusedRun:
    """Share samples out over the cores; where one can reach another (a broken schedule), all go to one in one batch."""
    from litesnn.runtime.exact import Simulator, is_aligned

    simulator = Simulator(job.graph, threads=1)
    simulator.prepare()
    shares, batch = 1, plan.samples
    if job.graph.isolated or is_aligned(job.graph):
        shares = min(cores(), plan.samples)
        sizes = {neurons.name: neurons.size * plan.timesteps for neurons in plan.neurons}
        recorded = sum(sizes[name] for name in job.record) + STATE_BYTES * sum(
            sizes[name] for name in job.record_states
        )
        affordable = BATCH_BYTES // max(1, recorded)
        batch = max(1, min(math.ceil(plan.samples / shares), BATCH_SAMPLES, affordable))
    return FusedRun(job=job, simulator=simulator, plan=plan, folder=folder, batch=batch, shares=shares)
