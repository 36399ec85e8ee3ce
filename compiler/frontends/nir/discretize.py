"""From NIR's differential equations to steps: which time step, and what each neuron does in one.

One step of a neuron with synaptic current u and membrane v, for an arriving sum x (NIR: `S` or `I`):

    u = current_decay * u + current_gain * x            (CubaLIF, CubaLI; elsewhere u = x)
    v = decay * v + gain * (r * u) + leak
    spike where v - v_reset > threshold, then v = v_reset

Euler's rule: decay = 1 - dt/tau, gain = dt/tau. Exponential: decay = exp(-dt/tau), gain = 1 - decay, the exact solution for an
input that is constant within the step. u is updated first and v sees the new one, as in snnTorch, norse and Loihi. States are
counted from v_reset, where they begin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.nir.document import NirGraph
from litesnn.compiler.frontends.nir.nodes import Neuron
from litesnn.compiler.frontends.nir.options import DecayRule, NirOptions, Reset
from litesnn.errors import ImportFileError

Floats = npt.NDArray[np.float64]
# Two time steps are the same where float32 parameters cannot tell them apart.
SAME = 1e-4
DT_HINT = "snnTorch writes with 1e-4, norse with the square of its dt (1e-6), sinabs counts in steps (1)"


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

    @property
    def has_current(self) -> bool:
        """Whether the synaptic current has a memory."""
        return self.current_decay is not None


@dataclass(frozen=True)
class TimeStep:
    """The time step in the file's unit, and where it is from."""

    dt: float
    origin: str


def time_step(graph: NirGraph, options: NirOptions) -> TimeStep:
    """The user's, or the file's metadata, or what the neurons' r and tau imply, or 1 where nothing has a time constant.

    snnTorch writes r = tau / dt, so that dt is read off where all neurons agree; with r = 1 (norse, sinabs) a file does not say.

    Raises
    ------
    ImportFileError
        If the file has time constants but no time step, or one that is not shorter than a time constant.
    """
    found = _chosen(graph, options)
    if options.decay == "euler":
        for node in _neurons(graph):
            for key in ("tau", "tau_mem", "tau_syn"):
                if key in node.parameters and node.parameters[key].min() < found.dt * (1 - SAME):
                    raise graph.error(
                        node.name,
                        f"'{key}' {node.parameters[key].min():g} is shorter than the time step {found.dt:g} ({found.origin}), for "
                        f"which Euler's rule has no decay; give the right --dt ({DT_HINT}), or --decay-rule exponential",
                    )
    return found


def _chosen(graph: NirGraph, options: NirOptions) -> TimeStep:
    if options.dt is not None:
        return TimeStep(options.dt, "given")
    stated = graph.metadata.get("dt")
    if isinstance(stated, np.ndarray) and stated.size == 1 and 0 < float(stated.ravel()[0]) < float("inf"):
        return TimeStep(float(stated.ravel()[0]), "the file's metadata")
    leaky = [node for node in _neurons(graph) if {"tau", "tau_mem"} & node.parameters.keys()]
    if not leaky:
        return TimeStep(1.0, "nothing in the file has a time constant")
    implied = np.concatenate([_implied(node).ravel() for node in leaky])
    tau = min(_tau(node).min() for node in leaky)
    if (
        implied.size
        and implied.min() > 0
        and np.ptp(implied) <= SAME * implied.min()
        and implied.max() < tau * (1 - SAME)
    ):
        return TimeStep(float(f"{np.median(implied):.5g}"), "tau / r, the same in all neurons")
    raise ImportFileError(f"{graph.file}: the file does not say its time step; give --dt ({DT_HINT})")


def step_rule(graph: NirGraph, node: Neuron, spread: dict[str, Floats], dt: float, options: NirOptions) -> StepRule:
    """The step of a node whose parameters are spread over its neurons.

    Raises
    ------
    ImportFileError
        For a threshold below v_reset, and for reset by subtraction unless approximations are allowed.
    """
    threshold, reset = None, spread.get("v_reset", np.zeros(()))
    if node.spikes:
        threshold = spread["v_threshold"] - reset
        if threshold.min() < 0:
            raise graph.error(
                node.name,
                "a threshold below the reset value: these neurons would never stop; the chip has no such neuron",
            )
    kind = _reset(graph, node, options)
    if node.type == "Threshold":
        zeros = np.zeros_like(spread["v_threshold"])
        return StepRule(zeros, np.ones_like(zeros), zeros, threshold)
    shape = spread["r"].shape
    if node.type in ("IF", "I"):
        return StepRule(np.ones(shape), dt * spread["r"], np.zeros(shape), threshold, reset=kind)
    decay, gain = _decay(spread["tau" if "tau" in spread else "tau_mem"], dt, options.decay)
    leak = gain * (spread["v_leak"] - reset)
    if "tau_syn" not in spread:
        return StepRule(decay, gain * spread["r"], leak, threshold, reset=kind)
    current_decay, current_gain = _decay(spread["tau_syn"], dt, options.decay)
    return StepRule(decay, gain * spread["r"], leak, threshold, current_decay, current_gain * spread["w_in"], kind)


def _reset(graph: NirGraph, node: Neuron, options: NirOptions) -> Reset:
    if not node.spikes or node.type == "Threshold":
        return "zero"
    stated = node.metadata.get("reset", graph.metadata.get("reset"))
    kind = stated if stated in ("zero", "subtract") else options.reset or "zero"
    if kind == "subtract" and not options.approximate:
        raise graph.error(
            node.name,
            "it resets by subtracting the threshold; the chip's LIF neuron resets to zero. Train with reset to zero "
            "(snnTorch: reset_mechanism='zero'), or take the difference with --approximate",
        )
    return "subtract" if kind == "subtract" else "zero"


def _decay(tau: Floats, dt: float, rule: DecayRule) -> tuple[Floats, Floats]:
    """What is left of a state after a step, and the weight of what arrives."""
    gain: Floats = np.minimum(dt / tau, 1.0) if rule == "euler" else -np.expm1(-dt / tau)
    return np.ones_like(gain) - gain, gain


def _neurons(graph: NirGraph) -> list[Neuron]:
    return [node for node in graph.nodes.values() if isinstance(node, Neuron)]


def _tau(node: Neuron) -> Floats:
    return node.parameters["tau" if "tau" in node.parameters else "tau_mem"]


def _implied(node: Neuron) -> Floats:
    """tau / r per value; 0 where r is not positive or shapes differ."""
    tau, r = _tau(node), node.parameters["r"]
    if r.min() <= 0 or (tau.shape != r.shape and 1 not in (tau.size, r.size)):
        return np.zeros(1)
    return tau / r
