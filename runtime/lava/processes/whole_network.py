"""The process `WholeNetwork`: a compiled graph with its samples as one process, and `NetworkShare`, a part of its samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from lava.magma.core.process.process import AbstractProcess
from lava.magma.core.process.variable import Var


class WholeNetwork(AbstractProcess):  # type: ignore[misc]
    """Runs the samples of a job through its graph; recordings go to files in a folder.

    It has two models: `PartsModel`, a process per population and block, whose Lava step is a step of the chip, and
    `FusedModel`, a `NetworkShare` per core, whose Lava step is a batch of samples in the exact simulator.

    Parameters
    ----------
    job, plan : the `Job` and its `NetworkPlan`
    folder : where recordings are written
    run : for the model as a whole, its `FusedRun`

    Attributes
    ----------
    readout : membranes of the graph's output, (copies * outputs,); the model by parts shows them
    """

    def __init__(self, *, job: Any, plan: Any, folder: Path, run: Any = None) -> None:
        super().__init__(name="network", job=job, plan=plan, folder=folder, run=run)
        self.readout = Var(shape=(plan.neuron(plan.output).size * plan.copies,), init=0)


class NetworkShare(AbstractProcess):  # type: ignore[misc]
    """Runs its share of a `FusedRun`, one batch per Lava step.

    Attributes
    ----------
    samples_done : how many of its samples are finished, (1,)
    """

    def __init__(self, *, run: Any, index: int) -> None:
        super().__init__(name=f"network, share {index + 1} of {run.shares}", run=run, index=index)
        self.samples_done = Var(shape=(1,), init=np.zeros(1))
