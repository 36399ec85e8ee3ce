"""Of points that are better the less they are in every respect, those that no other one is at least as good as."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
SAME = 1e-9  # relative: values this near to each other are equal


def front(points: npt.NDArray[np.float64]) -> Ints:
    """Numbers of the points (points, respects) that are kept, ascending; of equal ones the first."""
    kept: list[int] = []
    for i in np.lexsort((points.sum(axis=1), points[:, 0])).tolist():
        if not (points[kept] <= points[i] * (1 + SAME)).all(axis=1).any():
            kept.append(i)
    return np.array(sorted(kept), np.int64)
