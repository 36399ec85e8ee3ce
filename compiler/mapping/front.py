"""Of points that are better the less they are in every respect, those that no other one is at least as good as."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
SAME = 1e-9  # relative: values this near to each other are equal
BLOCK = 64  # points that are compared at once


def front(points: npt.NDArray[np.float64], allowed: Callable[[int], bool] = lambda point: True) -> Ints:
    """Numbers of the points (points, respects) that are kept, ascending; of equal ones the first.

    `allowed`: whether a point counts at all; asked for those alone that no other one so far is as good as.
    """
    order = np.lexsort((points.sum(axis=1), points[:, 0]))
    kept: Ints = order[:0]
    for block in np.split(order, range(BLOCK, len(order), BLOCK)):
        left = block[~_beaten(points[kept], points[block]).any(axis=0)]
        earlier = np.triu(_beaten(points[left], points[left]), 1)
        new: list[int] = []
        for i, point in enumerate(left.tolist()):
            if not earlier[new, i].any() and allowed(point):
                new.append(i)
        kept = np.concatenate([kept, left[new]])
    return np.sort(kept)


def _beaten(points: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which points are as good as which others: (points, others)."""
    limits = others.T * (1 + SAME)
    beaten = np.ones((len(points), len(others)), bool)
    for values, most in zip(points.T, limits, strict=True):
        beaten &= values[:, None] <= most
    return beaten
