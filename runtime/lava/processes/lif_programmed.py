"""The process `LIFProgrammed`: leaky integrate-and-fire neurons beyond Lava's `LIF` and `LIFReset`, each with constants of its own."""

from __future__ import annotations

from typing import Any

from lava.magma.core.process.variable import Var
from lava.proc.lif.process import AbstractLIF


class LIFProgrammed(AbstractLIF):  # type: ignore[misc]
    """Neurons with a threshold and decays each, a reset of choice and, where wanted, periodic resets and gates.

    Parameters
    ----------
    vth : (n,) thresholds in membrane units, 0..2^23 - 1; a neuron spikes where v > vth, or v >= vth with `spike_at`
    du, dv : (n,) decays of 4096, as Lava's
    reset : what a spike does: `zero` sets v to 0, `subtract` subtracts vth, `subtract_next` subtracts it in the next update, after
        the decay, `none` nothing
    reset_interval, reset_offset : u and v are cleared before the update where `time_step % interval == offset`; interval None:
        never
    initiation_interval : they compute once every so many steps, first in the step of a reset, and rest in between
    open_slots : computations after a reset before they rest until the next; None: no rest. While they rest, what arrives is lost,
        nothing is sent and state is held
    parameters : `shape`, `u`, `v`, `bias_mant`, `bias_exp`, `name`, `log_config` as in Lava's `LIF`
    """

    def __init__(
        self,
        *,
        vth: Any,
        du: Any,
        dv: Any,
        reset: str = "zero",
        spike_at: bool = False,
        reset_interval: int | None = None,
        reset_offset: int | None = None,
        initiation_interval: int = 1,
        open_slots: int | None = None,
        **parameters: Any,
    ) -> None:
        defaults: dict[str, Any] = {"u": 0, "v": 0, "name": None, "log_config": None}
        super().__init__(
            **{**defaults, **parameters},
            du=du,
            dv=dv,
            reset=reset,
            spike_at=spike_at,
            reset_interval=reset_interval,
            reset_offset=reset_offset,
            initiation_interval=initiation_interval,
            open_slots=open_slots,
        )
        self.vth, self.du, self.dv = (Var(shape=self.v.shape, init=constant) for constant in (vth, du, dv))


def resets(time_step: int, parameters: Any) -> bool:
    """Whether neurons with such process parameters are cleared before a step; Lava counts steps from 1."""
    interval = parameters["reset_interval"]
    return bool(interval) and (time_step - parameters["reset_offset"]) % interval == 0


def computes(time_step: int, parameters: Any) -> bool:
    """Whether neurons with such process parameters compute in a step."""
    if parameters["initiation_interval"] == 1 and parameters["open_slots"] is None:
        return True
    since_reset = (time_step - parameters["reset_offset"]) % parameters["reset_interval"]
    slot, between = divmod(since_reset, parameters["initiation_interval"])
    return not between and (parameters["open_slots"] is None or slot < parameters["open_slots"])
