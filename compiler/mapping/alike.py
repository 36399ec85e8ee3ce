"""Cores that store the same lists: what the lists of a slice depend on, without making them.

Kernel rows depend on channels alone, population lists on how source pixels see the box; so most boxes of a map are alike, and
what the memory of a core takes is counted once for all that are.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from litesnn.compiler.encoding import ListRule
from litesnn.compiler.encoding.shared_kernel import patterns
from litesnn.compiler.graph import AxisWindow, Graph
from litesnn.compiler.mapping.model import Interval, Slice
from litesnn.compiler.margin import Margin


def list_key(graph: Graph, slices: Sequence[Slice], rule: ListRule, margins: Sequence[Margin]) -> Hashable:
    """Equal for cores of one graph whose lists are equal, and follow each other in the same order."""
    return tuple(_slice_key(graph, part, rule, margin) for part, margin in zip(slices, margins, strict=True))


def _slice_key(graph: Graph, part: Slice, rule: ListRule, margin: Margin) -> Hashable:
    seen: dict[Hashable, Hashable] = {}
    for block in graph.stored_into(part.population):
        window = block.geometry.window
        if window is None or rule.kernel_sharing is None:
            return part
        if rule.kernel_sharing == "population":
            _, height, width = graph[block.source].shape
            seen[block.source, window] = (
                _seen(height, part.rows, window.down, margin.rows),
                _seen(width, part.columns, window.across, margin.columns),
            )
    sides = () if rule.kernel_sharing == "row" else (part.rows[1] - part.rows[0], part.columns[1] - part.columns[0])
    return part.population, margin, part.channels, sides, tuple(seen.items())


def _seen(side: int, interval: Interval, axis: AxisWindow, margin: int) -> Hashable:
    return tuple(pattern for pattern in patterns(side, interval, axis, margin) if pattern[0])
