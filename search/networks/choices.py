"""What may be chosen of a known network and of its quantizer. Nothing here imports torch or pydantic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

from litesnn.base.errors import GenotypeError
from litesnn.base.settings.bounds import check_settings
from litesnn.base.settings.setting import Setting
from litesnn.search.settings.bounds import MAX_CHANNELS, MAX_SIDE
from litesnn.search.settings.shared import RESET_HELP, NeuronReset


def parse_counts(option: str, text: str) -> tuple[int, ...]:
    """`24,96` as whole numbers; messages name the option."""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise GenotypeError(
            f"{option}: found '{text[:80]}'; allowed: whole numbers with commas between them, 24,96"
        ) from None


def _counts(option: str, text: str, high: int) -> Setting:
    """Of several whole numbers from 1 on."""
    parse = partial(parse_counts, option)
    return Setting(text, low=1, high=high, option=True, flag=f"--{option}", parse=parse, metavar="COUNTS")


@dataclass(frozen=True, kw_only=True)
class NetworkChoices:
    """Of any network."""

    timesteps: Annotated[int, Setting("T, steps per sample.", low=1, high=MAX_SIDE, option=True)] = 2
    width: Annotated[
        float,
        Setting("Multiplies every number of channels, rounded, at least 1.", above=0, high=16, option=True),
    ] = 1.0
    stage_channels: Annotated[
        tuple[int, ...],
        _counts(
            "channels",
            "Residual networks: channels of the stem and of each stage, e.g. 24,96,192,384; 64,128,256,512 if left out.",
            MAX_CHANNELS,
        ),
    ] = ()
    stage_strides: Annotated[
        tuple[int, ...],
        _counts(
            "strides",
            "Residual networks: stride of each stage, e.g. 2,2,2; 1 and then 2 everywhere if left out.",
            MAX_SIDE,
        ),
    ] = ()
    pool: Annotated[
        Literal["global_average", "none"],
        Setting("Before the readout: a spiked average of each channel, or nothing.", option=True),
    ] = "global_average"
    norm: Annotated[
        Literal["node", "edge"],
        Setting(
            "One normalization per node, which deploys exactly; edge: one per convolution, as published.", option=True
        ),
    ] = "node"
    reset: Annotated[NeuronReset, Setting(RESET_HELP, option=True)] = "zero"

    def __post_init__(self) -> None:
        check_settings(self, GenotypeError, NetworkChoices)


@dataclass(frozen=True, kw_only=True)
class QuantizerChoices:
    """Of the quantizer: what the genotype's `QuantizerSpec` calls the same, but for its ends, which follow from their bits."""

    method: Annotated[
        Literal["rescaw", "vanilla", "lite"],
        Setting("QP-SNN's two, or LitE-SNN's Gaussian steps.", option=True, flag="--quantizer"),
    ] = "rescaw"
    scale: Annotated[Literal["mean", "max", "percentile"], Setting("ReScaW's scale of the weights.", option=True)] = (
        "mean"
    )
    percentile: Annotated[float, Setting("Of --scale percentile.", above=0.5, high=1, option=True)] = 0.99
    form: Annotated[
        Literal["A", "B"],
        Setting("B: the scale times (2^b - 1) / 2^(b-1), as later code has it.", option=True),
    ] = "A"
    granularity: Annotated[
        Literal["channel", "tensor"], Setting("One step per output channel, or layer.", option=True)
    ] = "channel"
    straight_through: Annotated[
        Literal["identity", "scaled", "clipped"], Setting("Gradient of a quantized weight.", option=True)
    ] = "identity"

    def __post_init__(self) -> None:
        check_settings(self, GenotypeError)
