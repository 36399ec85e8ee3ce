"""What published arrays do not hold; fields are settings of `litesnn import`, with the papers' defaults where they are None."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal

from litesnn.base.errors import ImportFileError
from litesnn.base.settings.bounds import check_settings
from litesnn.base.settings.setting import Setting
from litesnn.compiler.frontends.options import INPUT_SHAPE, TIMESTEPS


def whole_bits(text: str) -> int:
    """`--bits` of published arrays: one number."""
    if not text.isdecimal() or not 1 <= int(text) <= 8:
        raise ImportFileError(f"--bits: found '{text}'; allowed with published arrays: 1..8")
    return int(text)


def parse_names(text: str) -> tuple[str, ...]:
    """`A,B,...`."""
    return tuple(part.strip() for part in text.split(","))


@dataclass(frozen=True)
class ArraysOptions:
    """How arrays are read, then the settings of the genotype that they leave open."""

    kind: Annotated[
        str | None, Setting("litesnn, spikedhs, snasnet, lightsnn, autosnn; recognized if left out.", option=True)
    ] = None
    name: Annotated[str | None, Setting("Name of the genotype; the file's name if left out.", option=True)] = None
    weights: Annotated[
        Path | None,
        Setting("State dict of the released code: torch.save of tensors, or .safetensors.", option=True),
    ] = None
    untrained: Annotated[bool, Setting("Write no random weights.", option=True)] = False
    array: Annotated[str | None, Setting("The one array to read, where a file has several.", option=True)] = None
    timesteps: Annotated[int | None, TIMESTEPS] = None
    input_shape: Annotated[tuple[int, int, int] | None, INPUT_SHAPE] = None
    encoding: Annotated[
        Literal["spikes", "direct"] | None, Setting("Input: integers, or spikes per step.", option=True)
    ] = None
    bits: Annotated[int | None, Setting("Weight bits.", option=True, parse=whole_bits)] = None
    classes: Annotated[int | None, Setting("Number of classes.", low=1, option=True)] = None
    channels: Annotated[int | None, Setting("Channels of a node of the first cell.", low=1, option=True)] = None
    decay: Annotated[float | None, Setting("Fraction of the membrane kept per step.", option=True)] = None
    threshold: Annotated[float | None, Setting("Of the neurons, for inputs that are not scaled.", option=True)] = None
    keep: Annotated[float | None, Setting("Fraction of weights kept, per tensor.", option=True)] = None
    norm: Annotated[
        Literal["node", "edge"] | None, Setting("edge: as published; node: deploys exactly.", option=True)
    ] = None
    skip: Annotated[
        Literal["conv", "identity"] | None,
        Setting("LitE-SNN, SpikeDHS: skips as the code or the paper has them.", option=True),
    ] = None
    downsample: Annotated[
        Literal["nearest", "stride"] | None, Setting("LitE-SNN, SpikeDHS: reducing cells.", option=True)
    ] = None
    hidden: Annotated[int | None, Setting("SNASNet, LightSNN: neurons of the hidden layer.", low=1, option=True)] = None
    operations: Annotated[
        tuple[str, ...] | None,
        Setting(
            "LightSNN: candidate operations in the order of the columns.",
            option=True,
            parse=parse_names,
            metavar="A,B,...",
        ),
    ] = None

    def __post_init__(self) -> None:
        check_settings(self, ImportFileError)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the genotype that were given."""
        reading = ("kind", "name", "weights", "untrained", "array")
        found = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in reading}
        return {name: value for name, value in found.items() if value is not None}
