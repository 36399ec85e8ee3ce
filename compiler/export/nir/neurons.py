"""The chip's neurons in NIR's parameters: whole numbers as floats, so that another framework computes the same sums.

Weights are the program's integers. With time step dt, Euler's rule gives a decay of 1 - dt/tau and, with r = 1 (the only r that
norse and sinabs know), a gain of dt/tau, by which LIF thresholds are scaled; a CubaLIF has r = tau_mem/dt (the only one that
snnTorch knows), a gain of 1. Thresholds that are subtracted stand as they are. Others lie half of the chip's finest unit above the program's, so that rounding in floating point
does not turn a membrane that equals its threshold into a spike. What NIR cannot say is in the metadata: that decays are truncated
toward zero, and that states are cleared between samples.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import ExportError
from litesnn.compiler.frontends.bounded_hdf5 import Tree
from litesnn.compiler.graph import (
    DECAY_UNITY,
    WEIGHT_SHIFT,
    Leaky,
    Lif,
    Maximum,
    Membranes,
    ProgrammedLif,
    Readout,
    Relay,
    Table,
)

Shape = tuple[int, ...]
# 1 - dt/tau and r * dt/tau are exactly 1 in float32 and float64: a membrane without leak beside a current with memory.
NO_LEAK = 2.0**60

HALF_UNIT = 0.5 / 2**WEIGHT_SHIFT  # of a membrane, in weight units


def neuron_node(population: Membranes, shape: Shape, dt: float, leak: npt.NDArray[np.float64]) -> Tree:
    """The NIR node of a population; parameters are of `shape`, `leak` (C,) is added to the membrane every step, in weight units.

    Raises
    ------
    ExportError
        For neurons that NIR has no name for.
    """
    return NODES.of(population, population.name)(population, shape, dt, leak)


def _leaky(population: Leaky, shape: Shape, dt: float, leak: npt.NDArray[np.float64]) -> Tree:
    """LIF, or LI for a readout, with a current of its own (Cuba) where it has memory; I where nothing leaks."""
    channels = population.shape[0]
    du, dv = (np.broadcast_to(decay, channels).astype(np.float64) for decay in (population.du, population.dv))
    cuba, leaky = population.remembers_current, bool(dv.any())
    tau = dt * np.where(dv > 0, DECAY_UNITY / np.maximum(dv, 1), NO_LEAK)
    gain = dv / DECAY_UNITY if leaky and not cuba else np.ones(channels)
    if leaky and not cuba and not dv.all():
        raise ExportError(
            f"'{population.name}': neurons with a leak beside neurons without one; NIR's LIF cannot say it"
        )
    gained = tau / dt if cuba else np.full(channels, 1.0 if leaky else 1 / dt)
    parameters: Tree = {"r": _channels(shape, gained)}
    if cuba or leaky:
        parameters["tau_mem" if cuba else "tau"] = _channels(shape, tau)
        parameters["v_leak"] = _channels(shape, leak * gain * (tau / dt))
    elif leak.any():
        raise ExportError(
            f"'{population.name}': a bias without an incoming layer, on neurons without leak; NIR cannot say it"
        )
    if cuba:
        tau_syn = dt * np.where(du >= 0, DECAY_UNITY / np.maximum(du + 1, 1), NO_LEAK)
        parameters |= {"tau_syn": _channels(shape, tau_syn), "w_in": _channels(shape, tau_syn / dt)}
    if population.threshold is not None:
        threshold = _threshold(population) * gain
        parameters |= {"v_threshold": _channels(shape, threshold), "v_reset": np.zeros(shape)}
    return {
        "type": _type(cuba, leaky, population.threshold is not None),
        **parameters,
        "metadata": _metadata(population),
    }


NODES: Table[Callable[[Any, Shape, float, npt.NDArray[np.float64]], Tree]] = Table(
    "NIR", {Lif: _leaky, ProgrammedLif: _leaky, Maximum: _leaky, Relay: _leaky, Readout: _leaky}, ExportError
)


def _type(cuba: bool, leaky: bool, spikes: bool) -> str:
    base = "CubaLI" if cuba else "LI" if leaky else "I"
    return base + "F" * spikes


def _threshold(population: Membranes) -> npt.NDArray[np.float64]:
    """In weight units, (C,): what is subtracted as it is; where spikes set to zero half a unit above what does not spike."""
    assert population.threshold is not None
    if isinstance(population, ProgrammedLif) and population.vth is not None and population.reset != "zero":
        return np.asarray(population.vth / 2.0**WEIGHT_SHIFT)
    return np.asarray(population.threshold / 2.0**WEIGHT_SHIFT + HALF_UNIT)


def _metadata(population: Membranes) -> Tree:
    found: Tree = {"reset": "zero", "du": np.array(population.du), "dv": np.array(population.dv)}
    if isinstance(population, ProgrammedLif):
        found |= {"reset": population.reset, "spike_condition": "at" if population.spike_at else "above"}
    found["bias_weight_units"] = population.bias / 2.0**WEIGHT_SHIFT
    if population.unit is not None:
        found["unit"] = population.unit
    return found


def _channels(shape: Shape, values: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    column = values.astype(np.float64).reshape(-1, *(1,) * (len(shape) - 1))
    return np.broadcast_to(column, shape).copy()
