"""A run on tensors: batch after batch, of samples that are computed side by side."""

from __future__ import annotations

import torch

from litesnn.base.errors import BackendError
from litesnn.compiler.graph import Graph
from litesnn.runtime.exact.axis import Axis
from litesnn.runtime.exact.engine import Job, Progress
from litesnn.runtime.exact.record import Recorder
from litesnn.runtime.exact.tensors.batch import Batch
from litesnn.runtime.exact.tensors.batches import batch_size
from litesnn.runtime.exact.tensors.kernels.kernel import only_sums_of_products
from litesnn.runtime.exact.tensors.network import Network
from litesnn.runtime.exact.tensors.threads import fitting_threads
from litesnn.runtime.exact.timing import RunTiming


class TensorEngine:
    """Runs of one graph on a device of torch.

    Raises
    ------
    BackendError
        If the device is not there, or the graph has a kind or geometry that is not computed.
    """

    def __init__(self, graph: Graph, device: str = "cpu", threads: int | None = None) -> None:
        self._network, self._threads = Network(graph, _device(device)), threads

    def run(
        self, job: Job, recorder: Recorder, timing: RunTiming | None = None, progress: Progress | None = None
    ) -> None:
        """See `Engine.run`."""
        graph, count = self._network.graph, len(job.inputs)
        steps = Axis.of(graph, job.mode, job.timesteps, 1).steps
        size = count if job.mode == "stream" else job.batch_size or batch_size(graph, steps, count)
        lanes = 1 if job.mode == "stream" else min(size, count)
        with torch.inference_mode(), only_sums_of_products(), fitting_threads(graph, lanes, self._threads):
            for first in range(0, count, max(1, size)):
                part = job.inputs[first : first + size]
                axis = Axis.of(graph, job.mode, job.timesteps, len(part))
                Batch(
                    network=self._network,
                    axis=axis,
                    lanes=lanes,
                    entering=job.entering,
                    recorder=recorder,
                    first=first,
                    timing=timing,
                ).run(part)
                if progress:
                    progress(first + len(part), count)


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
