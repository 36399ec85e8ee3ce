"""What a user may choose when a NIR file becomes integers: widths, scale rule, time step, input coding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from litesnn.compiler.frontends.support import check_timesteps
from litesnn.errors import ImportFileError

ScaleRule = Literal["max", "percentile", "mse"]
DecayRule = Literal["euler", "exponential"]
Reset = Literal["zero", "subtract"]
BITS_MIN, BITS_MAX, BITS_DEFAULT = 2, 8, 8


@dataclass(frozen=True)
class InputCoding:
    """How the network is fed: binary spikes per step, or integers minimum..maximum, each worth `scale`, held for all steps."""

    encoding: Literal["spikes", "direct"] = "spikes"
    minimum: int = -128
    maximum: int = 127
    scale: float = 1.0


@dataclass(frozen=True)
class NirOptions:
    """Choices that a NIR file leaves open; what the file itself says goes first where it says it.

    Attributes
    ----------
    bits : width of signed weight codes, by the name of the weight node; `default_bits` elsewhere. b bits are -(2^(b-1) - 1) ..
        2^(b-1) - 1
    scale_rule, percentile : a weight step from the largest magnitude, from a percentile of the magnitudes, or the step of least
        squared error
    dt : the time step in the file's unit of time; None: from the file (see `time_step.time_step`)
    decay : Euler's 1 - dt/tau, as snnTorch and norse compute it, or exp(-dt/tau), as sinabs does; None: Euler's, as assumed
    reset : how the writing framework resets, where the file does not say; NIR's own definition is to v_reset ("zero"), which None
        assumes
    spike_at : whether neurons spike at the threshold too, as SpikingJelly's and sinabs's do; None: only above it, as NIR defines
        it, as assumed
    approximate : take over reset by subtraction as the chip's reset to zero instead of refusing it
    timesteps : steps per sample where the input does not say
    """

    bits: Mapping[str, int] = field(default_factory=dict)
    default_bits: int = BITS_DEFAULT
    scale_rule: ScaleRule = "max"
    percentile: float = 99.9
    dt: float | None = None
    decay: DecayRule | None = None
    reset: Reset | None = None
    spike_at: bool | None = None
    approximate: bool = False
    timesteps: int = 16
    input: InputCoding = field(default_factory=InputCoding)
    input_shape: tuple[int, ...] | None = None

    @property
    def decay_rule(self) -> DecayRule:
        """The chosen rule, or Euler's."""
        return self.decay or "euler"

    def __post_init__(self) -> None:
        if not 0 < self.percentile <= 100:
            raise ImportFileError(f"percentile: found {self.percentile:g}; allowed: above 0, up to 100")
        if self.dt is not None and not 0 < self.dt < float("inf"):
            raise ImportFileError(f"dt: found {self.dt:g}; allowed: a positive time, in the file's unit")
        check_timesteps(self.timesteps, "timesteps")
        if not self.input.minimum < self.input.maximum or not 0 < self.input.scale < float("inf"):
            raise ImportFileError(
                f"input: found {self.input.minimum}..{self.input.maximum} of {self.input.scale:g} each; allowed: minimum below "
                "maximum, a positive scale"
            )
        if self.input.minimum < -128 or self.input.maximum > 127:
            raise ImportFileError(
                f"input: found {self.input.minimum}..{self.input.maximum}; allowed: within -128..127 (8 bits)"
            )


def parse_bits(text: str) -> tuple[int, dict[str, int]]:
    """`8`, `conv1=4,fc=8` or `6,conv1=4`: the default width and the widths by weight node.

    Raises
    ------
    ImportFileError
        For anything else, with what stood there.
    """
    default, named = BITS_DEFAULT, {}
    for part in text.split(","):
        name, equals, value = part.rpartition("=")
        try:
            bits = int(value)
        except ValueError:
            bits = 0
        if not BITS_MIN <= bits <= BITS_MAX or (equals and not name.strip()):
            raise ImportFileError(
                f"bits: found '{part}'; allowed: BITS or NODE=BITS with {BITS_MIN}..{BITS_MAX} bits, e.g. 8,conv1=4"
            )
        if equals:
            named[name.strip()] = bits
        else:
            default = bits
    return default, named
