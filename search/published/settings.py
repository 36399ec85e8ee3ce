"""What published arrays do not hold: sizes, steps, neuron constants and precision, as options with each paper's defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import InputSpec, NeuronSpec
from litesnn.search.data.arrays import cifar_input


@dataclass(frozen=True)
class Settings:
    """All of them; which ones a kind of arrays takes is in its `Kind`.

    Attributes
    ----------
    input_shape, encoding : of the network's input, (channels, height, width); as in the genotype
    channels : channels of a node of the first cell (before any concatenation)
    timesteps, decay, threshold : neuron and time; a neuron that scales its input by 1/tau has decay 1 - 1/tau, threshold tau * v_th
    bits, keep : weight bits where the arrays give none; fraction of weights kept
    norm : where the normalization stands, as in the genotype
    skip : `conv` builds LitE-SNN's and SpikeDHS's skips as 3x3 convolutions, as their retraining code does; `identity` as the paper
    downsample : of reducing cells, as in the genotype
    hidden : neurons of SNASNet's dense hidden layer
    operations : LightSNN's candidate operations, in the order of its columns
    """

    input_shape: tuple[int, int, int] = (3, 32, 32)
    encoding: Literal["direct", "spikes"] = "direct"
    classes: int = 10
    channels: int = 48
    timesteps: int = 6
    decay: float = 0.2
    threshold: float = 0.5
    bits: int = 8
    keep: float = 1.0
    norm: Literal["node", "edge"] = "edge"
    skip: Literal["conv", "identity"] = "conv"
    downsample: Literal["nearest", "stride"] = "nearest"
    hidden: int = 1024
    operations: tuple[str, ...] = ("none", "nor_conv_3x3", "skip_connect")

    def with_given(self, given: Mapping[str, Any], taken: frozenset[str], kind: str) -> Settings:
        """These with the user's values on top.

        Raises
        ------
        GenotypeError
            For a setting that this kind of arrays has no use for.
        """
        for name in given:
            if name not in taken:
                allowed = ", ".join(_option(field.name) for field in fields(self) if field.name in taken)
                raise GenotypeError(f"{_option(name)}: {kind} arrays have no use for it; allowed: {allowed}")
        return replace(self, **given)

    def input_spec(self) -> InputSpec:
        """The input: CIFAR's normalization for three channels, 0 .. 255 to 0 .. 127 for others, binary for spikes."""
        if self.encoding == "spikes":
            return InputSpec(shape=self.input_shape, encoding="spikes")
        if self.input_shape[0] == 3:
            return cifar_input("cifar100" if self.classes == 100 else "cifar10", self.input_shape)
        return InputSpec(shape=self.input_shape, std=(255.0,), scale=1 / 127, minimum=0, maximum=127)

    def neuron(self) -> NeuronSpec:
        """The neuron."""
        return NeuronSpec(decay=self.decay, threshold=self.threshold)

    def record(self, taken: frozenset[str]) -> dict[str, Any]:
        """The settings that were used, for the genotype's search record."""
        return {name: value for name, value in asdict(self).items() if name in taken}


COMMON = frozenset({"input_shape", "encoding", "classes", "channels", "timesteps", "decay", "threshold", "norm"})
"""What every kind takes."""


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
