"""What a user may choose when real values become integers: widths, scale rule, time step, input coding; fields are settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from litesnn.base.cards.shown import Brief
from litesnn.base.errors import ImportFileError
from litesnn.base.settings.bounds import check_settings
from litesnn.base.settings.setting import Setting
from litesnn.compiler.frontends.options import CLAMP_DELAYS, INPUT_SHAPE, TIMESTEPS
from litesnn.compiler.frontends.real.conventions import CONVENTIONS, Convention, DecayRule, Framework, Reset
from litesnn.compiler.frontends.real.weight_options import (
    BY_CHANNEL,
    WIDEST,
    WeightBits,
    WeightScales,
    parse_bits,
    parse_scales,
)
from litesnn.compiler.need import Need

ScaleRule = Literal["max", "percentile", "mse"]


@dataclass(frozen=True)
class ValueRange:
    """Integers from `low` to `high`, both included."""

    low: int = -128
    high: int = 127

    def __str__(self) -> str:
        return f"{self.low}..{self.high}"


def parse_range(text: str) -> ValueRange:
    """`LOW..HIGH`; `ImportFileError` for anything else."""
    try:
        low, high = (int(part) for part in text.split(".."))
    except ValueError:
        raise ImportFileError(f"--input-range: found '{text}'; allowed: LOW..HIGH, e.g. -128..127") from None
    return ValueRange(low, high)


@dataclass(frozen=True)
class InputCoding:
    """How the network is fed: binary spikes per step, or integers of a range, each worth `scale`, held for all steps."""

    encoding: Annotated[
        Literal["spikes", "direct"],
        Setting("Input of .nir and arrays: integers held for all steps, or spikes per step.", option=True),
    ] = "spikes"
    range: Annotated[
        ValueRange,
        Setting(
            "For --encoding direct: the integers.",
            option=True,
            flag="--input-range",
            parse=parse_range,
            metavar="LOW..HIGH",
        ),
    ] = ValueRange()
    scale: Annotated[
        float, Setting("For --encoding direct: what the integer 1 is worth.", option=True, flag="--input-scale")
    ] = 1.0


@dataclass(frozen=True, repr=False)
class RealOptions(Brief):
    """Choices that a file leaves open; what the file itself says goes first where it says it.

    Attributes
    ----------
    timesteps : steps per sample where the input does not say
    bits, need : widths of weights, and for those by need what they may cost
    scale_per : whether output channels of spiking layers may have steps of their own; weights on a grid keep it in either case
    scale_rule, percentile : a weight step from the largest magnitude, from a percentile of the magnitudes, or the step of least
        squared error
    dt : the time step in the file's unit of time; None: from the file (see `time_step.time_step`)
    decay : Euler's 1 - dt/tau, as snnTorch and norse compute it, or exp(-dt/tau), as sinabs and Rockpool do; None: Euler's, as assumed
    framework : that wrote the file: what it does by default is taken where neither the file nor another option says it
    reset : how the writing framework resets, where the file does not say; NIR's own definition is to v_reset ("zero"), which None
        assumes. By subtraction of the threshold at the spike ("subtract"), or with the next update, after its decay
        ("subtract_next"); or not at all ("none")
    spike_at : whether neurons spike at the threshold too, as SpikingJelly's, sinabs's and Rockpool's do; None: only above it, as NIR defines
        it, as assumed
    approximate : neurons of the chip's fixed unit alone: reset by subtraction becomes one to zero, a threshold that is spiked at
        one unit less
    clamp_delays : delays beyond the chip's longest become that; otherwise relays carry the spikes on, exactly
    """

    timesteps: Annotated[int, TIMESTEPS] = 16
    input_shape: Annotated[tuple[int, ...] | None, INPUT_SHAPE] = None
    bits: Annotated[
        WeightBits,
        Setting(
            "Weight bits of .nir and arrays; of .nir also by node: 8,conv1=4; or auto: by measured need, with --input.",
            option=True,
            parse=parse_bits,
        ),
    ] = WIDEST
    need: Need = field(default_factory=Need)
    scale_rule: Annotated[
        ScaleRule,
        Setting(
            "Weight step: from the largest weight, a percentile, or the least squared error.",
            option=True,
            flag="--scale",
        ),
    ] = "max"
    scale_per: Annotated[
        WeightScales,
        Setting(
            "Weight steps: one for each output channel where that rounds less, or one a layer; also by node: channel,fc1=layer.",
            option=True,
            parse=parse_scales,
        ),
    ] = BY_CHANNEL
    percentile: Annotated[
        float, Setting("For --scale percentile: of the weights' magnitudes.", above=0, high=100, option=True)
    ] = 99.9
    framework: Annotated[
        Framework | None,
        Setting(
            "That wrote the file: its reset, comparison, decay rule and time step are taken where nothing else says them.",
            option=True,
        ),
    ] = None
    dt: Annotated[
        float | None,
        Setting("Time step in the file's unit of time; snnTorch 1e-4, norse 1e-6, sinabs 1.", above=0, option=True),
    ] = None
    decay: Annotated[
        DecayRule | None,
        Setting(
            "Decay per step: 1 - dt/tau (snnTorch, norse; assumed if left out) or exp(-dt/tau) (sinabs, Rockpool).",
            option=True,
            flag="--decay-rule",
        ),
    ] = None
    reset: Annotated[
        Reset | None,
        Setting(
            "What a spike does, where the file does not say: set to v_reset (zero, assumed), subtract the threshold at once "
            "or with the next update (subtract, subtract_next), or nothing (none).",
            option=True,
            flag="--reset-kind",
        ),
    ] = None
    spike_at: Annotated[
        bool | None,
        Setting(
            "Neurons spike at the threshold too (SpikingJelly, sinabs, Rockpool), or only above it, which is assumed if left out.",
            option=True,
            flag="--spike-at/--spike-above",
        ),
    ] = None
    approximate: Annotated[
        bool,
        Setting(
            "Neurons of the chip's fixed unit alone: subtraction becomes reset to zero, spiking at a threshold above one unit less.",
            option=True,
        ),
    ] = False
    clamp_delays: Annotated[bool, CLAMP_DELAYS] = False
    input: InputCoding = field(default_factory=InputCoding)

    @property
    def convention(self) -> Convention | None:
        """What the framework does by default; None where it is not known."""
        return None if self.framework is None else CONVENTIONS[self.framework]

    @property
    def decay_taken(self) -> DecayRule | None:
        """The chosen rule, or the framework's; None: neither is known."""
        return self.decay or (self.convention.decay if self.convention else None)

    @property
    def decay_rule(self) -> DecayRule:
        """The rule that is taken; Euler's where none is known."""
        return self.decay_taken or "euler"

    @property
    def reset_taken(self) -> Reset | None:
        """The chosen reset, or the framework's; None: neither is known."""
        return self.reset or (self.convention.reset if self.convention else None)

    @property
    def spike_at_taken(self) -> bool | None:
        """The chosen comparison, or the framework's; None: neither is known."""
        return self.convention.spike_at if self.spike_at is None and self.convention else self.spike_at

    def __post_init__(self) -> None:
        check_settings(self, ImportFileError)
        low, high = self.input.range.low, self.input.range.high
        if not low < high or not 0 < self.input.scale < float("inf"):
            raise ImportFileError(
                f"input: found {low}..{high} of {self.input.scale:g} each; allowed: minimum below maximum, a positive scale"
            )
        if low < -128 or high > 255:
            raise ImportFileError(f"input: found {low}..{high}; allowed: within -128..255 (8 bits, signed or not)")
