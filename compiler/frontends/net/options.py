"""What a user may choose where a SLAYER file leaves it open; each field is an option of `litesnn import`."""

from __future__ import annotations

from dataclasses import dataclass

from litesnn.compiler.frontends.options import INPUT_SHAPE, TIMESTEPS, parse_shape
from litesnn.compiler.origin.options import option

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class NetOptions:
    """Choices that a SLAYER file leaves open.

    Attributes
    ----------
    timesteps : steps per sample; the file's tSample / Ts when None, and 16 where it has none
    input_shape : (channels, height, width), for files that do not say it
    reset : True: samples stream back to back and every layer is reset when its next sample arrives (netx's
        `reset_interval`); False: every sample is a run of its own without resets; None: reset where both are the same
    input_bits : width of graded input spikes, their sign included; 0 for binary ones (netx's `input_message_bits`)
    """

    timesteps: int | None = option(None, *TIMESTEPS, least=1)
    input_shape: Shape | None = option(None, *INPUT_SHAPE, parse=parse_shape, metavar="C,H,W")
    reset: bool | None = option(
        None,
        "--reset/--isolated",
        "Samples back to back with staggered resets, or each a run of its own; resets if both are the same.",
    )
    input_bits: int = option(0, "--input-bits", "Width of graded input spikes; 0: binary.", least=0, most=15)
