"""What a known network is built with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from litesnn.compiler.genotype import InputSpec, QuantizerSpec
from litesnn.compiler.genotype.schema import MAX_CLASSES, MAX_TIMESTEPS
from litesnn.errors import GenotypeError

Proved = Literal["proved"]
CELL_BITS, END_BITS = 4, 8


@dataclass(frozen=True)
class NetworkSettings:
    """Settings of a network; the defaults are QP-SNN's, but for first and last layer, which deploy.

    Attributes
    ----------
    input : shape, encoding and quantization of the input
    classes : outputs
    timesteps : T
    bits : of all weights but the first layer's and the readout's; "proved": 4, or the fewer that are certain to fit the accumulators of
        every shipped chip
    first_last_bits : of those two; "proved": 8, or the fewer that are certain to fit; None leaves them in floating point, as published, which cannot be deployed
    width : multiplies every number of channels, rounded, at least 1
    quantizer : its `ends` follows from `first_last_bits`; None is LitE-SNN's
    norm : one normalization per `node` (deploys exactly) or per `edge` (as published)
    """

    input: InputSpec
    classes: int
    timesteps: int = 2
    bits: int | Proved = "proved"
    first_last_bits: int | Proved | None = "proved"
    width: float = 1.0
    quantizer: QuantizerSpec | None = field(default_factory=QuantizerSpec)
    norm: Literal["node", "edge"] = "node"

    def __post_init__(self) -> None:
        for name, value in (("bits", self.cell_bits), ("first_last_bits", self.end_bits)):
            if not 1 <= value <= 8:
                raise GenotypeError(f"{name}: found {value}; allowed: 1 to 8")
        for name, count, most in (("timesteps", self.timesteps, MAX_TIMESTEPS), ("classes", self.classes, MAX_CLASSES)):
            if not 1 <= count <= most:
                raise GenotypeError(f"{name}: found {count}; allowed: a whole number from 1 to {most}")
        if not 0 < self.width <= 16:
            raise GenotypeError(f"width: found {self.width}; allowed: above 0, up to 16")
        if self.first_last_bits is None and self.quantizer is None:
            raise GenotypeError(
                "first_last_bits: found floating point with LitE-SNN's quantizer; allowed: 1 to 8 bits, or a quantizer of QP-SNN"
            )

    @property
    def cell_bits(self) -> int:
        """Bits of the cells, before they are made to fit."""
        return CELL_BITS if self.bits == "proved" else self.bits

    @property
    def end_bits(self) -> int:
        """Bits of first layer and readout, before they are made to fit."""
        if self.first_last_bits is None or self.first_last_bits == "proved":
            return END_BITS
        return self.first_last_bits

    def channels(self, count: int) -> int:
        """A number of channels at this width."""
        return max(1, round(count * self.width))
