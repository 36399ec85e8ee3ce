"""NIR files (neuroir.org): read within limits, made discrete, quantized, lowered to a graph of integers."""

from litesnn.compiler.frontends.nir.options import InputCoding, NirOptions, parse_bits
from litesnn.compiler.frontends.nir.read import read_nir

__all__ = ["InputCoding", "NirOptions", "parse_bits", "read_nir"]
