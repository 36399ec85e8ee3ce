"""From differential equations (NIR's names) to steps: what each neuron does in one.

One step of a neuron with synaptic current u and membrane v, for an arriving sum x (NIR: `S` or `I`):

    u = current_decay * u + current_gain * x            (CubaLIF, CubaLI; elsewhere u = x)
    v = decay * v + gain * (r * u) + leak
    spike where v - v_reset > threshold (or >=, where the framework spikes at the threshold), then v = v_reset, or v - threshold at
    once or with the next update (after its decay), or v as it is

Euler's rule: decay = 1 - dt/tau, gain = dt/tau. Exponential: decay = exp(-dt/tau), gain = 1 - decay, the exact solution for an
input that is constant within the step. u is updated first and v sees the new one, as in snnTorch, norse and Loihi. States are
counted from v_reset, where they begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.conventions import DecayRule, Reset
from litesnn.compiler.frontends.real.network import RealNetwork
from litesnn.compiler.frontends.real.nodes import Neuron
from litesnn.compiler.frontends.real.options import RealOptions

Floats = npt.NDArray[np.float64]
FLOAT32 = 2.0**-20  # relative: a gain of 1 that went through a float32 r and tau is 1


@dataclass(frozen=True, eq=False)
class StepRule:
    """What the neurons of one node do in a step; every array is per neuron, of the layer's shape.

    `threshold` counts from v_reset; None for integrators. `leak` is added to v, `gain` is worth one unit of u in v.
    """

    decay: Floats
    gain: Floats
    leak: Floats
    threshold: Floats | None
    current_decay: Floats | None = None
    current_gain: Floats | None = None
    reset: Reset = "zero"
    spike_at: bool = False
    fixed_unit: bool = False
    """Whether the fixed unit is to compute it whatever its reset and comparison (`--approximate`)."""

    @property
    def has_current(self) -> bool:
        """Whether the synaptic current has a memory."""
        return self.current_decay is not None


def step_rule(graph: RealNetwork, node: Neuron, spread: dict[str, Floats], dt: float, options: RealOptions) -> StepRule:
    """The step of a node whose parameters are spread over its neurons.

    Raises
    ------
    ImportFileError
        For a threshold below v_reset.
    """
    threshold, reset = None, spread.get("v_reset", np.zeros(()))
    kind, at = reset_kind(graph, node, options), spikes_at(graph, node, options)
    if node.spikes:
        threshold = spread["v_threshold"] - reset
        if threshold.min() < 0 or (at and threshold.min() == 0):
            where = "at" if at and threshold.min() == 0 else "below"
            raise graph.error(
                node.name,
                f"a threshold {where} the reset value: these neurons would never stop; the chip has no such neuron",
            )
    fires: dict[str, Any] = {"reset": kind, "spike_at": at, "fixed_unit": options.approximate}
    if node.type == "Threshold":
        zeros = np.zeros_like(spread["v_threshold"])
        return StepRule(zeros, np.ones_like(zeros), zeros, threshold, **fires)
    shape = spread["r"].shape
    if node.type in ("IF", "I"):
        return StepRule(np.ones(shape), _whole(dt * spread["r"]), np.zeros(shape), threshold, **fires)
    decay, gain = _decay(spread["tau" if "tau" in spread else "tau_mem"], dt, options.decay_rule)
    leak = gain * (spread["v_leak"] - reset)
    gain = _whole(_gain(gain, spread["r"]))
    if "tau_syn" not in spread:
        return StepRule(decay, gain, leak, threshold, **fires)
    current_decay, current_gain = _decay(spread["tau_syn"], dt, options.decay_rule)
    current_gain = _whole(_gain(current_gain, spread["w_in"]))
    return StepRule(
        decay=decay,
        gain=gain,
        leak=leak,
        threshold=threshold,
        current_decay=current_decay,
        current_gain=current_gain,
        **fires,
    )


def reset_kind(graph: RealNetwork, node: Neuron, options: RealOptions) -> Reset:
    """What the file says, else the user or the framework that wrote it, else NIR's own definition.

    Raises
    ------
    ImportFileError
        Where file and user contradict each other.
    """
    if not node.spikes or node.type == "Threshold":
        return "zero"
    stated = graph.stated_reset(node)
    if stated is not None and options.reset not in (None, stated):
        raise graph.error(node.name, f"the file's metadata say reset '{stated}', --reset-kind says '{options.reset}'")
    return stated or options.reset_taken or "zero"


def spikes_at(graph: RealNetwork, node: Neuron, options: RealOptions) -> bool:
    """Whether neurons spike at the threshold too: what the file says, else the user or the framework, else NIR's own definition.

    Raises
    ------
    ImportFileError
        Where file and user contradict each other.
    """
    stated = graph.stated_spike_at(node)
    if stated is not None and options.spike_at not in (None, stated):
        found, asked = (("at" if at else "above") for at in (stated, options.spike_at))
        raise graph.error(
            node.name, f"the file's metadata say that it spikes {found} its threshold, --spike-{asked} says otherwise"
        )
    taken = options.spike_at_taken if stated is None else stated
    return bool(taken)


def _gain(share: Floats, factor: Floats) -> Floats:
    """What arrives counts so much; 1 where the time constant and the factor are infinite together (factor = tau / dt)."""
    endless = np.isinf(factor)
    gain: Floats = np.where(endless, 1.0, share * np.where(endless, 1.0, factor))
    return gain


def _whole(gain: Floats) -> Floats:
    """A gain that differs from 1 by no more than float32's rounding of r and tau is 1."""
    result: Floats = np.where(np.abs(gain - 1) <= FLOAT32, 1.0, gain)
    return result


def _decay(tau: Floats, dt: float, rule: DecayRule) -> tuple[Floats, Floats]:
    """What is left of a state after a step, and the weight of what arrives."""
    gain = share_of(tau, dt, rule)
    return np.ones_like(gain) - gain, gain


def share_of(tau: Floats, dt: float, rule: DecayRule) -> Floats:
    """What a state loses in a step, as a share of it."""
    share: Floats = np.minimum(dt / tau, 1.0) if rule == "euler" else -np.expm1(-dt / tau)
    return share
