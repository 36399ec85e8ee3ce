"""Which margins the slices of a population may have.

A margin is as wide as the kernels reach beyond a slice, and no wider: less saves few lists, more saves none.
"""

from __future__ import annotations

from itertools import product

from litesnn.compiler.mapping.spacing import NO_SPACING, Spacing
from litesnn.compiler.mapping.usage import Demand


def spacings_of(demand: Demand) -> list[Spacing]:
    """No margins, and where a core's lists are those of kernels alone, margins along either axis and both."""
    if (
        not demand.limits.margins
        or demand.compartments > 1
        or not demand.splits_space
        or not demand.fans
        or not all(fan.classed for fan in demand.fans)
    ):
        return [NO_SPACING]
    spacings = [Spacing(*axes) for axes in product((False, True), repeat=2)]
    # Turned by a right angle, cuts take the same, but for what stands before a slice.
    turned = all(fan.rows == fan.columns for fan in demand.fans)
    return [spacing for spacing in spacings if not (turned and spacing.rows and not spacing.columns)]
