"""sinabs's neurons: i = a_syn (i + x), v = a_mem v + i (or (1 - a_mem) i), with a = exp(-1 / tau); spikes at the threshold.

Source: sinabs 3.1.3 `layers/functional/lif.py`, `activation/spike_generation.py`, `reset_mechanism.py`. Its defaults send several
spikes a step (MultiSpike), which no binary spike can say.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from litesnn.compiler.frontends.real.conventions import Reset
from litesnn.jobs.from_torch.neurons.reading import Floats, NeuronReading, Refused, current, floats, leaky


def lif(module: Any) -> NeuronReading:
    """`LIF`, `IAF`, `LIFSqueeze`, `IAFSqueeze`."""
    if _spike_function(module) not in ("SingleSpike", "MaxSpike of 1"):
        raise Refused(
            f"spike_fn is {_spike_function(module)}; allowed: SingleSpike, for a neuron of the chip sends one spike a step: set "
            "spike_fn=sinabs.activation.SingleSpike"
        )
    threshold = floats(module.spike_threshold)
    return _read(module, _reset(module, threshold), v_threshold=threshold, v_reset=np.zeros(()))


def exp_leak(module: Any) -> NeuronReading:
    """`ExpLeak`, `ExpLeakSqueeze`: a leaky integrator."""
    return _read(module, None)


def _read(module: Any, reset: Reset | None, **parameters: Any) -> NeuronReading:
    if module.min_v_mem is not None:
        raise Refused(
            f"min_v_mem is {floats(module.min_v_mem).min():g}, a lowest membrane, which no neuron of the chip has; allowed: set "
            "min_v_mem=None"
        )
    keeps, arriving = floats(module.alpha_mem_calculated), module.alpha_syn_calculated
    if arriving is not None:
        parameters = {**current(floats(arriving), floats(arriving)), **parameters}
    gain: Floats | float = 1 - keeps if module.norm_input else 1.0
    type, found = leaky(keeps, gain, **parameters)
    return NeuronReading(
        type=type,
        parameters=found,
        reset=reset,
        spike_at=None if reset is None else True,
        time_axis=1,
        squeezed=module.__class__.__name__.endswith("Squeeze"),
    )


def _spike_function(module: Any) -> str:
    function = module.spike_fn
    if getattr(function, "max_num_spikes_per_bin", None) is not None:
        return f"MaxSpike of {function.max_num_spikes_per_bin}"
    return str(getattr(function, "__name__", type(function).__name__))


def _reset(module: Any, threshold: Floats) -> Reset:
    function = module.reset_fn
    name = type(function).__name__
    if name == "MembraneReset" and function.reset_value == 0:
        return "zero"
    if name == "MembraneSubtract" and (
        function.subtract_value is None or (floats(function.subtract_value) == threshold).all()
    ):
        return "subtract"
    raise Refused(
        f"reset_fn is {function!r:.80}; allowed: MembraneSubtract() of the threshold, or MembraneReset() to 0"
    )
