"""A run through the kernels: samples in chunks, chunks shared out over threads that never wait for one another."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from litesnn.compiler.graph import Graph
from litesnn.kernels import Library
from litesnn.runtime.cores import cores
from litesnn.runtime.exact.axis import Axis
from litesnn.runtime.exact.engine import Job, Progress
from litesnn.runtime.exact.native.chunk import Chunk
from litesnn.runtime.exact.native.kept import record
from litesnn.runtime.exact.native.network import NativeNetwork
from litesnn.runtime.exact.native.plan import Plan
from litesnn.runtime.exact.record import Recorder
from litesnn.runtime.exact.sums import Sent
from litesnn.runtime.exact.timing import RunTiming

# Neurons times steps of a chunk: what it sends stays in near caches, and memory that is asked for again is at hand; what Python does for it
# is little beside the milliseconds that it takes.
CHUNK_WORK = 2**20
# Bytes of recorded registers of a chunk.
CHUNK_BYTES = 64 * 2**20
REGISTER_BYTES = 12


class NativeEngine:
    """Runs of one graph through the kernels.

    Parameters
    ----------
    threads : that compute at once; as many as the process may use where None
    """

    def __init__(self, graph: Graph, library: Library, threads: int | None = None) -> None:
        self._network = NativeNetwork(graph, library)
        self._threads = threads or usable_threads()
        self._plans: dict[object, Plan] = {}

    def reason_against(self, entering: Mapping[str, Sent]) -> str | None:
        """See `NativeNetwork.reason_against`."""
        return self._network.reason_against(entering)

    def run(
        self, job: Job, recorder: Recorder, timing: RunTiming | None = None, progress: Progress | None = None
    ) -> None:
        """See `Engine.run`."""
        network, count = self._network, len(job.inputs)
        size = count if job.mode == "stream" else min(job.batch_size or count, self._lanes(job, recorder))
        recorded = frozenset(recorder.trace.membranes)

        plan = self._plan(job, size)

        def compute(first: int) -> Chunk:
            part = job.inputs[first : first + size]
            axis = Axis.of(network.graph, job.mode, job.timesteps, len(part))
            chunk = Chunk(plan=plan, axis=axis, inputs=part, recorded=recorded, timed=timing is not None)
            chunk.run()
            record(chunk, recorder, slice(first, first + len(part)))
            return chunk

        done = 0
        for chunk in _shared(compute, range(0, count, max(1, size)), self._threads):
            for population in network.graph.membranes:
                recorder.count_overflows(population.name, chunk.overflows(population))
                if timing is not None:
                    chunk.time(population, timing)
            done += chunk.axis.samples
            if progress:
                progress(done, count)

    def _plan(self, job: Job, size: int) -> Plan:
        """What all chunks of a run have in common; kept for runs of the same kind."""
        axis = Axis.of(self._network.graph, job.mode, job.timesteps, size)
        held = job.inputs.ndim == 4 and job.mode != "stream"
        key = (axis.mode, axis.steps, held, tuple(sorted(job.entering.items())))
        if key not in self._plans:
            self._plans = {key: Plan(self._network, axis, job.entering, held)}
        return self._plans[key]

    def _lanes(self, job: Job, recorder: Recorder) -> int:
        """Samples of a chunk."""
        graph = self._network.graph
        steps = Axis.of(graph, job.mode, job.timesteps, 1).steps
        neurons = sum(population.size for population in graph.populations)
        recorded = sum(graph[name].size for name in recorder.trace.membranes)
        fitting = min(CHUNK_WORK // (neurons * steps), CHUNK_BYTES // (1 + recorded * steps * REGISTER_BYTES))
        return max(1, min(fitting, -(-len(job.inputs) // self._threads)))


def usable_threads() -> int:
    """Processors that this process may use; OMP_NUM_THREADS says fewer, as for torch."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(int(wanted), cores())) if wanted.isdecimal() else cores()


def _shared(compute: Callable[[int], Chunk], firsts: range, threads: int) -> Iterator[Chunk]:
    """The chunks, in their order; the first error ends all."""
    if threads == 1 or len(firsts) < 2:
        yield from map(compute, firsts)
        return
    with ThreadPoolExecutor(min(threads, len(firsts)), thread_name_prefix="litesnn") as pool:
        begun: deque[Future[Chunk]] = deque()
        try:
            for first in firsts:
                begun.append(pool.submit(compute, first))
                if len(begun) > 2 * threads:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for future in begun:
                future.cancel()
