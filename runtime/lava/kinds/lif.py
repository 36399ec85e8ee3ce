"""Leaky neurons and readouts: Lava's `LIF` and `LIFReset`, ours for thresholds per neuron and for gates."""

from __future__ import annotations

from typing import Any

import numpy as np
from lava.proc.lif.process import LIF, LIFReset

from litesnn.compiler.graph import VTH_MAX
from litesnn.runtime.lava.neurons import NeuronPlan
from litesnn.runtime.lava.processes.lif_gated import LIFGated
from litesnn.runtime.lava.processes.lif_vector_vth import LIFVectorVth


def build(plan: NeuronPlan, copies: int) -> Any:
    """Lava's `LIF` or `LIFReset` where one threshold holds for all and every step counts, ours elsewhere."""
    population = plan.population
    register = population.threshold_register
    vth = plan.flat(np.full(population.shape[0], VTH_MAX) if register is None else register, copies)
    parameters: dict[str, Any] = {
        "name": plan.name,
        "shape": (plan.size * copies,),
        "du": population.du,
        "dv": population.dv,
        "bias_mant": plan.flat(population.bias_mant, copies),
        "bias_exp": plan.flat(population.bias_exp, copies),
    }
    if population.reset_interval is not None:
        parameters |= {"reset_interval": population.reset_interval, "reset_offset": population.reset_offset}
    if population.gated:
        gates: dict[str, Any] = {
            "initiation_interval": population.initiation_interval,
            "open_slots": population.open_slots,
        }
        return LIFGated(**parameters, **gates, vth=vth)
    if not np.all(vth == vth[0]):
        return LIFVectorVth(**parameters, vth=vth)
    return (LIF if population.reset_interval is None else LIFReset)(**parameters, vth=int(vth[0]))


def stock() -> dict[type, type]:
    """See `LavaNeurons.stock`."""
    from lava.proc.lif.models import PyLifModelBitAcc, PyLifResetModelBitAcc

    from litesnn.runtime.lava.processes.lif_gated_models import PyLifGatedModelBitAcc
    from litesnn.runtime.lava.processes.lif_vector_vth_models import PyLifVectorVthModelBitAcc

    return {
        LIF: PyLifModelBitAcc,
        LIFReset: PyLifResetModelBitAcc,
        LIFVectorVth: PyLifVectorVthModelBitAcc,
        LIFGated: PyLifGatedModelBitAcc,
    }


def fast() -> dict[type, type]:
    """See `LavaNeurons.fast`."""
    from litesnn.runtime.lava.fast.lif import (
        FastLifGatedModel,
        FastLifModel,
        FastLifResetModel,
        FastLifVectorVthModel,
    )

    return {
        LIF: FastLifModel,
        LIFReset: FastLifResetModel,
        LIFVectorVth: FastLifVectorVthModel,
        LIFGated: FastLifGatedModel,
    }
