"""Power-of-two snapping: the edges that meet at one membrane get units that are exact powers of two apart.

With `norm: node` all edges of a node share one normalization, so their values of code 1 (h, `docs/numbers.md`) must be powers
of two times a common unit; then the integer weights are shifts of the codes and nothing is rounded at deployment. Steps per
output channel are snapped channel by channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SPREAD = 2
"""Powers of two by which the channels of an edge may lie above or below their median: weights grow by at most 4 bits."""


@dataclass(frozen=True)
class UnsnappedEdge:
    """What snapping needs to know of an edge.

    Attributes
    ----------
    step : quantizer step as the weights give it, or twice the natural value for edges without weights; a number, or (C_out,)
    factor : the input scale where the edge reads a direct input, else 1
    weighted : has trained weights
    """

    step: float | Floats
    factor: float
    weighted: bool


def snap_steps(edges: Sequence[UnsnappedEdge]) -> list[Floats]:
    """Steps whose `step / 2 * factor` are exact powers of two apart, each nearest (in log2) to its unsnapped value.

    The reference keeps its step: the first edge with weights, or the first edge. Where some edges have a factor, it is taken
    among those: the product with the factor is rounded once there and the others inherit the rounded value exactly. Where
    several edges meet, channels more than `SPREAD` powers of two from their edge's median are brought to that distance.
    """
    reference = _reference(edges)
    own = np.asarray(reference.step, np.float64)
    if len(edges) > 1:
        own = np.clip(own, np.median(own) * 2.0**-SPREAD, np.median(own) * 2.0**SPREAD)
    unit = own / 2 * reference.factor
    steps = []
    for edge in edges:
        exponent = np.rint(np.log2(np.asarray(edge.step) / 2 * edge.factor / unit))
        middle = np.rint(np.median(exponent))
        exponent = np.clip(exponent, middle - SPREAD, middle + SPREAD).astype(np.int64)
        base = own if edge.factor == reference.factor else 2 * unit
        steps.append(np.ldexp(base, exponent))
    return steps


def _reference(edges: Sequence[UnsnappedEdge]) -> UnsnappedEdge:
    scaled = [edge for edge in edges if edge.factor != 1.0] or list(edges)
    weighted = [edge for edge in scaled if edge.weighted]
    return (weighted or scaled)[0]
