"""Shared kernels: the lists of convolutions and pools, made from their kernels without unrolling them over the map.

Loihi 2 (`kernel_rows`): one list per (source channel, ky, kx) over the output channels on the core serves every position.
Loihi 1 (`population_lists`): source pixels that see the core's tile alike share lists and differ in their first target
alone; the source channels are the atoms of a population list, so all of them take the words of the longest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csc_matrix, vstack

from litesnn.compiler.encoding.lists import AxonLists, ListFormat, lists_from_matrices
from litesnn.compiler.encoding.rule import ListRule
from litesnn.compiler.graph import AxisWindow, Geometry, Window, Windowed

Ints = npt.NDArray[np.int64]
Interval = tuple[int, int]
Shape = tuple[int, int, int]
Pattern = tuple[tuple[Interval, ...], int]
"""How one source position sees an interval: (tap, output position counted from the first one reached) pairs, and that first one."""


@dataclass(frozen=True)
class Tile:
    """The part of a target map that stands on one core: channels, rows and columns, each (first, last + 1)."""

    channels: Interval
    rows: Interval
    columns: Interval

    @property
    def neurons(self) -> int:
        """Neurons of the tile."""
        return prod(last - first for first, last in (self.channels, self.rows, self.columns))

    @property
    def pixels(self) -> int:
        """Positions of the map that the tile covers."""
        return prod(last - first for first, last in (self.rows, self.columns))

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
        as its neurons are on the core: so the first one is a pixel of the tile, and lists of many channels start at few
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
    matrices = [geometry.kernel_matrix(tile.channels, in_shape[0]) for geometry in geometries]
    shared = geometries[0].window
    read = _read_channels(matrices, shared.taps)
    if every_channel and len(read):
        read = np.arange(in_shape[0])
    breadth = tile.columns[1] - tile.columns[0]
    down = patterns(in_shape[1], tile.rows, shared.down)
    across = patterns(in_shape[2], tile.columns, shared.across)
    kind, base = np.full(in_shape[1:], -1, np.int64), np.zeros(in_shape[1:], np.int64)
    kinds: dict[tuple[tuple[Interval, ...], tuple[Interval, ...], int], int] = {}
    for y, (rows, top) in enumerate(down):
        for x, (columns, left) in enumerate(across):
            if rows and columns:
                first = top * breadth + left
                base[y, x] = first % rule.base_targets // rule.base_alignment * rule.base_alignment
                kind[y, x] = kinds.setdefault((rows, columns, first - int(base[y, x])), len(kinds))
    parts = []
    for matrix in matrices:
        taps = [matrix[:, read * shared.taps + tap].tocoo() for tap in range(shared.taps)] if kinds else []
        pieces = [_kind_matrix(taps, len(read), shared, *key, tile) for key in kinds]
        parts.append(_beside(pieces, tile.neurons))
    return PopulationLists(lists_from_matrices(parts, formats, atoms=max(1, len(read))), read, kind, base)


def _read_channels(matrices: Sequence[csc_matrix], taps: int) -> Ints:
    stored = np.sum([np.diff(matrix.indptr).reshape(-1, taps).sum(axis=1) for matrix in matrices], axis=0)
    return np.flatnonzero(stored)


@lru_cache(maxsize=4096)
def patterns(side: int, interval: Interval, axis: AxisWindow) -> tuple[Pattern, ...]:
    """The pattern of every source position along one axis."""
    kernel, stride, padding, dilation = axis
    found = []
    for position in range(side):
        pairs = []
        for tap in range(kernel):
            output, rest = divmod(position + padding - tap * dilation, stride)
            if rest == 0 and interval[0] <= output < interval[1]:
                pairs.append((tap, output))
        first = min((output for _, output in pairs), default=interval[0])
        found.append((tuple((tap, output - first) for tap, output in pairs), first - interval[0]))
    return tuple(found)


def _kind_matrix(
    taps: Sequence[coo_matrix],
    read: int,
    shared: Window,
    rows: tuple[Interval, ...],
    columns: tuple[Interval, ...],
    shift: int,
    tile: Tile,
) -> coo_matrix:
    """Codes (targets relative to the base, read channels) of one kind of pixel; `taps`: (channels of the tile, read channels)."""
    breadth, pixels = tile.columns[1] - tile.columns[0], tile.pixels
    data, targets, atoms = [], [], []
    for ky, down in rows:
        for kx, right in columns:
            piece = taps[ky * shared.columns + kx]
            data.append(piece.data)
            targets.append(shift + piece.row.astype(np.int64) * pixels + down * breadth + right)
            atoms.append(piece.col)
    codes = (np.concatenate(data), (np.concatenate(targets), np.concatenate(atoms)))
    return coo_matrix(codes, shape=(tile.neurons, read))


def _beside(pieces: Sequence[coo_matrix], height: int) -> csc_matrix:
    """Matrices of equal height side by side."""
    if not pieces:
        return csc_matrix((height, 0), dtype=np.int32)
    offsets = np.cumsum([0, *(piece.shape[1] for piece in pieces)])
    columns = np.concatenate([piece.col + offset for piece, offset in zip(pieces, offsets, strict=False)])
    data, rows = (np.concatenate([getattr(piece, name) for piece in pieces]) for name in ("data", "row"))
    return coo_matrix((data, (rows, columns)), shape=(height, offsets[-1])).tocsc()
