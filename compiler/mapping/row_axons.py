"""Entries of the axon map and of the axon memory where one axon carries kernel rows (Loihi 2), slice by slice.

What Intel's logs print (docs/sources.md): the map holds an entry per neuron that fully connected layers read, and per pixel
and row list of a channel range that kernels read. The memory holds none for fully connected layers; for kernels at most one
per pixel and channel range of the reader's cores, a bound that all printed layers keep and some stay far below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.model import Intervals, Slice, lengths

Ints = npt.NDArray[np.int64]
Boxes = tuple[Intervals, Intervals, Intervals]


def map_entries(readers: Sequence[Fan], boxes: Boxes, limits: CoreLimits) -> Ints:
    """Entries of the axon map per box of a source, (channels, rows, columns), for the fans that read it."""
    channels, rows, columns = boxes
    pixels = lengths(rows)[:, None] * lengths(columns)
    neurons: Ints = lengths(channels)[:, None, None] * pixels
    shared = [fan for fan in readers if fan.kind == "row" and limits.map_per_pixel]
    entries = neurons * (len(shared) < len(readers))
    if shared:
        parts = np.array([len(shared[0].rule.row_parts(interval)) for interval in channels], np.int64)
        entries = entries + parts[:, None, None] * pixels
    return entries


def memory_entries(readers: Sequence[tuple[Fan, int]], boxes: Boxes) -> Ints:
    """Entries of the axon memory per box of a source, at most; each fan with the channel ranges that its reader is cut into."""
    channels, rows, columns = boxes
    parts = sum(count for fan, count in readers if fan.kind == "row")
    pixels: Ints = np.ones(len(channels), np.int64)[:, None, None] * (lengths(rows)[:, None] * lengths(columns))
    return pixels * parts


def channel_ranges(cores: Sequence[Sequence[Slice]]) -> dict[str, int]:
    """Population -> into how many channel ranges its map is cut, where it is cut most."""
    boxes = Counter((part.population, part.rows, part.columns) for slices in cores for part in slices)
    ranges: dict[str, int] = {}
    for (population, _, _), count in boxes.items():
        ranges[population] = max(count, ranges.get(population, 0))
    return ranges
