"""norse's neurons: Euler's rule with the cell's dt; spikes above the threshold.

Source: norse 1.1.0 `functional/lif.py`, `lif_box.py`, `iaf.py`, `leaky_integrator.py`, `leaky_integrator_box.py`, `reset.py`:

    u = i + x, i = u - dt tau_syn_inv u      LIF, LI; elsewhere u = x
    v = v + dt tau_mem_inv (v_leak - v + u)  IAF: v = v + u

A membrane begins at v_leak.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from litesnn.compiler.frontends.real.conventions import Reset
from litesnn.jobs.from_torch.neurons.reading import NeuronReading, Refused, current, floats, leaky


def iaf(module: Any) -> NeuronReading:
    """`IAFCell`, `IAF`."""
    zeros = np.zeros(())
    type, found = leaky(np.ones(()), 1.0, v_threshold=floats(module.p.v_th), v_reset=floats(module.p.v_reset) + zeros)
    return _neuron(module, type, found, "zero")


def lif(module: Any) -> NeuronReading:
    """`LIFCell`, `LIF`."""
    p = module.p
    if p.method == "adjoint":
        raise Refused("method 'adjoint' computes in another order; allowed: the others, e.g. 'super'")
    return _spiking(module, "zero", **current(1 - module.dt * floats(p.tau_syn_inv), 1.0))


def lif_box(module: Any) -> NeuronReading:
    """`LIFBoxCell`."""
    method = getattr(getattr(module.p, "reset_method", None), "__name__", "reset_value")
    kinds: dict[str, Reset] = {"reset_value": "zero", "reset_subtract": "subtract"}
    if method not in kinds:
        raise Refused(f"'reset_method' is {method}; allowed: {', '.join(kinds)}")
    if method == "reset_subtract" and floats(module.p.v_reset).any():
        raise Refused("reset_subtract with a v_reset besides 0, which it does not use; allowed: v_reset 0")
    return _spiking(module, kinds[method])


def li(module: Any) -> NeuronReading:
    """`LICell`, `LI`."""
    return _integrator(module, **current(1 - module.dt * floats(module.p.tau_syn_inv), 1.0))


def li_box(module: Any) -> NeuronReading:
    """`LIBoxCell`."""
    return _integrator(module)


def _spiking(module: Any, reset: Reset, **parameters: Any) -> NeuronReading:
    p, share = module.p, module.dt * floats(module.p.tau_mem_inv)
    rest, leak = floats(p.v_reset), floats(p.v_leak)
    if (rest != leak).any():
        raise Refused(
            f"a membrane begins at v_leak {leak.max():g} and is reset to v_reset {rest.max():g}; allowed: both the same"
        )
    membrane = {"v_threshold": floats(p.v_th), "v_reset": rest, "v_leak": leak}
    type, found = leaky(1 - share, share, **membrane, **parameters)
    return _neuron(module, type, found, reset)


def _integrator(module: Any, **parameters: Any) -> NeuronReading:
    share, leak = module.dt * floats(module.p.tau_mem_inv), floats(module.p.v_leak)
    if leak.any():
        raise Refused(f"its membrane begins at v_leak {leak.max():g}; allowed: 0")
    type, found = leaky(1 - share, share, **parameters)
    return _neuron(module, type, found, None)


def _neuron(module: Any, type: str, parameters: Any, reset: Reset | None) -> NeuronReading:
    return NeuronReading(
        type=type,
        parameters=parameters,
        reset=reset,
        spike_at=None if reset is None else False,
        sent=("spikes", "state"),
        alone=False,
        states=("state",),
        keeps=False,
        time_axis=None if module.__class__.__name__.endswith("Cell") else 0,
    )
