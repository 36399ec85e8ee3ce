"""The testbench of a file of another tool: no PyTorch model exists, so the exact simulator is the reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.graph import Graph
from litesnn.compiler.origin import SourceFile
from litesnn.jobs.fitting_input import Accepted, Inputs
from litesnn.jobs.samples import SampleChoice, Samples
from litesnn.jobs.testbench.base import Reference, Testbench
from litesnn.jobs.testbench.file_samples import check_values, random_inputs

if TYPE_CHECKING:
    from litesnn.jobs.engines import ChipEngines
    from litesnn.runtime.trace import Trace
    from litesnn.runtime.verify import Divergence, Verification


class FileTestbench(Testbench):
    """Random inputs or a user's arrays, real values through the file's transform; the exact simulator as reference."""

    def __init__(self, origin: SourceFile) -> None:
        self.origin = origin

    def inputs(self, graph: Graph, values: npt.NDArray[np.generic], raw: bool = False) -> Accepted:
        """See `Testbench`."""
        origin = self.origin
        if not raw:
            return check_values(graph, origin.transform, values, origin.input_scale)
        if origin.transform is None and origin.input_scale is None:
            raise DataError(
                "--raw: the file has no input transform, and was imported without --input-scale; give the integers that enter"
            )
        if values.dtype.kind not in "biuf":
            raise DataError(f"input: found {values.dtype}; allowed: integers or floating point numbers")
        return check_values(graph, origin.transform, values.astype(np.float64), origin.input_scale)

    def samples(self, choice: SampleChoice, graph: Callable[[], Graph]) -> Samples:
        """See `Testbench`; a data set is refused, for the file names none."""
        if choice.data_dir is not None or choice.dataset is not None:
            raise DataError(
                f"{'--data-dir' if choice.dataset is None else '--dataset'}: found with a network from a {self.origin.suffix} file, which names no data set; allowed with networks "
                "of genotypes (give samples with --input)"
            )
        return super().samples(choice, graph)

    def own_samples(self, graph: Graph, choice: SampleChoice) -> Samples:
        """See `Testbench`; what the file itself holds goes before random inputs."""
        if self.origin.own_input is not None:
            accepted = check_values(graph, self.origin.transform, self.origin.own_input[None], self.origin.input_scale)
            return Samples(accepted.inputs, None, "the input that the file holds")
        inputs = random_inputs(graph, self.origin.transform, choice.seed)
        said = f"{len(inputs)} random inputs (seed {choice.seed}): only spikes are compared, not accuracy"
        return Samples(inputs, None, said)

    def reference(self, chip: ChipEngines) -> ExactReference:
        """See `Testbench`."""
        return ExactReference(chip)


class ExactReference(Reference):
    """The exact simulator, message for message."""

    name: ClassVar[str] = "exact"

    def __init__(self, chip: ChipEngines) -> None:
        self.chip = chip

    def run(self, inputs: Inputs) -> Trace:
        """See `Reference`."""
        return self.chip.exact(inputs)

    def membrane(self, inputs: Inputs, first: Divergence) -> int | None:
        """See `Reference`."""
        return self.chip.membrane(self.name, inputs, first)

    def causes(self, population: str, overflows: int) -> tuple[str, ...]:
        """See `Reference`."""
        from litesnn.runtime.verify.diagnose import diagnose

        return diagnose(self.chip.graph, population, overflows)

    def note(self, result: Verification) -> str:
        """See `Reference`."""
        compared = (
            "the exact simulator is the reference"
            if result.comparisons
            else "nothing was compared with the exact simulator"
        )
        return f"; {compared}, for the file holds no PyTorch model"
