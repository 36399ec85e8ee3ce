"""Somebody else's trace against a program of ours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from litesnn.compiler.program import Program
from litesnn.jobs.conformance.pack import traced
from litesnn.jobs.engines import Progress
from litesnn.jobs.run import program_input
from litesnn.runtime.traces import TraceComparison, compare_stored, read_trace


def compare_with(
    program: Program,
    folder: Path,
    *,
    samples: int | None = None,
    populations: Sequence[str] = (),
    device: str = "cpu",
    progress: Progress | None = None,
) -> TraceComparison:
    """Run a program on the inputs of a stored trace and compare.

    Parameters
    ----------
    folder : with a trace.json, or a conformance pack
    samples : the first so many of the trace; all where None
    populations : those to compare; all that the trace has where empty

    Raises
    ------
    DataError
        For a broken trace, or one that does not fit the program.
    """
    stored = read_trace(folder)
    inputs = program_input(program, stored.inputs).inputs[:samples]
    if populations:
        traced(program.graph, populations)  # refuses unknown names

    def said(done: int, total: int) -> None:
        if progress is not None:
            progress("exact", done, total)

    return compare_stored(program.graph, stored, inputs, populations=populations, device=device, progress=said)
