"""Shared kernels: the lists of convolutions and pools, made from their kernels without unrolling them over the map.

Loihi 2 (`kernel_rows`): one list per (source channel, ky, kx) over the output channels on the core serves every position.
Loihi 1 (`population_lists`): source pixels that see the core's tile alike share lists and differ in their first target
alone; the source channels are the atoms of a population list, so all of them take the words of the longest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix, vstack

from litesnn.compiler.encoding.kernel_synapses import KernelSynapses, kernel_synapses
from litesnn.compiler.encoding.lists import AxonLists, Codes, ListFormat, joined_lists, lists_from_matrices
from litesnn.compiler.encoding.rule import ListRule
from litesnn.compiler.graph import AxisWindow, Geometry, Windowed
from litesnn.compiler.margin import NO_MARGIN, Margin

Ints = npt.NDArray[np.int64]
Interval = tuple[int, int]
Shape = tuple[int, int, int]
Pattern = tuple[tuple[Interval, ...], int]
"""How one source position sees an interval: (tap, output position counted from the first one reached) pairs, and that first one."""


@dataclass(frozen=True)
class Tile:
    """The part of a target map that stands on one core: channels, rows and columns, each (first, last + 1), and its margin."""

    channels: Interval
    rows: Interval
    columns: Interval
    margin: Margin = NO_MARGIN

    @property
    def shape(self) -> Shape:
        """Channels, rows and columns."""
        channels, rows, columns = (last - first for first, last in (self.channels, self.rows, self.columns))
        return channels, rows, columns

    @classmethod
    def whole(cls, shape: Shape) -> Tile:
        """All of a map (C, H, W)."""
        return cls((0, shape[0]), (0, shape[1]), (0, shape[2]))


@dataclass(frozen=True, eq=False)
class PopulationLists:
    """Lists of the kinds of source pixels of one tile.

    Attributes
    ----------
    lists : kind after kind, the source channels `channels` as atoms
    channels : source channels that have lists
    kind : (H, W) of the source, kind of each pixel, -1 where it does not reach the tile; each other pixel is one input axon
    base : (H, W) first target of each pixel's lists; targets are numbered (channel, row, column) within the tile,
        as its neurons are on the core, gaps of a margin included: so the first one is a place of the first channel, and
        lists of many channels start at few
    """

    lists: AxonLists
    channels: Ints
    kind: Ints
    base: Ints


def windowed(geometries: Iterable[Geometry]) -> list[Windowed]:
    """Geometries of blocks that share a window, as such; none where they have none."""
    return [geometry for geometry in geometries if isinstance(geometry, Windowed)]


def kernel_rows(
    geometries: Sequence[Windowed], formats: Sequence[ListFormat], in_shape: Shape, channels: Interval
) -> AxonLists:
    """Rows of kernels with equal windows, one format each: (source channel, ky, kx) with any weight on the core.

    A source channel that nothing reads has no rows; a row of a read channel takes a word even if it is empty. Depthwise ones
    keep only their own channels, as lists of their own.
    """
    matrices = [geometry.kernel_matrix(channels, in_shape[0]) for geometry in geometries]
    taps = geometries[0].window.taps
    read = _read_channels(matrices, taps)
    columns = (read[:, None] * taps + np.arange(taps)).ravel()
    rows = not geometries[0].depthwise
    return lists_from_matrices([matrix[:, columns] for matrix in matrices], formats, rows=rows)


def footprint_lists(
    geometries: Sequence[Windowed], formats: Sequence[ListFormat], in_shape: Shape, channels: Interval, size: int
) -> list[AxonLists]:
    """What one pixel far from any border sends through the whole kernel, as population lists of at most `size` targets.

    Targets are numbered (ky, kx, channel). A stand-in for `population_lists` before anything is partitioned.
    """
    matrices = [geometry.kernel_matrix(channels, in_shape[0]) for geometry in geometries]
    taps = geometries[0].window.taps
    read = _read_channels(matrices, taps)
    stacked = [vstack([m[:, read * taps + tap] for tap in range(taps)]).tocsr() for m in matrices]
    height = stacked[0].shape[0]
    return [
        lists_from_matrices([m[first : first + size] for m in stacked], formats, atoms=max(1, len(read)))
        for first in range(0, height, size)
    ]


def population_lists(
    geometries: Sequence[Windowed],
    formats: Sequence[ListFormat],
    in_shape: Shape,
    tile: Tile,
    rule: ListRule,
    every_channel: bool = False,
) -> PopulationLists:
    """Population lists of kernels with equal windows onto one tile.

    Parameters
    ----------
    rule : which first targets lists may have; those of other pixels are stored again, shifted
    every_channel : all source channels are atoms if any is read, as the channels of a pixel send to the same cores; else
        only those that are read
    """
    kernels = [kernel_synapses(geometry, tile.channels, in_shape[0]) for geometry in geometries]
    shared = geometries[0].window
    read = np.flatnonzero(np.sum([kernel.counts for kernel in kernels], axis=(0, 2)))
    if every_channel and len(read):
        read = np.arange(in_shape[0])
    _, height, width = tile.shape
    margin, pitch, lead = tile.margin, tile.margin.pitch(width), tile.margin.lead(width)
    down = patterns(in_shape[1], tile.rows, shared.down, margin.rows)
    across = patterns(in_shape[2], tile.columns, shared.across, margin.columns)
    kind, base = np.full(in_shape[1:], -1, np.int64), np.zeros(in_shape[1:], np.int64)
    kinds: dict[tuple[tuple[Interval, ...], tuple[Interval, ...], int], int] = {}
    for (y, rows, top), (x, columns, left) in product(_reaching(down), _reaching(across)):
        first = lead + top * pitch + left
        start = first % rule.base_targets // rule.base_alignment * rule.base_alignment
        base[y, x], kind[y, x] = start, kinds.setdefault((rows, columns, first - start), len(kinds))
    offsets = np.full((len(kinds), shared.taps), -1, np.int32)
    for number, (rows, columns, shift) in enumerate(kinds):
        for (ky, below), (kx, right) in product(rows, columns):
            offsets[number, ky * shared.columns + kx] = shift + below * pitch + right
    parts = [_of_kinds(kernel, read, offsets, margin.per_channel(height, width)) for kernel in kernels]
    numbers = margin.numbers(tile.shape)
    return PopulationLists(joined_lists(parts, formats, numbers, max(1, len(read))), read, kind, base)


def _read_channels(matrices: Sequence[csc_matrix], taps: int) -> Ints:
    stored = np.sum([np.diff(matrix.indptr).reshape(-1, taps).sum(axis=1) for matrix in matrices], axis=0)
    return np.flatnonzero(stored)


@lru_cache(maxsize=4096)
def patterns(side: int, interval: Interval, axis: AxisWindow, margin: int = 0) -> tuple[Pattern, ...]:
    """The pattern of every source position along one axis; with what it reaches in the margin, if it reaches the interval."""
    kernel, stride, padding, dilation = axis
    first, last = interval
    found = []
    for position in range(side):
        pairs = []
        for tap in range(kernel):
            output, rest = divmod(position + padding - tap * dilation, stride)
            if rest == 0 and first - margin <= output < last + margin:
                pairs.append((tap, output))
        if not any(first <= output < last for _, output in pairs):
            pairs = []
        lowest = min((output for _, output in pairs), default=first)
        found.append((tuple((tap, output - lowest) for tap, output in pairs), lowest - first))
    return tuple(found)


def _reaching(seen: Sequence[Pattern]) -> list[tuple[int, tuple[Interval, ...], int]]:
    """Positions that reach the interval, each with its pattern."""
    return [(position, *pattern) for position, pattern in enumerate(seen) if pattern[0]]


def _of_kinds(kernel: KernelSynapses, read: Ints, offsets: Codes, pixels: int) -> tuple[Ints, Codes, Codes]:
    """Lists of all kinds of pixels, read channels innermost: first synapses, targets, codes.

    `offsets`: where each tap leads within a channel of the tile, -1 where it leads out of it: (kinds, taps). Later taps lead to
    earlier targets. `pixels`: targets from one channel to the next.
    """
    counts = (offsets >= 0).astype(np.int64) @ kernel.counts[read].T
    first: Ints = np.concatenate([[0], np.cumsum(counts)])
    targets, codes = np.empty(first[-1], np.int32), np.empty(first[-1], np.int32)
    lowest, begin = kernel.output * np.int32(pixels), 0
    for row in offsets:
        led = row[kernel.tap]
        inside = np.flatnonzero(led >= 0)
        own = slice(begin, begin := begin + len(inside))
        targets[own], codes[own] = lowest[inside] + led[inside], kernel.codes[inside]
    return first, targets, codes
