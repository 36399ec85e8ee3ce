"""Populations as Lava is handed them: flat, one parameter per neuron, in Lava's names and units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import BackendError
from litesnn.compiler.graph import Membranes
from litesnn.runtime.lava.kinds import PROCESSES

Ints = npt.NDArray[np.int32]
Recorded = Literal["spikes", "u", "v"]


@dataclass(frozen=True, eq=False)
class NeuronPlan:
    """One population of n neurons, channels expanded over their pixels in C order.

    `arrival` is the step (from 0) of the first sample.
    """

    population: Membranes
    arrival: int

    @property
    def name(self) -> str:
        """The population's name."""
        return self.population.name

    @property
    def size(self) -> int:
        """Number of neurons."""
        return self.population.size

    @property
    def graded(self) -> bool:
        """Whether it sends integers, not only 0 and 1."""
        return self.population.sends == "graded"

    def flat(self, constant: npt.NDArray[np.int64] | int | None, copies: int = 1) -> Ints:
        """A constant per neuron, (copies * n,), of one per channel or one for all; zeros where there is none."""
        values = np.broadcast_to(0 if constant is None else constant, self.population.shape[0])
        area = self.population.shape[1] * self.population.shape[2]
        return np.tile(np.repeat(values, area).astype(np.int32), copies)

    def recorded_type(self, what: Recorded) -> type[np.generic]:
        """Type of a recording: bytes for spikes, 32 bits for all else."""
        return np.uint8 if what == "spikes" and not self.graded else np.int32


def plan_neurons(population: Membranes, isolated: bool) -> NeuronPlan:
    """Plan a population.

    Raises
    ------
    BackendError
        If Lava has no neurons of its kind or none that rest as it does, or it has no threshold or no schedule yet; isolated ones need no resets.
    """
    processes = PROCESSES.of(population, population.name)
    if population.gated and not processes.gates:
        raise BackendError(
            f"'{population.name}': found {population.kind} neurons that rest in some steps (feedback); in Lava they compute in every one"
        )
    resets = population.reset_interval is not None and population.reset_offset is not None
    scheduled = isolated or resets or not population.has_reset
    if population.arrival is None or not scheduled or not population.complete:
        raise BackendError(f"'{population.name}' has no threshold or no schedule yet; compile the graph first")
    return NeuronPlan(population, population.arrival)
