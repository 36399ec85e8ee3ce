"""What the frameworks that write NIR files do by default, where the file cannot say it.

Sources: snnTorch `_neurons/leaky.py` and `export_nir.py`; SpikingJelly `activation_based/neuron.py` and `nir_exchange`; norse
`functional/lif_box.py` and `torch/utils/export_nir.py`; sinabs `layers/lif.py`, `activation/reset_mechanism.py` and `nir.py`; Rockpool
`nn/modules/torch/lif_torch.py` and `nir.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

DecayRule = Literal["euler", "exponential"]
Reset = Literal["zero", "subtract", "subtract_next", "none"]
Framework = Literal["snntorch", "spikingjelly", "norse", "sinabs", "rockpool"]


@dataclass(frozen=True)
class Convention:
    """Defaults of one framework.

    Attributes
    ----------
    reset : what a spike does
    spike_at : whether neurons spike at the threshold too
    decay : how a time constant becomes a step
    dt : time step, in the unit of the file's time constants
    besides : what else is taken for granted; empty: nothing
    told : what its neurons are told to send one spike a step, if they send as many as thresholds fit unless told; empty: they send one
    step_in_r : `r` of its files is no gain and holds the time step
    """

    reset: Reset
    spike_at: bool
    decay: DecayRule
    dt: float
    besides: str = ""
    told: str = ""
    step_in_r: bool = False


CONVENTIONS: Mapping[Framework, Convention] = {
    "snntorch": Convention("subtract_next", spike_at=False, decay="euler", dt=1e-4),
    "spikingjelly": Convention("zero", spike_at=True, decay="euler", dt=1e-4),
    "norse": Convention("zero", spike_at=False, decay="euler", dt=1e-6),
    "sinabs": Convention(
        "subtract",
        spike_at=True,
        decay="exponential",
        dt=1.0,
        besides="one spike a step, no lowest membrane",
        told="SingleSpike",
    ),
    "rockpool": Convention(
        "subtract",
        spike_at=True,
        decay="exponential",
        dt=1e-3,
        besides="one spike a step and no noise, and neither biases of neurons nor recurrent weights (w_rec), which "
        "its exporter leaves out",
        told="max_spikes_per_dt=1",
        step_in_r=True,
    ),
}
