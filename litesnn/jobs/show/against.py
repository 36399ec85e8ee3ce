"""A stored trace of the sample, ours or another simulator's, held against what our engines saw."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from litesnn.compiler.graph import Membranes
from litesnn.compiler.program import Program
from litesnn.compiler.report.sections.sample_trace import AgainstEntry, FirstEntry
from litesnn.jobs.engines import Progress
from litesnn.jobs.run import program_input
from litesnn.jobs.samples import Samples
from litesnn.runtime.trace import Register
from litesnn.runtime.traces import StoredTrace, TraceComparison, compare_stored, read_trace


@dataclass(frozen=True)
class Against:
    """A trace, how it compares over all of its samples, and the sample that is looked at."""

    stored: StoredTrace
    comparison: TraceComparison
    sample: int

    @classmethod
    def of(
        cls, program: Program, folder: Path, sample: int | None, device: str, progress: Progress | None
    ) -> tuple[Against, Samples]:
        """The trace of a folder, and its samples; where no sample is given, that of the first difference.

        Raises
        ------
        DataError
            For a broken trace, or one that does not fit the program.
        """

        def said(done: int, total: int) -> None:
            if progress is not None:
                progress("exact", done, total)

        stored = read_trace(folder)
        inputs = program_input(program, stored.inputs).inputs
        comparison = compare_stored(program.graph, stored, inputs, device=device, progress=said)
        first = 0 if comparison.first is None else comparison.first.sample
        chosen = Samples(inputs, None, f"the {len(inputs)} samples of trace {folder.name}")
        return cls(stored, comparison, first if sample is None else sample), chosen

    def register(self, population: Membranes, register: Register) -> npt.NDArray[Any] | None:
        """What the trace says of a register in the sample, (T, C, H, W); None where it does not."""
        if (population.name, register) not in self.stored.arrays:
            return None
        found: npt.NDArray[Any] = self.stored.rows(population.name, register, self.sample, self.sample + 1)[0]
        return found

    def entry(self) -> AgainstEntry:
        """As the page has it."""
        found = self.comparison
        return AgainstEntry(
            name=self.stored.folder.name,
            samples=found.samples,
            values=found.values,
            differing=found.differing,
            readouts=found.readouts,
            differing_readouts=found.differing_readouts,
            left_out=found.left_out,
            first=None if found.first is None else FirstEntry.model_validate(found.first),
        )
