"""What is known of one population in one sample where two traces part: both sides' registers, and what arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph, Leaky, Membranes, ProgrammedLif
from litesnn.compiler.graph.kinds.leaky import decayed
from litesnn.runtime.trace import Register, Trace

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Evidence:
    """One population in one sample; all arrays are (T, C, H, W), int64.

    Attributes
    ----------
    trace : ours of this sample: the population's registers, and what every population sent
    theirs : the registers that the other trace has
    inputs : (1, ...) of this sample
    """

    graph: Graph
    population: Membranes
    trace: Trace
    theirs: Mapping[Register, Ints]
    inputs: npt.NDArray[Any]

    def ours(self, register: Register) -> Ints:
        """Our register."""
        found: Ints = self.trace.recorded(self.population.name, register)[0]
        return found

    def other(self, register: Register) -> Ints:
        """Their register, or ours where they do not give it: for what follows from it."""
        found = self.theirs.get(register)
        return self.ours(register) if found is None else found

    def before(self, register: Register) -> Ints:
        """Their register after the step before; 0 before the first, where every sample begins."""
        return earlier(self.other(register))

    @property
    def potential(self) -> Ints:
        """Our membrane before the reset."""
        found: Ints = self.trace.potentials[self.population.name][0]
        return found

    @property
    def current_decay(self) -> Ints:
        """Of 4096, what a current keeps, (C, 1, 1)."""
        return self._spread(self.population.current_mantissa)

    @property
    def decay(self) -> Ints:
        """Of 4096, what a membrane keeps, (C, 1, 1)."""
        return self._spread(self.population.decay_mantissa)

    def _spread(self, values: int | Ints) -> Ints:
        spread: Ints = np.broadcast_to(values, self.population.shape[:1])[:, None, None]
        return spread

    @property
    def drive(self) -> Ints:
        """What is added to the decayed membrane: their current, the bias, and what a reset still takes from it."""
        ours = self.potential - decayed(earlier(self.ours("v")), self.decay)
        return ours + self.other("u") - self.ours("u")

    def after(self, potential: Ints) -> Ints:
        """The membrane after the population's own reset."""
        if self.threshold is None:
            return potential
        reset = self.population.reset if isinstance(self.population, ProgrammedLif) else "zero"
        fired = potential > self.threshold
        if reset == "subtract":
            return np.where(fired, potential - self.lowering, potential)
        return np.where(fired, 0, potential) if reset == "zero" else potential

    @property
    def lowering(self) -> Ints:
        """What a reset by subtraction takes, (C, 1, 1): the threshold as the network has it."""
        assert self.threshold is not None
        at = isinstance(self.population, ProgrammedLif) and self.population.spike_at
        return self.threshold + int(at)

    @property
    def bias(self) -> Ints:
        """(C, 1, 1), membrane units."""
        found: Ints = self.population.bias[:, None, None]
        return found

    @property
    def threshold(self) -> Ints | None:
        """(C, 1, 1), membrane units; None where nothing is compared with one."""
        found = self.population.threshold
        return None if found is None or self.population.sends == "nothing" else found[:, None, None]

    @cached_property
    def arriving(self) -> Ints:
        """What arrives in each step, in membrane units, from our own currents; of leaky neurons."""
        assert isinstance(self.population, Leaky), "other kinds do not keep a current"
        current = self.ours("u")
        return current - decayed(earlier(current), self.current_decay)


def earlier(values: Ints) -> Ints:
    """The values of the step before, 0 at first."""
    return np.concatenate([np.zeros_like(values[:1]), values[:-1]])


def later(values: Ints) -> Ints:
    """The values of the next step, 0 at last."""
    return np.concatenate([values[1:], np.zeros_like(values[:1])])
