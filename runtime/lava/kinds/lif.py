"""Leaky neurons and readouts: Lava's `LIF` and `LIFReset`, and ours for what those two cannot be told."""

from __future__ import annotations

from typing import Any

import numpy as np
from lava.proc.lif.process import LIF, LIFReset

from litesnn.compiler.graph import VTH_MAX, WEIGHT_SHIFT, Membranes, ProgrammedLif
from litesnn.runtime.lava.neurons import NeuronPlan
from litesnn.runtime.lava.processes.lif_programmed import LIFProgrammed


def build(plan: NeuronPlan, copies: int) -> Any:
    """Lava's `LIF` or `LIFReset` where all neurons have one threshold and one pair of decays, and every step counts; ours elsewhere."""
    population = plan.population
    constants = _one_of_each(population)
    if constants is not None:
        return (LIF if population.reset_interval is None else LIFReset)(**_shared(plan, copies), **constants)
    return LIFProgrammed(**programmed(plan, copies))


def programmed(plan: NeuronPlan, copies: int) -> dict[str, Any]:
    """The parameters of `LIFProgrammed`, and of processes that are derived from it."""
    population = plan.population
    parameters = _shared(plan, copies)
    parameters |= {"initiation_interval": population.initiation_interval, "open_slots": population.open_slots}
    if isinstance(population, ProgrammedLif):
        parameters |= {"reset": population.reset, "spike_at": population.spike_at}
        threshold = population.vth
    else:
        threshold = _register(population) << WEIGHT_SHIFT
    vth, du, dv = (plan.flat(constant, copies) for constant in (threshold, population.du, population.dv))
    return {**parameters, "vth": vth, "du": du, "dv": dv}


def _shared(plan: NeuronPlan, copies: int) -> dict[str, Any]:
    """The parameters that all three processes take."""
    population = plan.population
    parameters: dict[str, Any] = {
        "name": plan.name,
        "shape": (plan.size * copies,),
        "bias_mant": plan.flat(population.bias_mant, copies),
        "bias_exp": plan.flat(population.bias_exp, copies),
    }
    if population.reset_interval is not None:
        parameters |= {"reset_interval": population.reset_interval, "reset_offset": population.reset_offset}
    return parameters


def _one_of_each(population: Membranes) -> dict[str, int] | None:
    """Threshold and decays as Lava's processes take them, one for all neurons; None where they cannot compute the population."""
    if population.gated or isinstance(population, ProgrammedLif):
        return None
    thresholds, decays = np.unique(_register(population)), population.decays()
    if len(thresholds) > 1 or len(decays) > 1:
        return None
    ((du, dv),) = decays
    return {"vth": int(thresholds[0]), "du": du, "dv": dv}


def _register(population: Membranes) -> Any:
    """Lava's `vth` of each channel; a readout has the largest there is."""
    register = population.threshold_register
    return np.full(population.shape[0], VTH_MAX) if register is None else register


def stock() -> dict[type, type]:
    """See `LavaNeurons.stock`."""
    from lava.proc.lif.models import PyLifModelBitAcc, PyLifResetModelBitAcc

    from litesnn.runtime.lava.processes.lif_programmed_models import PyLifProgrammedModelBitAcc

    return {LIF: PyLifModelBitAcc, LIFReset: PyLifResetModelBitAcc, LIFProgrammed: PyLifProgrammedModelBitAcc}


def fast() -> dict[type, type]:
    """See `LavaNeurons.fast`."""
    from litesnn.runtime.lava.fast.lif import FastLifModel, FastLifProgrammedModel, FastLifResetModel

    return {LIF: FastLifModel, LIFReset: FastLifResetModel, LIFProgrammed: FastLifProgrammedModel}
