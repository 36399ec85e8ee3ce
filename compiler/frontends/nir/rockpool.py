"""Files of Rockpool's exporter in NIR's terms: what its `r` means, and what arrives before a decay.

A step of Rockpool 3.1 (`nn/modules/torch/lif_torch.py`, `lif_neuron_torch.py`, `exp_syn_torch.py`), with alpha = exp(-dt/tau_mem)
and beta = exp(-dt/tau_syn):

    CubaLIF (LIFTorch)       u = (u + x) * beta;  v = v * alpha + u + bias;  a spike where v >= threshold, then v = v - threshold
    LIF     (LIFNeuronTorch)                      v = v * alpha + x + bias;  the same
    LI      (ExpSynTorch)    u = (u + x) * beta

Its exporter (`nn/modules/torch/nir.py`) writes r = tau * exp(-dt/tau) / dt for all three, which is no gain of these equations: it
holds the time step, dt = tau * W(1 / r) with Lambert's W. In NIR's terms the gain of a membrane is 1, that of a current or LI beta.
`v_leak` is the bias, as its own reader (`from_nir`) takes it; the exporter writes 0 there whatever the bias is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.nir.document import NirGraph
from litesnn.compiler.frontends.real.discretize import share_of
from litesnn.compiler.frontends.real.network import SAME_STEP
from litesnn.compiler.frontends.real.nodes import Neuron
from litesnn.compiler.frontends.real.options import RealOptions

Floats = npt.NDArray[np.float64]
WRITTEN = ("LIF", "CubaLIF", "LI")
ROUNDS = 12  # of Newton's method, which needs eight at most


def implied_step(graph: NirGraph, given: float | None) -> float | None:
    """The time step that r and tau of all neurons hold; None where no neuron has a finite r above 0.

    Parameters
    ----------
    given : the time step that the file's metadata or the user say

    Raises
    ------
    ImportFileError
        For neurons and parameters that Rockpool's exporter does not write, for neurons that disagree about the time step, and where
        they disagree with `given`.
    """
    found: float | None = None
    for node in _neurons(graph):
        _check(graph, node)
        steps = _steps(node)
        for step in (steps.min(), steps.max()) if steps.size else ():
            wanted = given if given is not None else step if found is None else found
            if abs(step - wanted) > SAME_STEP * wanted:
                by = f"the neurons before {wanted:g}" if given is None else f"--dt or the file's metadata say {given:g}"
                raise graph.error(
                    node.name,
                    f"tau and r imply a time step of {step:g}, {by}; allowed: r = tau * exp(-dt/tau) / dt with one time step in all "
                    "neurons, as Rockpool's exporter writes it; was the file written by another framework?",
                )
            found = float(step) if found is None else found
    return found


def in_nirs_terms(graph: NirGraph, dt: float, options: RealOptions) -> NirGraph:
    """The same network with the gains that Rockpool's step has, where the file has its r."""
    nodes = {name: _translated(n, dt, options) if isinstance(n, Neuron) else n for name, n in graph.nodes.items()}
    return replace(graph, nodes=nodes)


def _translated(node: Neuron, dt: float, options: RealOptions) -> Neuron:
    values = dict(node.parameters)
    tau = values["tau" if "tau" in values else "tau_mem"]
    share = share_of(tau, dt, options.decay_rule)
    if node.type == "LI":
        values["r"] = _gain(1 - share, share)
        return replace(node, parameters=values)
    values["r"] = _gain(np.ones_like(share), share)
    if values["v_leak"].any():
        shape = np.broadcast_shapes(values["v_leak"].shape, share.shape)
        values["v_leak"] = np.broadcast_to(values["v_leak"], shape) / np.broadcast_to(share, shape)
    if node.type == "CubaLIF":
        share = share_of(values["tau_syn"], dt, options.decay_rule)
        values["w_in"] = _gain(1 - share, share)
    return replace(node, parameters=values)


def _gain(wanted: Floats, share: Floats) -> Floats:
    """What times the share of a step is the gain that is wanted; infinite beside an infinite time constant."""
    gain: Floats = np.divide(wanted, share, out=np.full_like(share, np.inf), where=share > 0)
    return gain


def _neurons(graph: NirGraph) -> Iterator[Neuron]:
    return (node for node in graph.nodes.values() if isinstance(node, Neuron))


def _check(graph: NirGraph, node: Neuron) -> None:
    """Refuse what Rockpool's exporter does not write, for its step says nothing about it."""
    if node.type not in WRITTEN:
        raise graph.error(node.name, f"Rockpool's exporter writes no such neurons; allowed: {', '.join(WRITTEN)}")
    values = node.parameters
    if (values["r"] < 0).any():
        raise graph.error(
            node.name, f"'r' is {values['r'].min():g}; allowed: tau * exp(-dt/tau) / dt, which is positive"
        )
    only = {"v_reset": 0.0, "w_in": 1.0, **({"v_leak": 0.0} if node.type == "LI" else {})}
    for key, value in only.items():
        if key in values and (values[key] != value).any():
            other = values[key][values[key] != value].ravel()[0]
            raise graph.error(node.name, f"'{key}' is {other:g}; allowed: {value:g}, as Rockpool's exporter writes it")
    if values["v_leak"].any() and np.isinf(values["tau" if "tau" in values else "tau_mem"]).any():
        raise graph.error(node.name, "'v_leak' beside an infinite time constant; allowed: 0, or a finite time constant")


def _steps(node: Neuron) -> Floats:
    """tau * W(1 / r) of the values that say it: r is 0 where float32 cannot hold it, and infinite where tau is."""
    tau, r = (node.parameters[key] for key in ("tau" if "tau" in node.parameters else "tau_mem", "r"))
    tau, r = np.broadcast_arrays(tau.ravel(), r.ravel()) if 1 in (tau.size, r.size) else (tau.ravel(), r.ravel())
    saying = np.isfinite(r) & (r != 0)
    steps: Floats = tau[saying] * _lambert(1 / r[saying])
    return steps


def _lambert(values: Floats) -> Floats:
    """The z > 0 with z * exp(z) = value, for positive values.

    By Newton's method on z + log(z) = log(value), from z = log(1 + value).
    """
    goal, z = np.log(values), np.log1p(values)
    for _ in range(ROUNDS):
        z = z * (1 + goal - np.log(z)) / (1 + z)
    found: Floats = z
    return found
