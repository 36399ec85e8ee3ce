"""Which floating-point arithmetic is exact for one population.

float32 holds every integer up to 2^24, float64 up to 2^53. Sums of products are exact, whatever their order, while the sums of
all positive and of all negative terms stay inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from litesnn.runtime.exact.sums import Sums
from litesnn.runtime.exact.tensors.words import FLOAT32_EXACT, Packing


@dataclass(frozen=True)
class Arithmetic:
    """How the sums of one population are computed: in multiples of `sums.unit`, in `dtype`, so many samples per word."""

    sums: Sums
    dtype: torch.dtype
    packing: Packing


def arithmetic(sums: Sums, lanes: int) -> Arithmetic:
    """The cheapest arithmetic that is exact, for `lanes` samples side by side."""
    units = sums.largest // sums.unit
    if units >= FLOAT32_EXACT:
        return Arithmetic(sums, torch.float64, Packing())
    return Arithmetic(sums, torch.float32, Packing.for_sums(units, lanes))
