"""What SANA-FE's `leaky_integrate_fire` soma is told of each kind of neuron: thresholds, and what a spike does.

Its step is ours for currents without memory (`models.cpp` of 2.2, `LoihiLifModel`): the potential decays and is truncated to 64ths,
bias and current are added, and a potential above the threshold is reset: `hard` to 0, `soft` by the threshold, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import CompileError
from litesnn.compiler.graph import (
    NO_CURRENT_MEMORY,
    WEIGHT_SHIFT,
    Lif,
    Maximum,
    Membranes,
    ProgrammedLif,
    Readout,
    Relay,
    Spiking,
    Table,
)

UNIT = 2**WEIGHT_SHIFT
NEVER = 1e18
"""Threshold of the readout, which does not spike."""
RESETS = {"zero": "hard", "subtract": "soft", "none": "none"}
"""Reset of a programmed neuron -> SANA-FE's `reset_mode`."""


class Soma(NamedTuple):
    """Threshold of each channel, as written (C,), and the reset."""

    thresholds: list[str]
    reset_mode: str = "hard"


def _spiking(population: Spiking) -> Soma:
    return Soma(_written(population.threshold))


def _programmed(population: ProgrammedLif) -> Soma:
    return Soma(_written(population.threshold), RESETS[population.reset])


def _never(population: Readout) -> Soma:
    return Soma([repr(NEVER)] * population.shape[0])


SOMAS: Table[Callable[[Any], Soma]] = Table(
    "SANA-FE",
    {Lif: _spiking, ProgrammedLif: _programmed, Maximum: _spiking, Relay: _spiking, Readout: _never},
    CompileError,
)


def unlike_soma(population: Membranes) -> str | None:
    """What of a population's step SANA-FE's soma does not compute, and what it does; None where it computes all."""
    if population.remembers_current:
        found = ", ".join(str(du) for du in sorted({du for du, _ in population.decays()}))
        return f"'{population.name}': found du {found}; allowed: {NO_CURRENT_MEMORY}, currents without memory"
    if not isinstance(population, ProgrammedLif):
        return None
    if population.reset not in RESETS:
        return (
            f"'{population.name}': found reset {population.reset}; allowed: {', '.join(RESETS)}, its soma has no other"
        )
    if population.reset == "subtract" and population.spike_at:
        return (
            f"'{population.name}': found spikes at the threshold with reset subtract; allowed: above it, its soma subtracts "
            "what has to be passed"
        )
    return None


def _written(threshold: npt.NDArray[np.int64] | None) -> list[str]:
    """Thresholds in membrane units as exact decimals of weight units."""
    assert threshold is not None, "normalization is folded before anything is exported"
    return [str(units // UNIT) if units % UNIT == 0 else repr(units / UNIT) for units in threshold.tolist()]
