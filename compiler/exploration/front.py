"""The Pareto front: rows that no other row beats."""

from __future__ import annotations

from collections.abc import Sequence

from litesnn.compiler.exploration.document import Row

OBJECTIVES = ("cores", "memory_bits", "latency")
"""Less is better, of each."""


def front(rows: Sequence[Row]) -> tuple[int, ...]:
    """Numbers of the rows that fit and of which none that fits is better in one objective and as good in all; equals stay together."""
    points = {
        number: tuple(getattr(row.figures, name) for name in OBJECTIVES)
        for number, row in enumerate(rows)
        if row.fits and row.figures is not None
    }
    distinct = set(points.values())
    best = {
        point
        for point in distinct
        if not any(other != point and all(map(int.__le__, other, point)) for other in distinct)
    }
    return tuple(number for number, point in points.items() if point in best)
