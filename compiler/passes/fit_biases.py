"""Biases in a narrower register: the same value with another mantissa and exponent, where the profile's register holds it so.

Folding gives a bias the smallest exponent that the registers of all engines allow. A chip with fewer mantissa bits may still hold
the value with a larger exponent, one with fewer exponents with a larger mantissa. No value changes; one that the chip cannot
hold is left as it is, for rule LSN-BIAS.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from litesnn.compiler.graph import BIAS_EXP_MAX, BIAS_MANT_MAX, Graph, Membranes, Population, SigmaDelta
from litesnn.compiler.passes.base import Pass
from litesnn.compiler.profile import Profile, known


@dataclass(frozen=True)
class FitBiases(Pass):
    """Give every bias that is beyond the profile's register a mantissa and exponent within it, if the value has such."""

    profile: Profile
    name = "fit-biases"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        return graph.rebuild([self._fitted(population) for population in graph.populations], graph.blocks)

    def _fitted(self, population: Population) -> Population:
        if not isinstance(population, Membranes) or isinstance(population, SigmaDelta) or population.bias_mant is None:
            return population
        assert population.bias_exp is not None
        neuron = self.profile.neuron
        bits = known(neuron.bias_mant_bits, "neuron.bias_mant_bits", self.profile.name)
        most = min(2 ** (bits - 1) - 1, BIAS_MANT_MAX)
        exponents = neuron.bias_exp_bits.value
        last = BIAS_EXP_MAX if exponents is None else min(2**exponents - 1, BIAS_EXP_MAX)
        mantissa, exponent = population.bias_mant, population.bias_exp
        beyond = (np.abs(mantissa) > most) | (exponent > last)
        if not beyond.any():
            return population
        for candidate in range(last + 1):
            shifted = population.bias >> candidate
            fits = beyond & (shifted << candidate == population.bias) & (np.abs(shifted) <= most)
            mantissa, exponent = np.where(fits, shifted, mantissa), np.where(fits, candidate, exponent)
            beyond &= ~fits
        return replace(population, bias_mant=mantissa, bias_exp=exponent)
