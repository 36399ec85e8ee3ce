"""Which box of a grid takes most, as far as that can be told without counting all of them."""

from __future__ import annotations

import numpy as np

from litesnn.compiler.mapping.model import Interval, Intervals, lengths
from litesnn.compiler.mapping.usage import Demand


def heaviest(demand: Demand, channels: Intervals) -> Interval:
    """Of some channel ranges the one for which most is stored, of equal ones the one with most axons."""

    def find() -> Interval:
        stored, axons = np.sum([fan.weights(channels) for fan in demand.fans], axis=0).tolist()
        return channels[max(range(len(channels)), key=lambda i: (stored[i], axons[i], -i))]

    return demand.remember("heaviest", channels, find) if demand.fans else channels[0]


def innermost(demand: Demand, intervals: Intervals, *, columns: bool) -> Interval:
    """Of the longest intervals the one that source positions reach through most taps; of equal ones the nearest to the middle."""

    def find() -> Interval:
        reached = np.zeros(len(intervals), np.int64)
        for fan in demand.fans:
            axis = fan.columns if columns else fan.rows
            reached += axis.multiplicity(intervals) @ axis.classes.sum(axis=1)
        middle = (len(intervals) - 1) / 2
        keys = zip(lengths(intervals).tolist(), reached.tolist(), strict=True)
        return intervals[max(enumerate(keys), key=lambda each: (each[1], -abs(each[0] - middle)))[0]]

    return demand.remember("columns" if columns else "rows", intervals, find)
