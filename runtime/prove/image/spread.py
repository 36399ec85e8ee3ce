"""Rows of different lengths, one after the other."""

from __future__ import annotations

import numpy as np

from litesnn.runtime.prove.program import Ints


def spread(first: Ints, count: Ints) -> Ints:
    """`count` numbers from each `first` on."""
    found: Ints = np.repeat(first - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
    return found
