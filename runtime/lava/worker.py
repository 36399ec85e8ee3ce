"""The process that runs Lava: `python -m litesnn.runtime.lava.worker MODELS SOCKET`, started and watched by `supervise`.

It imports what a set of models needs, reads folders with jobs from a socket it inherits (SOCKET is its number), one per line, writes
recordings and the readout there, and answers with one JSON object per line: `{"doing": what}`, `{"started": processes}`, `{"step": done}`,
`{"done": true}` or `{"error": cause}`. It ends when its parent's end of the socket does, in the middle of a job too, so that nothing outlives a
parent that was killed.
"""

from __future__ import annotations

import os
import queue
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.runtime.lava.exchange import Job, load_job, load_recording, readout_path, recording_path
from litesnn.runtime.lava.mended import mended
from litesnn.runtime.lava.plan import NetworkPlan
from litesnn.runtime.lava.watch import WATCH_SECONDS, Channel, Watch

SIGN_OF_LIFE_SECONDS = 2.0  # runs are cut so that large networks report at least about this often, or every step
# Vectors a channel buffers; Lava's 64 would take 64 copies of every map in /dev/shm, and a step sends one.
CHANNEL_SIZE = 4


def run_parts(job: Job, folder: Path, channel: Channel) -> tuple[Any, Watch]:
    """Run a network of a process per population and block, and write what the host reads; returns it, to be stopped."""
    from litesnn.runtime.lava.processes.whole_network import WholeNetwork

    plan = job.plan
    network = WholeNetwork(job=job, plan=plan, folder=folder)
    watch = _start(network, job, channel)
    readouts: list[npt.NDArray[np.int64]] = []
    done, chunk = 0, 1
    for stop in _stops(plan):
        while done < stop:
            steps = min(chunk, stop - done)
            began = time.monotonic()
            _step(network, steps)
            chunk = max(1, int(steps * SIGN_OF_LIFE_SECONDS / (time.monotonic() - began)))
            done += steps
            channel.send(step=done)
        if plan.reads_membrane and len(readouts) < plan.samples // plan.copies:
            readouts.append(np.rint(network.readout.get()).astype(np.int64))
    readout = np.stack(readouts).reshape(plan.samples, -1) if plan.reads_membrane else _sent(job, plan, folder)
    np.save(readout_path(folder), readout)
    return network, watch


def run_fused(job: Job, folder: Path, channel: Channel) -> tuple[Any, Watch]:
    """Run the exact simulator in as many processes as there are cores, which write all results themselves."""
    from litesnn.runtime.lava.fused import plan_fused
    from litesnn.runtime.lava.processes.whole_network import WholeNetwork

    plan = job.plan
    run = plan_fused(job, plan, folder)
    run.create_results()
    done = np.load(run.progress_path, mmap_mode="r")
    network = WholeNetwork(job=job, plan=plan, folder=folder, run=run)
    watch = _start(network, job, channel, lambda: int(done.sum()))
    _step(network, run.steps)
    watch.report()
    return network, watch


def _start(network: Any, job: Job, channel: Channel, progress: Callable[[], int] | None = None) -> Watch:
    """Start Lava's processes and watch them.

    After a failure Lava is not stopped: it would wait for processes that no longer answer. The parent ends them all.
    """
    from litesnn.runtime.lava.models import run_configuration
    from litesnn.runtime.lava.runtime import create_runtime

    channel.send(doing="wiring the network")
    runtime = create_runtime(
        network, run_configuration(job.models), {"pypy_channel_size": CHANNEL_SIZE}, hosts=job.models == "fast"
    )
    # Before the first process of Lava starts, since Lava waits forever for one that dies while the others are started.
    watch = Watch(runtime, channel, progress)
    watch.start()
    runtime.initialize()
    channel.send(started=len(runtime.names_of_actors))
    return watch


def _step(network: Any, steps: int) -> None:
    from lava.magma.core.run_conditions import RunSteps

    network.run(RunSteps(num_steps=steps))


def _stops(plan: NetworkPlan) -> list[int]:
    """Lava steps to stop after: the last of each sample at the output, and the last of all."""
    first = plan.neuron(plan.output).arrival
    stops = [first + sample * plan.pace.period + plan.pace.span for sample in range(plan.samples // plan.copies)]
    return stops if plan.steps == stops[-1] else [*stops, plan.steps]


def _sent(job: Job, plan: NetworkPlan, folder: Path) -> npt.NDArray[np.int64]:
    """What an output that is no readout sent over each sample's window, (N, outputs): the sum, or the last value."""
    messages = load_recording(plan, recording_path(job.graph, folder, plan.output, "spikes"), plan.output)
    if plan.neuron(plan.output).population.read_as == "last":
        return messages[:, -1].astype(np.int64)
    sums: npt.NDArray[np.int64] = messages.sum(axis=1, dtype=np.int64)
    return sums


def _import(models: str, channel: Channel) -> None:
    """Import what a set of models needs, all that is slow; the jobs come meanwhile."""
    channel.send(doing="importing Lava")
    with mended():
        import lava.magma.compiler.compiler  # noqa: F401

        import litesnn.runtime.lava.models

    if models == "fused":
        channel.send(doing="importing the simulator")
        import litesnn.runtime.exact  # noqa: F401


class Jobs(threading.Thread):
    """Folders with jobs, as the parent names them; ends this process and all of Lava's if the parent goes during a job."""

    def __init__(self, stream: int) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._folders: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
        self.busy = threading.Event()

    def run(self) -> None:
        """Read to the end; not through a file object, whose lock would be forked in a locked state."""
        buffer = b""
        while chunk := self._received():
            *lines, buffer = (buffer + chunk).split(b"\n")
            for line in lines:
                self.busy.set()
                self._folders.put(Path(os.fsdecode(line)))
        if self.busy.is_set():
            os.killpg(
                os.getpgrp(), signal.SIGCONT
            )  # for those that are stopped; the next signal ends this process, too
            os.killpg(os.getpgrp(), signal.SIGTERM)
        self._folders.put(None)

    def _received(self) -> bytes:
        try:
            return os.read(self._stream, 65536)
        except ConnectionResetError:  # the parent went with a message unread
            return b""

    def __iter__(self) -> Iterator[Path]:
        return iter(self._folders.get, None)


def main() -> None:
    """Run jobs until there are no more."""
    stream = int(sys.argv[2])
    channel = Channel(os.fdopen(stream, "w", encoding="utf-8"))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # a channel takes several files, a network many channels
    jobs = Jobs(stream)
    jobs.start()
    try:
        _import(sys.argv[1], channel)
        for folder in jobs:
            job = load_job(folder)
            network, watch = (run_fused if job.models == "fused" else run_parts)(job, folder, channel)
            jobs.busy.clear()
            channel.send(done=True)
            watch.stop()
            network.stop()
    except Exception as error:
        traceback.print_exc()
        time.sleep(3 * WATCH_SECONDS)  # the watch knows better which process failed
        channel.send(error=f"{type(error).__name__}: {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
