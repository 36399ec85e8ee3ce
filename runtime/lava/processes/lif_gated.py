"""The process `LIFGated`: leaky integrate-and-fire neurons that compute in some steps only, as loops on the chip need them."""

from __future__ import annotations

from typing import Any

from litesnn.runtime.lava.processes.lif_vector_vth import LIFVectorVth


class LIFGated(LIFVectorVth):
    """Neurons with an initiation interval and a rest before every reset; while they rest, input is lost and nothing is sent.

    Parameters
    ----------
    initiation_interval : they compute once every so many steps, first in the step of a reset
    open_slots : computations after a reset before they rest until the next; None: no rest
    parameters : as of `LIFVectorVth`; `reset_interval` and `reset_offset` are needed
    """

    def __init__(self, *, initiation_interval: int, open_slots: int | None, **parameters: Any) -> None:
        super().__init__(**parameters, initiation_interval=initiation_interval, open_slots=open_slots)


def computes(time_step: int, parameters: Any) -> bool:
    """Whether neurons with such process parameters compute in a step; Lava counts steps from 1."""
    since_reset = (time_step - parameters["reset_offset"]) % parameters["reset_interval"]
    slot, between = divmod(since_reset, parameters["initiation_interval"])
    return not between and (parameters["open_slots"] is None or slot < parameters["open_slots"])
