"""What published arrays do not hold; fields are options of `litesnn import`, with the papers' defaults where they are None."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.options import INPUT_SHAPE, TIMESTEPS, parse_shape
from litesnn.compiler.origin.options import option


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

    kind: str | None = option(None, "--kind", "litesnn, spikedhs, snasnet, lightsnn, autosnn; recognized if left out.")
    name: str | None = option(None, "--name", "Name of the genotype; the file's name if left out.")
    weights: Path | None = option(
        None, "--weights", "State dict of the released code: torch.save of tensors, or .safetensors."
    )
    untrained: bool = option(False, "--untrained", "Write no random weights.")
    array: str | None = option(None, "--array", "The one array to read, where a file has several.")
    timesteps: int | None = option(None, *TIMESTEPS, least=1)
    input_shape: tuple[int, int, int] | None = option(None, *INPUT_SHAPE, parse=parse_shape, metavar="C,H,W")
    encoding: Literal["spikes", "direct"] | None = option(None, "--encoding", "Input: integers, or spikes per step.")
    bits: int | None = option(None, "--bits", "Weight bits.", parse=whole_bits)
    classes: int | None = option(None, "--classes", "Number of classes.", least=1)
    channels: int | None = option(None, "--channels", "Channels of a node of the first cell.", least=1)
    decay: float | None = option(None, "--decay", "Fraction of the membrane kept per step.")
    threshold: float | None = option(None, "--threshold", "Of the neurons, for inputs that are not scaled.")
    keep: float | None = option(None, "--keep", "Fraction of weights kept, per tensor.")
    norm: Literal["node", "edge"] | None = option(None, "--norm", "edge: as published; node: deploys exactly.")
    skip: Literal["conv", "identity"] | None = option(
        None, "--skip", "LitE-SNN, SpikeDHS: skips as the code or the paper has them."
    )
    downsample: Literal["nearest", "stride"] | None = option(
        None, "--downsample", "LitE-SNN, SpikeDHS: reducing cells."
    )
    hidden: int | None = option(None, "--hidden", "SNASNet, LightSNN: neurons of the hidden layer.", least=1)
    operations: tuple[str, ...] | None = option(
        None,
        "--operations",
        "LightSNN: candidate operations in the order of the columns.",
        parse=parse_names,
        metavar="A,B,...",
    )

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the genotype that were given."""
        reading = ("kind", "name", "weights", "untrained", "array")
        found = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in reading}
        return {name: value for name, value in found.items() if value is not None}
