"""The two ways in which the same weights are computed."""

from typing import Literal

Evaluation = Literal["float", "fixed"]
"""`float`: quantized weights, the rest in floating point. `fixed`: all of it in the chip's integers."""
