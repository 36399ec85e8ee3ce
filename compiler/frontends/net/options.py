"""What a user may choose where a SLAYER file leaves it open; each field is an option of `litesnn import`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from litesnn.base.errors import ImportFileError
from litesnn.base.settings.bounds import check_settings
from litesnn.base.settings.setting import Setting
from litesnn.compiler.frontends.options import CLAMP_DELAYS, INPUT_SHAPE, TIMESTEPS

Shape = tuple[int, int, int]
RecurrentDelay = Literal["leaving", "arriving"]


@dataclass(frozen=True)
class NetOptions:
    """Choices that a SLAYER file leaves open.

    Attributes
    ----------
    timesteps : steps per sample; the file's tSample / Ts when None, and 16 where it has none
    input_shape : (channels, height, width), for files that do not say it
    reset : True: samples stream back to back and every layer is reset when its next sample arrives (netx's
        `reset_interval`); False: every sample is a run of its own without resets; None: reset where both are the same
    input_scale : what the integer 1 is worth where samples are real values; they are rounded and clipped to the input's range
    input_bits : width of graded input spikes, their sign included; 0 for binary ones (netx's `input_message_bits`)
    recurrent_delay : which spikes of a layer that reads itself its `delay` holds back: those that leave it, as SLAYER trains them,
        or those that arrive at it, recurrent ones included, as netx computes them; None: the first, as assumed
    clamp_delays : delays beyond the chip's longest become that, as in netx; otherwise relays carry the spikes on, exactly
    """

    timesteps: Annotated[int | None, TIMESTEPS] = None
    input_shape: Annotated[Shape | None, INPUT_SHAPE] = None
    reset: Annotated[
        bool | None,
        Setting(
            "Samples back to back with staggered resets, or each a run of its own; resets if both are the same.",
            option=True,
            flag="--reset/--isolated",
        ),
    ] = None
    input_bits: Annotated[int, Setting("Width of graded input spikes; 0: binary.", low=0, high=15, option=True)] = 0
    recurrent_delay: Annotated[
        RecurrentDelay | None,
        Setting(
            "Delays of a layer that reads itself: of spikes that leave it (SLAYER; assumed if left out) or arrive at it (netx).",
            option=True,
        ),
    ] = None
    clamp_delays: Annotated[bool, CLAMP_DELAYS] = False

    input_scale: Annotated[
        float | None,
        Setting(
            "What the integer 1 is worth of real-valued input, with --input-bits; --encoding direct of .nir.",
            above=0,
            option=True,
        ),
    ] = None

    def __post_init__(self) -> None:
        check_settings(self, ImportFileError)
