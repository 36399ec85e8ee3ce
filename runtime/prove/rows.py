"""Rows of tables: those that are alike, their sums, and items of rows that follow one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def alike(*columns: Ints) -> tuple[Ints, Ints]:
    """An order of rows, given by columns, in which those that are alike stand together, and where each kind begins."""
    order = np.lexsort(columns)
    new = [column[order][1:] != column[order][:-1] for column in columns]
    return order, np.flatnonzero(np.append(np.ones(min(1, len(order)), bool), np.any(new, axis=0)))


def summed(columns: Sequence[Ints], values: Ints) -> tuple[Ints, Ints]:
    """One row of each kind whose values do not add up to 0, and what they add up to."""
    order, start = alike(*columns)
    sums = np.add.reduceat(values[order], start) if len(start) else values
    return order[start][sums != 0], sums[sums != 0]


def items(first: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Row i has the items first[i] to first[i + 1] - 1: of every item of some `rows`, its place there and number."""
    count = first[rows + 1] - first[rows]
    owner = np.repeat(np.arange(len(rows)), count)
    return owner, np.arange(len(owner)) + np.repeat(first[rows] - np.cumsum(count) + count, count)
