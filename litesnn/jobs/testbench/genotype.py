"""The testbench of a genotype: its data set or random inputs, and the PyTorch model `fixed` as the reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph
from litesnn.compiler.origin import GenotypeOrigin
from litesnn.jobs.fitting_input import Accepted, Inputs
from litesnn.jobs.samples import SampleChoice, Samples, chosen_samples
from litesnn.jobs.testbench.base import Reference, Testbench
from litesnn.jobs.testbench.genotype_samples import check_input, own_samples, raw_input

if TYPE_CHECKING:
    from litesnn.compiler.genotype import LoadedGenotype
    from litesnn.jobs.engines import ChipEngines
    from litesnn.runtime.verify import Divergence, Engine
    from litesnn.search.model.reference import ReferenceTrace


class GenotypeTestbench(Testbench):
    """What enters is what the genotype says; nothing depends on how it was compiled."""

    def __init__(self, origin: GenotypeOrigin) -> None:
        self.loaded = origin.loaded

    def inputs(self, graph: Graph, values: npt.NDArray[np.generic], raw: bool = False) -> Accepted:
        """See `Testbench`."""
        return raw_input(self.loaded.spec, values) if raw else Accepted(check_input(self.loaded.spec, values))

    def own_samples(self, graph: Graph, choice: SampleChoice) -> Samples:
        """See `Testbench`."""
        return own_samples(self.loaded.spec, choice)

    def samples(self, choice: SampleChoice, graph: Callable[[], Graph]) -> Samples:
        """See `Testbench`; a wrong array is refused before anything is compiled."""
        spec = self.loaded.spec
        return chosen_samples(
            choice,
            lambda values: Accepted(check_input(spec, values)),
            lambda: spec.head.classes,
            lambda: own_samples(spec, choice),
        )

    def reference(self, chip: ChipEngines) -> PyTorchReference:
        """See `Testbench`."""
        return PyTorchReference(self.loaded, chip)


class PyTorchReference(Reference):
    """PyTorch `fixed`, which shares nothing with the compiler; `float` beside it, as what fixed point costs."""

    name: ClassVar[str] = "pytorch"
    has_parameters: ClassVar[bool] = True

    def __init__(self, loaded: LoadedGenotype, chip: ChipEngines) -> None:
        self.loaded, self.chip = loaded, chip

    def run(self, inputs: Inputs) -> ReferenceTrace:
        """See `Reference`."""
        from litesnn.search.model.reference import run_reference

        return run_reference(self.loaded, inputs, "fixed")

    def run_float(self, inputs: Inputs) -> ReferenceTrace:
        """The papers' model."""
        from litesnn.search.model.reference import run_reference

        return run_reference(self.loaded, inputs, "float")

    def others(self, samples: int) -> dict[str, tuple[Engine, bool]]:
        """See `Reference`."""
        from litesnn.runtime.verify import Engine

        return {
            "exact": (Engine("exact", self.chip.exact, samples), True),
            "pytorch_float": (Engine("pytorch_float", self.run_float, samples), False),
        }

    def membrane(self, inputs: Inputs, first: Divergence) -> float | None:
        """See `Reference`."""
        trace, at = self.run(inputs[-1:]), (0, first.step, *first.neuron)
        if first.population not in trace.membranes:
            return None
        return float(trace.membranes[first.population][at].item())

    def causes(self, population: str, overflows: int) -> tuple[str, ...]:
        """See `Reference`."""
        from litesnn.runtime.verify.diagnose import Model, diagnose
        from litesnn.search.model.reference import fixed_parameters

        model = Model(self.loaded.topology, fixed_parameters(self.loaded))
        return diagnose(self.chip.graph, population, overflows, model)
