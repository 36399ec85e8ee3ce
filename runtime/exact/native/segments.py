"""How windows add: what a spike adds to sums that lie side by side is one segment, some whole vectors, of a row of weights.

A spike at a place meets the same sums, seen from there, as any other at a place that windows lie alike over: every stride-th. So each
such phase has its segments, and a row of weights per source channel. What would fall beside the map falls into a gap between its lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from litesnn.runtime.exact.native.arrays import Array, Ints, aligned
from litesnn.runtime.exact.native.sum_room import SumRoom

MOST_VECTORS = 12  # of sums that are added to at once: native/vectors.h
MOST_SEGMENTS = 3  # ... of segments: native/vectors.h
CACHED_BYTES = 28 * 1024  # of the nearest cache, for weights
QUAD = 4  # rows that are added at once: native/vectors.h
BYTE = (-128, 127)
Window = tuple[tuple[int, int], ...]
"""Kernel, stride, padding and dilation, (height, width) each."""


@dataclass(frozen=True, eq=False)
class Part:
    """Segments of one phase.

    Attributes
    ----------
    phase : of lines and columns of the source, seen with its padding
    segments : (segments, 2) bytes behind the sums of the place below, and lines above it; by line
    rows : weights (source channels + 1, segments, bytes or sums of a segment), the last row 0
    vectors : of sums, of a segment
    length : bytes of sums, of a segment
    """

    phase: tuple[int, int]
    segments: Ints
    rows: Array
    vectors: int
    length: int

    def split(self) -> Iterator[Part]:
        """As parts whose sums registers hold, none of them twice, and whose weights stay in the nearest cache as far as that can be."""
        each = self.rows[:, :1].nbytes if len(self.segments) else 1
        most = max(min(MOST_SEGMENTS, MOST_VECTORS // self.vectors, CACHED_BYTES // each), 1)
        first = 0
        for last in range(1, len(self.segments) + 1):
            own, offsets = slice(first, last), self.segments[first : last + 1, 0]
            apart = np.abs(offsets[:-1] - offsets[-1]) >= self.length
            if last < len(self.segments) and last - first < most and apart.all():
                continue
            rows = aligned(self.rows[:, own].shape, self.rows.dtype)
            rows[:] = self.rows[:, own]
            yield replace(self, segments=self.segments[own], rows=rows)
            first = last


def phases(kernels: Array, window: Window, room: SumRoom) -> list[Part]:
    """Of weights (C_out, C_in, kH, kW) in the type of the sums: all segments of every phase."""
    _, (stride_h, stride_w), _, (dilation_h, dilation_w) = window
    found = []
    for down in range(stride_h):
        lines = _taps(kernels.shape[2], stride_h, dilation_h, down)
        for across in range(stride_w):
            columns = _taps(kernels.shape[3], stride_w, dilation_w, across)
            segments, rows, vectors = _segments(kernels, lines, columns, room)
            length = vectors * room.vector_bytes
            found.append(Part((down, across), segments, rows, vectors=vectors, length=length))
    return found


def joined_phases(found: Sequence[Part]) -> Part:
    """The same phase of several maps: their channels one after the other."""
    return replace(found[0], rows=np.concatenate([*(part.rows[:-1] for part in found[:-1]), found[-1].rows]))


def _taps(kernel: int, stride: int, dilation: int, phase: int) -> list[tuple[int, int]]:
    """Taps that sources of a phase meet: how far before the place below their target lies, and which tap; by the former."""
    taps = [((tap * dilation - phase) // stride, tap) for tap in range(kernel)]
    return [(before, tap) for before, tap in taps if before * stride + phase == tap * dilation]


def _segments(
    kernels: Array, lines: list[tuple[int, int]], columns: list[tuple[int, int]], room: SumRoom
) -> tuple[Ints, Array, int]:
    """Segments, rows and vectors of a segment; targets that lie side by side are one run of sums, of one or several segments."""
    outputs, inputs, size = *kernels.shape[:2], kernels.itemsize
    lanes = room.vector_bytes // size
    together = len(columns) if len(columns) < 2 or columns[1][0] - columns[0][0] == 1 else 1
    vectors, parts = _shared(-(-together * room.padded // lanes))
    runs = [
        (line, down, columns[first : first + together])
        for line, down in lines
        for first in range(0, len(columns), max(together, 1))
    ]
    rows = np.zeros((inputs + 1, len(runs), parts * vectors * lanes), kernels.dtype)
    offsets = np.zeros((len(runs), parts, 2), np.int64)
    for number, (line, down, taps) in enumerate(runs):
        for place, (_, across) in enumerate(reversed(taps)):
            first = place * room.padded
            rows[:-1, number, first : first + outputs] = kernels[:, :, down, across].T
        begin = (-line * room.pitch - taps[-1][0]) * room.padded * size
        offsets[number, :, 0] = begin + np.arange(parts) * vectors * room.vector_bytes
        offsets[number, :, 1] = line
    count = len(runs) * parts
    return offsets.reshape(count, 2), rows.reshape(inputs + 1, count, vectors * lanes), vectors


def _shared(vectors: int) -> tuple[int, int]:
    """So many vectors as segments: vectors of each, and segments; as few more as can be, and of those the fewest segments."""
    fewest = max(-(-vectors // MOST_VECTORS), 1)
    ways = [(max(-(-vectors // parts), 1), parts) for parts in range(fewest, 2 * fewest + 1)]
    return min(ways, key=lambda way: (way[0] * way[1], way[1]))


def narrowed(found: Sequence[Part]) -> tuple[list[Part], bool]:
    """The phases with weights of bytes, for sums of two, where any four of them add up in a byte; and whether."""
    rows = [phase.rows for phase in found]
    lowest, highest = min(int(r.min(initial=0)) for r in rows), max(int(r.max(initial=0)) for r in rows)
    if rows[0].itemsize != 2 or QUAD * lowest < BYTE[0] or QUAD * highest > BYTE[1]:
        return list(found), False
    return [replace(phase, rows=_bytes(phase.rows, phase.vectors)) for phase in found], True


def _bytes(rows: Array, vectors: int) -> Array:
    """Rows of weights of bytes: of every two vectors of a segment, the sums' weights in turns, (channels + 1, segments, bytes)."""
    channels, segments, sums = rows.shape
    units, lanes = -(-vectors // 2), sums // vectors
    turns = np.zeros((channels, segments, units, lanes, 2), np.int8)
    for vector in range(vectors):
        turns[:, :, vector // 2, :, vector % 2] = rows[:, :, vector * lanes : (vector + 1) * lanes]
    return turns.reshape(channels, segments, units * lanes * 2)
