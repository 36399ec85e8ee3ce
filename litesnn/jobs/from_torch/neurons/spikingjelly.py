"""SpikingJelly's neurons: charge, fire, reset, in that order within a step; v_reset None subtracts the threshold.

Source: SpikingJelly `activation_based/neuron` (0.0.0.0.14 and 2.0.0). With v0 = v_reset, or 0 where that is None:

    IFNode               v = v + x
    LIFNode              v = v + (x - (v - v0)) / tau            decay_input
                         v = v - (v - v0) / tau + x              otherwise
    ParametricLIFNode    the same with 1 / tau = sigmoid(w)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from litesnn.jobs.from_torch.neurons.reading import (
    Floats,
    NeuronReading,
    Refused,
    floats,
    leaky,
    spikes_at_threshold,
)


def if_node(module: Any) -> NeuronReading:
    """`IFNode`."""
    return _read(module, np.zeros(()), 1.0)


def lif_node(module: Any) -> NeuronReading:
    """`LIFNode`."""
    share = 1 / floats(module.tau)
    return _read(module, share, share if module.decay_input else 1.0)


def parametric_lif_node(module: Any) -> NeuronReading:
    """`ParametricLIFNode`."""
    share = floats(module.w.sigmoid())
    return _read(module, share, share if module.decay_input else 1.0)


def _read(module: Any, share: Floats, gain: Floats | float) -> NeuronReading:
    soft = module.v_reset is None
    rest = floats(0.0 if soft else module.v_reset)
    begins = module._memories_rv.get("v", float(rest))
    if not isinstance(begins, (int, float)) or begins != float(rest):
        raise Refused(f"its membrane begins at {begins!r:.40}; allowed: at v_reset, {float(rest):g}")
    threshold = floats(module.v_threshold)
    type, found = leaky(1 - share, gain, v_threshold=threshold, v_reset=rest, v_leak=rest)
    if soft and (threshold <= 0).any():
        raise Refused(f"v_threshold {threshold.min():g} with v_reset=None; allowed: above 0")
    return NeuronReading(
        type=type,
        parameters=found,
        reset="subtract" if soft else "zero",
        spike_at=spikes_at_threshold(module.surrogate_function, "surrogate_function"),
        time_axis=0 if module.step_mode == "m" else None,
    )
