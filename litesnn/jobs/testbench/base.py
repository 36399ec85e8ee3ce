"""What every kind of origin needs to be simulated: inputs from a user's array, samples of its own, and a reference engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph
from litesnn.compiler.origin import Origin
from litesnn.jobs.fitting_input import Accepted, Inputs
from litesnn.jobs.samples import SampleChoice, Samples, chosen_samples

if TYPE_CHECKING:
    from litesnn.jobs.engines import ChipEngines
    from litesnn.runtime.verify import Divergence, Engine, Verification

TESTBENCHES: dict[str, str] = {
    "genotype": "litesnn.jobs.testbench.genotype:GenotypeTestbench",
    "file": "litesnn.jobs.testbench.files:FileTestbench",
}
"""`Origin.kind` -> `module:class`, imported when it is first asked for."""


class Reference(ABC):
    """The engine that all others are held against, and what it knows about a divergence from it.

    `has_parameters`: whether it has weights and constants of its own, so that its causes tell more than a network's silence.
    """

    name: ClassVar[str]
    has_parameters: ClassVar[bool] = False

    @abstractmethod
    def run(self, inputs: Inputs) -> Any:
        """All that is sent, as a trace."""

    def others(self, samples: int) -> dict[str, tuple[Engine, bool]]:
        """Engines beside it and Lava: name -> engine, and whether it must agree."""
        return {}

    @abstractmethod
    def membrane(self, inputs: Inputs, first: Divergence) -> float | None:
        """The membrane of the neuron of a divergence, in the last of the inputs and before its reset."""

    @abstractmethod
    def causes(self, population: str, overflows: int) -> tuple[str, ...]:
        """Likely causes of a divergence from it at a population, most telling first; never none."""

    def note(self, result: Verification) -> str:
        """What is to be said of it beside where the samples are from."""
        return ""


class Testbench(ABC):
    """The job half of an origin."""

    @abstractmethod
    def inputs(self, graph: Graph, values: npt.NDArray[np.generic], raw: bool = False) -> Accepted:
        """A user's array as the integers that enter the network (`DataError` if it does not fit).

        `raw`: as recorded, before what the host does with it (mean, std and scale; a file's transform or input scale).
        """

    @abstractmethod
    def own_samples(self, graph: Graph, choice: SampleChoice) -> Samples:
        """Samples where the user gives none."""

    @abstractmethod
    def reference(self, chip: ChipEngines) -> Reference:
        """The reference engine beside the chip's."""

    def samples(self, choice: SampleChoice, graph: Callable[[], Graph]) -> Samples:
        """The samples of a choice; `graph` is the compiled one and is asked for where it is needed.

        Raises
        ------
        DataError
            For a broken array or data set, or one that does not fit the network.
        """
        return chosen_samples(
            choice,
            lambda values: self.inputs(graph(), values),
            lambda: graph().output.size,
            lambda: self.own_samples(graph(), choice),
        )


def testbench(origin: Origin) -> Testbench:
    """The testbench of an origin."""
    module, name = TESTBENCHES[origin.kind].split(":")
    made: Testbench = getattr(import_module(module), name)(origin)
    return made
