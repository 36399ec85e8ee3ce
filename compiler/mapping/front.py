"""Of points that are better the less they are in every respect, those that no other one is at least as good as."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
SAME = 1e-9  # relative: values this near to each other are equal
BLOCK = 256  # points that are compared at once


def front(points: npt.NDArray[np.float64]) -> Ints:
    """Numbers of the points (points, respects) that are kept, ascending; of equal ones the first."""
    kept: list[int] = []
    order = np.lexsort((points.sum(axis=1), points[:, 0]))
    for block in np.split(order, range(BLOCK, len(order), BLOCK)):
        first, left = len(kept), block[~_beaten(points[kept], points[block])]
        for i in left.tolist():
            if not _beaten(points[kept[first:]], points[[i]])[0]:
                kept.append(i)
    return np.array(sorted(kept), np.int64)


def _beaten(kept: npt.NDArray[np.float64], points: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which points some kept one is as good as."""
    beaten: npt.NDArray[np.bool_] = (kept[None] <= points[:, None] * (1 + SAME)).all(axis=2).any(axis=1)
    return beaten
