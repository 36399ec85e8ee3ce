"""Run a program on a user's integers, in either simulator, and give what was recorded as named arrays."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Literal

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.graph import Graph, Names
from litesnn.compiler.program import Program
from litesnn.jobs.engines import Progress
from litesnn.jobs.fitting_input import Accepted, Inputs
from litesnn.jobs.samples import SampleChoice
from litesnn.jobs.testbench.base import testbench
from litesnn.runtime.exact import RunTiming, simulate
from litesnn.runtime.lava import LAVA_TIMEOUT, Models, run_lava
from litesnn.runtime.trace import Trace

SimulatorName = Literal["exact", "lava"]


def program_input(program: Program, values: npt.NDArray[np.generic], raw: bool = False) -> Accepted:
    """A user's array as the integers that enter the program's network (`DataError` if it does not fit); see `Testbench.inputs`."""
    return testbench(program.origin).inputs(program.graph, values, raw)


def dataset_input(
    program: Program, dataset: str | None, data_dir: str | PathLike[str] | None
) -> tuple[Accepted, npt.NDArray[np.int64]]:
    """The test samples of the data set that the program's genotype was made for, and their classes.

    Raises
    ------
    DataError
        Where it is not at hand, or not the one that the genotype records.
    """
    choice = SampleChoice(data_dir=data_dir, dataset=dataset)
    samples = testbench(program.origin).samples(choice, lambda: program.graph)
    if samples.labels is None:
        raise DataError(
            "the genotype records no data set that is at hand; give --dataset (where it lies), or --input X.npy"
        )
    return Accepted(samples.inputs, samples.origin), samples.labels


def run(
    graph: Graph,
    inputs: Inputs,
    record: Sequence[str] = (),
    *,
    simulator: SimulatorName = "exact",
    device: str = "cpu",
    timing: RunTiming | None = None,
    lava_models: Models = "stock",
    lava_timeout: float = LAVA_TIMEOUT,
    progress: Progress | None = None,
) -> Trace:
    """Simulate a graph, with all that the recorded populations send and hold.

    Parameters
    ----------
    record : names of populations
    device, timing : of the exact simulator
    lava_models, lava_timeout : of Lava, see `run_lava`

    Raises
    ------
    LiteSNNError
        For a name that the graph does not have, and for a backend that is missing or fails.
    """

    def said(done: int, total: int) -> None:
        if progress is not None:
            progress(simulator, done, total)

    # Unknown names stay in, for the simulator to refuse.
    sending = [name for name in record if name not in graph.network or graph[name].sends != "nothing"]
    if simulator == "exact":
        return simulate(
            graph, inputs, record=sending, record_states=record, device=device, timing=timing, progress=said
        )
    return run_lava(
        graph,
        inputs,
        record=sending,
        record_states=record,
        models=lava_models,
        timeout=lava_timeout,
        progress=said,
    )


MEMBER_MAX = 8192  # characters of a name in the file; a ZIP archive holds 64 KiB, and ends a name at a NUL


def recorded_arrays(graph: Graph, trace: Trace, record: Sequence[str]) -> dict[str, npt.NDArray[np.generic]]:
    """`readout`, and of every recorded population `NAME.spikes`, `.u`, `.v`, and `.channels` where some were removed."""
    arrays: dict[str, npt.NDArray[np.generic]] = {"readout": trace.readout}
    members = Names()
    for name in record:
        member = members.new(name.replace("\0", r"\0")[:MEMBER_MAX])
        population = graph[name]
        if len(population.channels) < population.genotype_channels:
            arrays[f"{member}.channels"] = np.array(population.channels)
        if name in trace.spikes:
            arrays[f"{member}.spikes"] = trace.spikes[name]
        arrays[f"{member}.u"] = trace.currents[name]
        arrays[f"{member}.v"] = trace.membranes[name]
    return arrays
