"""Weight quantizers: LitE-SNN's Gaussian steps and QP-SNN's rescaled ones, and the one an edge of a genotype has."""

from litesnn.search.quantizer.edge import EdgeQuantizer
from litesnn.search.quantizer.lite import STEP_UNIT, natural_step, nearest_codes, quantize, weight_codes

__all__ = ["STEP_UNIT", "EdgeQuantizer", "natural_step", "nearest_codes", "quantize", "weight_codes"]
