"""The two models of `WholeNetwork`, and the one of `NetworkShare`."""

from __future__ import annotations

from typing import Any

import numpy as np
from lava.magma.core.decorator import implements, requires, tag
from lava.magma.core.model.py.model import PyLoihiProcessModel
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.model.sub.model import AbstractSubProcessModel
from lava.magma.core.resources import CPU
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol

from litesnn.runtime.lava.network import wire_network
from litesnn.runtime.lava.processes.whole_network import NetworkShare, WholeNetwork


@implements(proc=WholeNetwork, protocol=LoihiProtocol)
@tag("parts")
class PartsModel(AbstractSubProcessModel):  # type: ignore[misc]
    """The network's parts: stock processes wherever Lava has them."""

    def __init__(self, process: WholeNetwork) -> None:
        job, plan, folder = (process.proc_params[name] for name in ("job", "plan", "folder"))
        wiring = wire_network(job.graph, plan, folder)
        _adopt(self, wiring.processes)
        if plan.reads_membrane:
            process.readout.alias(wiring.output.v)


@implements(proc=WholeNetwork, protocol=LoihiProtocol)
@tag("fused")
class FusedModel(AbstractSubProcessModel):  # type: ignore[misc]
    """The network as a whole, once per core, each on its share of the batches."""

    def __init__(self, process: WholeNetwork) -> None:
        run = process.proc_params["run"]
        _adopt(self, [NetworkShare(run=run, index=index) for index in range(run.shares)])


@implements(proc=NetworkShare, protocol=LoihiProtocol)
@requires(CPU)
@tag("fused")
class PyNetworkShareModel(PyLoihiProcessModel):  # type: ignore[misc]
    """Steps the exact simulator: a batch per Lava step."""

    samples_done: Any = LavaPyType(np.ndarray, np.int64)

    def __init__(self, proc_params: Any) -> None:
        super().__init__(proc_params)
        self.run_of_batches, self.index = proc_params["run"], proc_params["index"]
        self.progress = np.load(self.run_of_batches.progress_path, mmap_mode="r+")

    def run_spk(self) -> None:
        """One batch, if there is one left for this share."""
        run = self.run_of_batches
        number = (self.time_step - 1) * run.shares + self.index
        if number * run.batch < run.plan.samples:
            run.run_batch(number, self._advance)

    def _advance(self, samples: int) -> None:
        self.samples_done += samples
        self.progress[self.index] = self.samples_done[0]


def _adopt(model: AbstractSubProcessModel, parts: Any) -> None:
    """Make processes the parts of a model, in their order: Lava looks for them among its attributes, by name."""
    digits = len(str(len(parts)))
    for i, part in enumerate(parts):
        setattr(model, f"part_{i:0{digits}}", part)
