"""Power-of-two snapping: the edges that meet at one membrane get units that are exact powers of two apart.

With `norm: node` all edges of a node share one normalization, so their values of code 1 (h, `docs/numbers.md`) must be powers
of two times a common unit; then the integer weights are shifts of the codes and nothing is rounded at deployment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ldexp, log2


@dataclass(frozen=True)
class UnsnappedEdge:
    """What snapping needs to know of an edge.

    Attributes
    ----------
    step : quantizer step as the weights give it, or twice the natural value for edges without weights
    factor : the input scale where the edge reads a direct input, else 1
    weighted : has trained weights
    """

    step: float
    factor: float
    weighted: bool


def snap_steps(edges: Sequence[UnsnappedEdge]) -> list[float]:
    """Steps whose `step / 2 * factor` are exact powers of two apart, each nearest (in log2) to its unsnapped value.

    The reference keeps its step: the first edge with weights, or the first edge. Where some edges have a factor, it is taken
    among those: the product with the factor is rounded once there and the others inherit the rounded value exactly.
    """
    reference = _reference(edges)
    unit = reference.step / 2 * reference.factor
    steps = []
    for edge in edges:
        exponent = round(log2(edge.step / 2 * edge.factor / unit))
        base = reference.step if edge.factor == reference.factor else 2 * unit
        steps.append(ldexp(base, exponent))
    return steps


def _reference(edges: Sequence[UnsnappedEdge]) -> UnsnappedEdge:
    scaled = [edge for edge in edges if edge.factor != 1.0] or list(edges)
    weighted = [edge for edge in scaled if edge.weighted]
    return (weighted or scaled)[0]
