"""Populations as Lava is handed them: flat, one parameter per neuron, in Lava's names and units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import VTH_MAX, Membranes, Neurons, SigmaDelta
from litesnn.errors import BackendError

Ints = npt.NDArray[np.int32]
Recorded = Literal["spikes", "u", "v"]


@dataclass(frozen=True, eq=False)
class LifPlan:
    """Lava's leaky integrate-and-fire parameters; `vth`, `bias_mant`, `bias_exp` are (n,).

    The neurons reset before the step where `time_step % reset_interval == reset_offset`; Lava counts steps from 1. None: never.
    Gated ones compute once per `initiation_interval` from there on, and after `open_slots` times rest until the next reset.
    """

    du: int
    dv: int
    reset_interval: int | None
    reset_offset: int | None
    vth: Ints
    bias_mant: Ints
    bias_exp: Ints
    initiation_interval: int = 1
    open_slots: int | None = None


@dataclass(frozen=True, eq=False)
class SigmaDeltaPlan:
    """Lava's sigma-delta parameters; `vth` and `bias` are (n,) and in the units of the state, as Lava's variables hold them."""

    kind: Literal["delta", "sigma_delta", "sigma"]
    activation: Literal["unit", "relu"]
    vth: Ints
    bias: Ints
    spike_exp: int
    state_exp: int
    cum_error: bool


@dataclass(frozen=True, eq=False)
class NeuronPlan:
    """One population of n neurons, channels expanded over their pixels in C order.

    `arrival` is the step (from 0) of the first sample; `graded`: it sends integers, not only 0 and 1.
    """

    name: str
    size: int
    arrival: int
    graded: bool
    model: LifPlan | SigmaDeltaPlan

    def recorded_type(self, what: Recorded) -> type[np.generic]:
        """Type of a recording: bytes for spikes, 32 bits for all else."""
        return np.uint8 if what == "spikes" and not self.graded else np.int32


def plan_neurons(population: Membranes, isolated: bool) -> NeuronPlan:
    """Plan a population.

    Raises
    ------
    BackendError
        If it has no threshold or no schedule yet; isolated ones need no resets.
    """
    if population.arrival is None:
        raise BackendError(f"'{population.name}' has no schedule yet; compile the graph first")
    return NeuronPlan(
        name=population.name,
        size=population.size,
        arrival=population.arrival,
        graded=isinstance(population, SigmaDelta),
        model=_sigma_delta(population) if isinstance(population, SigmaDelta) else _lif(population, isolated),
    )


def _lif(population: Membranes, isolated: bool) -> LifPlan:
    channels = population.shape[0]
    vth = population.vth if isinstance(population, Neurons) else np.full(channels, VTH_MAX)
    unscheduled = population.reset_interval is None or population.reset_offset is None
    if vth is None or (unscheduled and not isolated):
        raise BackendError(f"'{population.name}' has no threshold or no schedule yet; compile the graph first")
    zeros = np.zeros(channels, np.int64)
    return LifPlan(
        du=population.du,
        dv=population.dv,
        reset_interval=population.reset_interval,
        reset_offset=population.reset_offset,
        vth=_flat(population, vth),
        bias_mant=_flat(population, zeros if population.bias_mant is None else population.bias_mant),
        bias_exp=_flat(population, zeros if population.bias_exp is None else population.bias_exp),
        initiation_interval=population.initiation_interval,
        open_slots=population.open_slots,
    )


def _sigma_delta(population: SigmaDelta) -> SigmaDeltaPlan:
    if population.vth is None and population.kind != "sigma":
        raise BackendError(f"'{population.name}' has no threshold yet; compile the graph first")
    vth = np.zeros(population.shape[0], np.int64) if population.vth is None else population.vth
    return SigmaDeltaPlan(
        kind=population.kind,
        activation=population.activation,
        vth=_flat(population, vth),
        bias=_flat(population, population.bias),
        spike_exp=population.spike_exp,
        state_exp=population.state_exp,
        cum_error=population.cum_error,
    )


def _flat(population: Membranes, per_channel: npt.NDArray[np.int64]) -> Ints:
    return np.repeat(per_channel, population.shape[1] * population.shape[2]).astype(np.int32)
