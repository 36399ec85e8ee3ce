"""Where the axons of a population go: how many boxes of a reader each reaches, and what output entries that takes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.limits import CoreLimits

Ints = npt.NDArray[np.int64]


def destinations(fan: Fan, grid: Grid) -> Ints:
    """For every neuron of the fan's source, to how many boxes of the reader's grid its axons go: (C, H, W).

    (1, H, W) where the channels of a pixel share axons.
    """
    sending = np.sum([fan.sending(channels) for channels in grid.channels], axis=0, dtype=np.int64)
    rows, columns = fan.rows.position_counts(grid.rows), fan.columns.position_counts(grid.columns)
    result: Ints = np.matmul(np.matmul(rows, sending), columns.T)
    return result


def entries_into(fan: Fan, grid: Grid, limits: CoreLimits, further: int = 0) -> int:
    """Output entries that all axons of a fan into a grid take, `further` each besides their own."""
    rows = fan.rows.multiplicity(grid.rows).sum(axis=0)
    columns = fan.columns.multiplicity(grid.columns).sum(axis=0)
    axons = int(rows @ fan.senders(grid.channels) @ columns)
    return ((limits.entries or {}).get(fan.axon, 1) + further) * axons
