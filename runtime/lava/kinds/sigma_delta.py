"""Neurons that send changes: Lava's `Delta`, `SigmaDelta` and `Sigma`.

Their constructors take one threshold and bias in units of a message and shift them; ours are in units of the state already, one
per neuron, and go into the variables as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lava.proc.sdn import process as lava

from litesnn.compiler.graph import Delta, GradedRelay, Sigma, SigmaDelta, Table
from litesnn.runtime.lava.neurons import NeuronPlan


def build(plan: NeuronPlan, copies: int) -> Any:
    """See `LavaNeurons.build`."""
    process = MAKERS.of(plan.population, plan.name)(plan.population, plan, copies)
    process.name = plan.name
    return process


def _sigma(population: Sigma, plan: NeuronPlan, copies: int) -> Any:
    return lava.Sigma(shape=(plan.size * copies,))


def _delta(population: Delta, plan: NeuronPlan, copies: int) -> Any:
    shape = (plan.size * copies,)
    return _with_threshold(lava.Delta(shape=shape, vth=0, **_shifts(population)), population, plan, copies)


def _sigma_delta(population: SigmaDelta, plan: NeuronPlan, copies: int) -> Any:
    shape, mode = (plan.size * copies,), lava.ActivationMode[population.activation.upper()]
    process = lava.SigmaDelta(shape=shape, vth=0, act_mode=mode, **_shifts(population))
    process.bias.init = plan.flat(population.bias, copies)
    return _with_threshold(process, population, plan, copies)


def _graded_relay(population: GradedRelay, plan: NeuronPlan, copies: int) -> Any:
    """Without threshold and activation the change of the sum is what arrived."""
    return lava.SigmaDelta(shape=(plan.size * copies,), vth=0, act_mode=lava.ActivationMode.UNIT)


MAKERS: Table[Callable[[Any, NeuronPlan, int], Any]] = Table(
    "Lava", {Delta: _delta, SigmaDelta: _sigma_delta, Sigma: _sigma, GradedRelay: _graded_relay}
)


def _shifts(population: Delta | SigmaDelta) -> dict[str, Any]:
    return {name: getattr(population, name) for name in ("spike_exp", "state_exp", "cum_error")}


def _with_threshold(process: Any, population: Delta | SigmaDelta, plan: NeuronPlan, copies: int) -> Any:
    process.vth.shape, process.vth.init = (plan.size * copies,), plan.flat(population.vth, copies)
    return process


def stock() -> dict[type, type]:
    """See `LavaNeurons.stock`."""
    from lava.proc.sdn.models import PyDeltaModelFixed, PySigmaDeltaModelFixed, PySigmaModelFixed

    return {
        lava.Delta: PyDeltaModelFixed,
        lava.SigmaDelta: PySigmaDeltaModelFixed,
        lava.Sigma: PySigmaModelFixed,
    }


def fast() -> dict[type, type]:
    """See `LavaNeurons.fast`."""
    from litesnn.runtime.lava.fast.sigma_delta import FastDeltaModel, FastSigmaDeltaModel, FastSigmaModel

    return {lava.Delta: FastDeltaModel, lava.SigmaDelta: FastSigmaDeltaModel, lava.Sigma: FastSigmaModel}
