"""What the frameworks that write NIR files do by default, where the file cannot say it.

Sources: snnTorch `_neurons/leaky.py` and `export_nir.py`; SpikingJelly `activation_based/neuron.py` and `nir_exchange`; norse
`functional/lif_box.py` and `torch/utils/export_nir.py`; sinabs `layers/lif.py`, `activation/reset_mechanism.py` and `nir.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

DecayRule = Literal["euler", "exponential"]
Reset = Literal["zero", "subtract", "subtract_next", "none"]
Framework = Literal["snntorch", "spikingjelly", "norse", "sinabs"]


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
    """

    reset: Reset
    spike_at: bool
    decay: DecayRule
    dt: float
    besides: str = ""


CONVENTIONS: Mapping[Framework, Convention] = {
    "snntorch": Convention("subtract_next", spike_at=False, decay="euler", dt=1e-4),
    "spikingjelly": Convention("zero", spike_at=True, decay="euler", dt=1e-4),
    "norse": Convention("zero", spike_at=False, decay="euler", dt=1e-6),
    "sinabs": Convention(
        "subtract", spike_at=True, decay="exponential", dt=1.0, besides="one spike a step, no lowest membrane"
    ),
}
