"""A real-valued network as the reference that its integers are compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.float_run import FloatNetwork
from litesnn.compiler.frontends.real.levels import Timing
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.origin.float_reference import Floats, Otherwise


@dataclass(frozen=True)
class Question:
    """An assumption with another answer: what was taken, what else it could be, and the options that say so."""

    step: str
    taken: str
    instead: str
    option: str
    options: RealOptions
    several: bool = False
    """Whether neurons send as many spikes a step as thresholds fit into the membrane."""


@dataclass(frozen=True, eq=False)
class RealReference:
    """See `FloatReference`.

    Attributes
    ----------
    output : name of the layer that is read out
    questions : what was assumed and has another answer
    """

    network: FloatNetwork
    timing: Timing
    output: str
    questions: Sequence[Question] = ()

    @property
    def layers(self) -> Sequence[str]:
        """See `FloatReference`."""
        return self.network.read_out

    @property
    def spiking(self) -> Sequence[str]:
        """See `FloatReference`."""
        return [name for name in self.network.neurons if self.network.graph.spikes(name)]

    @property
    def output_integrates(self) -> bool:
        """See `FloatReference`."""
        return self.output in self.network.neurons and not self.network.graph.spikes(self.output)

    def first_step(self, arrival: int, layer: str) -> int:
        """See `FloatReference`."""
        return self.timing.shift(arrival, layer)

    def run(self, inputs: npt.NDArray[np.int16], steps: int, extra: int = 0) -> Mapping[str, Floats]:
        """See `FloatReference`."""
        return self.network.run(inputs, steps, extra).sent

    def otherwise(self) -> Sequence[Otherwise]:
        """See `FloatReference`."""
        return [
            Otherwise(
                step=question.step,
                taken=question.taken,
                instead=question.instead,
                option=question.option,
                network=RealReference(
                    self.network.otherwise(question.options, question.several), self.timing, self.output
                ),
            )
            for question in self.questions
        ]
