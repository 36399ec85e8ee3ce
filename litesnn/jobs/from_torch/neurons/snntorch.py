"""snnTorch's neurons: v = beta v + x, and what its reset_mechanism and reset_delay do with it.

Source: snnTorch 1.0.0 `_neurons/leaky.py`, `synaptic.py`, `rleaky.py`, `neurons.py`. Its default subtracts the threshold with the next
update (`reset_delay`); it spikes above the threshold, or as its `spike_grad` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from litesnn.compiler.frontends.real.conventions import Reset
from litesnn.jobs.from_torch.neurons.reading import (
    Floats,
    NeuronReading,
    Refused,
    current,
    floats,
    leaky,
    spikes_at_threshold,
)

AT_ONCE = (
    "with reset_delay=False, a membrane that is above the threshold after the subtraction is compared one threshold lower in the "
    "next step; here it is not. Where no membrane reaches twice the threshold, both are the same"
)


def leaky_neuron(module: Any) -> NeuronReading:
    """`Leaky`."""
    return _read(module, ("mem",))


def synaptic_neuron(module: Any) -> NeuronReading:
    """`Synaptic`: u = alpha u + x, v = beta v + u."""
    return _read(module, ("syn", "mem"), synapse=current(floats(module.alpha).clip(0, 1), 1.0))


def recurrent_neuron(module: Any) -> NeuronReading:
    """`RLeaky`: its own last spikes come back through `recurrent`."""
    return _read(module, ("mem",), takes=("spikes", "mem"), recurrent=module.recurrent)


def _read(
    module: Any,
    states: tuple[str, ...],
    *,
    takes: tuple[str, ...] | None = None,
    recurrent: torch.nn.Module | None = None,
    synapse: Mapping[str, Floats] | None = None,
) -> NeuronReading:
    if module.inhibition:
        raise Refused("'inhibition' lets one neuron of a layer spike; allowed: inhibition=False")
    if module.state_quant:
        raise Refused("'state_quant' rounds its states; allowed: state_quant=False, and the rounding of LiteSNN")
    if (floats(module.graded_spikes_factor) != 1).any():
        raise Refused(
            "'graded_spikes_factor' makes spikes worth more than 1; allowed: 1, with the factor in the next weights"
        )
    reset, caveat = _reset(module, memory=len(states) > 1 or recurrent is not None)
    threshold = floats(module.threshold)
    type, found = leaky(
        floats(module.beta).clip(0, 1), 1.0, v_threshold=threshold, v_reset=np.zeros(()), **(synapse or {})
    )
    whole = bool(module.output) or not module.init_hidden
    return NeuronReading(
        type=type,
        parameters=found,
        reset=reset,
        spike_at=spikes_at_threshold(module.spike_grad, "spike_grad"),
        sent=("spikes", *states) if whole else ("spikes",),
        alone=not whole,
        states=takes or states,
        recurrent=recurrent,
        caveat=caveat,
    )


def _reset(module: Any, *, memory: bool) -> tuple[Reset, str]:
    mechanism = module.reset_mechanism
    late = getattr(module, "reset_delay", True)
    if mechanism == "none":
        return "none", ""
    if mechanism == "zero":
        if late and memory:
            raise Refused(
                "reset_mechanism 'zero' with reset_delay=True drops what arrives in the step after a spike as well; allowed: "
                "reset_delay=False"
            )
        return "zero", ""
    return ("subtract_next", "") if late else ("subtract", AT_ONCE)
