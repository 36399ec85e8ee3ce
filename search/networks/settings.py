"""What a known network is built with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import InputSpec, QuantizerSpec
from litesnn.compiler.genotype.schema import MAX_CLASSES
from litesnn.search.networks.choices import NetworkChoices

Proved = Literal["proved"]
CELL_BITS, END_BITS = 4, 8


@dataclass(frozen=True)
class NetworkSettings(NetworkChoices):
    """Settings of a network; the defaults are QP-SNN's, but for first and last layer, which deploy.

    Attributes
    ----------
    input : shape, encoding and quantization of the input
    classes : outputs
    bits : of all weights but the first layer's and the readout's; "proved": 4, or the fewer that are certain to fit the accumulators of
        every shipped chip
    first_last_bits : of those two; "proved": 8, or the fewer that are certain to fit; None leaves them in floating point, as
        published, which cannot be deployed
    quantizer : its `ends` follows from `first_last_bits`; None is LitE-SNN's
    """

    input: InputSpec
    classes: int
    bits: int | Proved = field(default="proved", kw_only=True)
    first_last_bits: int | Proved | None = field(default="proved", kw_only=True)
    quantizer: QuantizerSpec | None = field(default_factory=QuantizerSpec, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, value in (("bits", self.cell_bits), ("first_last_bits", self.end_bits)):
            if not 1 <= value <= 8:
                raise GenotypeError(f"{name}: found {value}; allowed: 1 to 8")
        if not 1 <= self.classes <= MAX_CLASSES:
            raise GenotypeError(f"classes: found {self.classes}; allowed: a whole number from 1 to {MAX_CLASSES}")
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
