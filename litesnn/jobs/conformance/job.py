"""A pack that others can run against, and the trace of somebody else against ours: what `litesnn conformance` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

from litesnn.base.bars import engine_progress
from litesnn.compiler.program.given import AnyProgram, program_of
from litesnn.jobs.conformance.against import compare_with
from litesnn.jobs.conformance.pack import PACK, ConformancePack, write_pack
from litesnn.jobs.engines import Progress
from litesnn.jobs.samples import OWN_SAMPLES, AnyArray, SampleChoice, Samples, choice_of
from litesnn.jobs.testbench.base import testbench
from litesnn.runtime.traces import TraceComparison

PACK_SAMPLES = 16
"""That are traced unless somebody says otherwise."""


def conformance_pack(
    program: AnyProgram,
    out_dir: str | PathLike[str],
    samples: Samples | SampleChoice | AnyArray = OWN_SAMPLES,
    *,
    count: int | None = None,
    populations: Sequence[str] | None = None,
    device: str = "cpu",
    progress: Progress | bool = True,
) -> ConformancePack:
    """Write a program's integers, inputs, spikes, u and v as plain files that any simulator or chip can be held against.

    Parameters
    ----------
    program : its folder, a program, or a compilation
    out_dir : folder for the pack; an earlier one there is replaced
    samples : arrays or their files, a choice of them, or the network's own
    count : the first so many are traced; None: 16
    populations : that are traced; all where None
    device : where the exact simulator computes
    progress : True shows a bar where somebody looks; or called with (engine, done, total)

    Raises
    ------
    DataError
        For samples that do not fit, names that are not populations, a program whose samples meet, or a place that cannot be written.
    """
    PACK.check(Path(out_dir))
    loaded, wanted = program_of(program), choice_of(samples)
    if isinstance(wanted, SampleChoice):
        wanted = testbench(loaded.origin).samples(wanted, lambda: loaded.graph)
    assert wanted is not None, "there is a choice"
    first = replace(wanted, inputs=wanted.inputs[: count or PACK_SAMPLES])
    with engine_progress(progress) as told:
        return write_pack(loaded, first, Path(out_dir), populations=populations or (), device=device, progress=told)


def compare_trace(
    program: AnyProgram,
    against: str | PathLike[str],
    *,
    count: int | None = None,
    populations: Sequence[str] | None = None,
    device: str = "cpu",
    progress: Progress | bool = True,
) -> TraceComparison:
    """Compare the trace that another simulator or a chip gave with ours; the first difference is named with its likely cause.

    Parameters
    ----------
    program : its folder, a program, or a compilation
    against : a folder with trace.json, or a conformance pack with arrays replaced
    count : the first so many samples of the trace; all where None
    populations : those to compare; all that the trace has where None
    device : where the exact simulator computes
    progress : True shows a bar where somebody looks; or called with (engine, done, total)

    Raises
    ------
    DataError
        For a broken trace, or one that does not fit the program.
    """
    with engine_progress(progress) as told:
        return compare_with(
            program_of(program),
            Path(against),
            samples=count,
            populations=populations or (),
            device=device,
            progress=told,
        )
