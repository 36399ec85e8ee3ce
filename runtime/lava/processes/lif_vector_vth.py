"""The process `LIFVectorVth`: Lava's `LIF` and `LIFReset`, whose threshold is one number, with a threshold per neuron."""

from __future__ import annotations

from typing import Any

from lava.magma.core.process.variable import Var
from lava.proc.lif.process import AbstractLIF


class LIFVectorVth(AbstractLIF):  # type: ignore[misc]
    """Leaky integrate-and-fire neurons with one threshold each and, where wanted, periodic reset.

    Parameters
    ----------
    vth : (n,) thresholds, 0..2^17 - 1; a neuron spikes where v > vth << 6
    reset_interval, reset_offset : u and v are cleared before the update where `time_step % interval == offset`; interval None:
        never
    parameters : `shape`, `u`, `v`, `du`, `dv`, `bias_mant`, `bias_exp`, `name`, `log_config` as in Lava's `LIF`
    """

    def __init__(
        self, *, vth: Any, reset_interval: int | None = None, reset_offset: int | None = None, **parameters: Any
    ) -> None:
        defaults: dict[str, Any] = {"u": 0, "v": 0, "name": None, "log_config": None}
        super().__init__(**{**defaults, **parameters}, reset_interval=reset_interval, reset_offset=reset_offset)
        self.vth = Var(shape=self.v.shape, init=vth)
