"""A test part for data that have none: held out of every class by a seed, so that the same samples are held out again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.search.data.dataset import Labels
from litesnn.search.data.own.classes import LEAST


def held_out(labels: Labels, fraction: float, seed: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Positions of the training and the test part, ascending.

    Of each class the nearest whole number of samples is held out, one at least, and so many that enough are left to train on.
    """
    generator = np.random.default_rng(seed)
    test = np.zeros(len(labels), bool)
    by_class = np.split(np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels))[:-1])
    for samples in by_class:
        members = generator.permutation(samples)
        most = len(members) - LEAST
        test[members[: min(max(1, round(fraction * len(members))), most)]] = True
    return np.flatnonzero(~test), np.flatnonzero(test)
