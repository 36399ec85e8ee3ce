"""A membrane before normalization is folded into its registers."""

from __future__ import annotations

from dataclasses import dataclass

from litesnn.compiler.graph.kinds.registers import Floats


@dataclass(frozen=True, eq=False)
class Analog:
    """What a membrane means before normalization is folded: real threshold, affine normalization, fixed-point resolution.

    `gain` (C,) scales the summed current, None where each edge carries its own; `offset` (C,) is added after it. `bias` (C,)
    is a readout's, in units of its weights. `multiplier_max` bounds the integers that join edges of different gain.
    """

    threshold: float
    membrane_exp: int
    multiplier_max: int = 1
    gain: Floats | None = None
    offset: Floats | None = None
    bias: Floats | None = None
