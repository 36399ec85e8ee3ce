"""Weight quantizers: LitE-SNN's Gaussian steps and QP-SNN's rescaled ones, and the one an edge of a genotype has."""

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.search.quantizer.edge import EdgeQuantizer
    from litesnn.search.quantizer.lite import natural_step, nearest_codes, quantize, weight_codes
    from litesnn.search.quantizer.step_units import STEP_UNIT

__all__ = ["STEP_UNIT", "EdgeQuantizer", "natural_step", "nearest_codes", "quantize", "weight_codes"]

__getattr__ = lazily(
    __name__,
    {
        "STEP_UNIT": "step_units",
        "EdgeQuantizer": "edge",
        **dict.fromkeys(("natural_step", "nearest_codes", "quantize", "weight_codes"), "lite"),
    },
)
