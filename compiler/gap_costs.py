"""What gaps between neurons cost (`compiler.margin`): synaptic operations whose target is no neuron, and compartments updated for none.

A spike reads the whole list of its pixel, whether its targets are neurons or gaps. So the operations of a list are those of
the kernel's taps within the margin, and what the graph has of them leads to neurons.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping import Mapping
from litesnn.compiler.mapping.model import Interval
from litesnn.compiler.mapping.windows import Axis
from litesnn.compiler.margin import Margin

Counts = npt.NDArray[np.int64]


class GapCosts(NamedTuple):
    """Per sample: synaptic operations into gaps; compartments of gaps, each updated in every step."""

    operations: float
    compartments: int


def count_gaps(graph: Graph, mapping: Mapping, events: Dictionary[str, Counts], samples: int) -> GapCosts:
    """Of a mapped graph; `events` per neuron (C, H, W) over all samples and steps."""
    compartments, taken = 0, 0
    boxes: dict[tuple[str, Interval, Interval, Margin], list[Interval]] = {}
    for part, margin in (placed for core in mapping.cores if core.margins for placed in core.placed):
        if any(margin):
            compartments += margin.numbers(part.shape) - part.neurons
            boxes.setdefault((part.population, part.rows, part.columns, margin), []).append(part.channels)
    for (name, rows, columns, margin), channels in boxes.items():
        for block in graph.stored_into(name):
            source = graph[block.source].shape
            down, across = (
                Axis(*sides)
                for sides in zip(source[1:], graph[name].shape[1:], block.geometry.tap_axes(source), strict=True)
            )
            of_range = block.geometry.tap_counts(source, graph[name].shape)
            counts = np.sum([of_range(each) for each in channels], axis=0)
            near = down.taps(*rows, margin.rows), across.taps(*columns, margin.columns)
            inside = down.taps(*rows, 0), across.taps(*columns, 0)
            taken += _operations(events[block.source], counts, near) - _operations(events[block.source], counts, inside)
    return GapCosts(taken / samples, compartments)


def _operations(events: Counts, counts: Counts, taps: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]) -> int:
    """Events (C, H, W) times the synapses (C, kh, kw) that each reads through its taps, (H, kh) and (W, kw)."""
    by_tap = np.matmul(np.matmul(taps[0].T.astype(np.float64), events), taps[1].astype(np.float64))
    return int((by_tap * counts).sum())
