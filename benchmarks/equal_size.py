"""Networks of equal cost: the fraction of weights that cells keep, scaled until a measure of the network meets a target."""

from __future__ import annotations

from collections.abc import Callable

from litesnn.compiler.genotype import Genotype

Measure = Callable[[Genotype], float]

_HALVINGS = 12


def scaled_keep(genotype: Genotype, factor: float) -> Genotype:
    """The genotype with every cell keeping `factor` times its fraction of weights, at most all; stem and readout stay."""
    cells = tuple(cell.model_copy(update={"keep": min(1.0, cell.keep * factor)}) for cell in genotype.cells)
    return genotype.model_copy(update={"cells": cells})


def fitted_keep(genotype: Genotype, measure: Measure, target: float) -> Genotype:
    """The genotype whose `measure`, which grows with the kept weights, comes nearest to `target` from below.

    Where even all weights stay below the target, all are kept; where none are few enough, almost none.
    """
    high = 1 / min(cell.keep for cell in genotype.cells)
    low = high / 2**_HALVINGS
    if measure(scaled_keep(genotype, high)) <= target:
        return scaled_keep(genotype, high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if measure(scaled_keep(genotype, middle)) <= target:
            low = middle
        else:
            high = middle
    return scaled_keep(genotype, low)
