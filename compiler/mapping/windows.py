"""Which kernel taps reach which source positions, along one axis, when only some target positions are on the core.

A core holds target rows first .. last; a source row reaches it through some subset of the kernel's rows. There are few such
subsets, and equal source rows behave alike: these *translation classes* are why convolutions are costed without unrolling.
A margin around the core's rows takes further taps of what reaches them, so that there are fewer subsets.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import AxisWindow

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
NONE = -(2**40)


@dataclass(frozen=True)
class Axis:
    """One axis of a connection between two maps: sizes of source and target, and the window that joins them.

    `spaced_by`: axes of all connections to the target, where its slices stand with margins, as wide as any of these needs.
    """

    source: int
    target: int
    window: AxisWindow
    spaced_by: tuple[Axis, ...] = ()

    def margin(self, first: int, last: int) -> int:
        """The margin around target positions first .. last - 1."""
        return _margin(self.spaced_by, first, last)

    def margins(self, intervals: tuple[tuple[int, int], ...]) -> Ints:
        """The margin around every interval of target positions."""
        return np.array([self.margin(*interval) for interval in intervals], np.int64)

    @property
    def classes(self) -> Bools:
        """All classes: (class, tap); class 0 is reached by no tap."""
        return _classes(self)[0]

    def touched(self, first: int, last: int) -> Ints:
        """Class of each source position, (source,), for target positions first .. last - 1."""
        return _touched(self, first, last)

    def taps(self, first: int, last: int, margin: int) -> Bools:
        """Through which taps each source position that reaches target positions first .. last - 1 reaches them or the margin."""
        outputs = _outputs(self)
        inside = (outputs >= first) & (outputs < last)
        near = (outputs >= first - margin) & (outputs < last + margin)
        taken: Bools = near & inside.any(axis=1, keepdims=True)
        return taken

    @property
    def span(self) -> int:
        """Target positions from the first to the last that one source position reaches, at most."""
        outputs = _outputs(self)
        first = outputs.min(axis=1, initial=-NONE, where=outputs != NONE)
        return max(1, int((outputs.max(axis=1) - first).max()) + 1)

    def beyond(self, first: int, last: int) -> int:
        """The margin that holds every tap of all source positions that reach target positions first .. last - 1."""
        outputs = _outputs(self)
        rows = outputs[((outputs >= first) & (outputs < last)).any(axis=1)]
        reached = rows[rows != NONE]
        return max(0, first - int(reached.min(initial=first)), int(reached.max(initial=first)) - last + 1)

    def multiplicity(self, intervals: tuple[tuple[int, int], ...]) -> Ints:
        """How many source positions of each class every interval of target positions has: (interval, class)."""
        return _multiplicity(self, intervals)

    def tap_copies(self, intervals: tuple[tuple[int, int], ...]) -> int:
        """Taps of all classes that there are among the source positions of each interval, summed over intervals."""
        return int(((self.multiplicity(intervals) > 0) @ self.classes.sum(axis=1)).sum())

    def position_counts(self, intervals: tuple[tuple[int, int], ...]) -> Ints:
        """For how many of the intervals each source position is of each class: (source, class)."""
        counts = np.zeros((self.source, len(self.classes)), np.int64)
        for interval in intervals:
            counts[np.arange(self.source), self.touched(*interval)] += 1
        return counts


def _outputs(axis: Axis) -> Ints:
    """Target position that each (source position, tap) reaches, beyond the map, too; `NONE` where it is between two."""
    kernel, stride, padding, dilation = axis.window
    steps = np.arange(axis.source)[:, None] + padding - np.arange(kernel)[None, :] * dilation
    return np.where(steps % stride == 0, steps // stride, NONE)


@lru_cache(maxsize=512)
def _classes(axis: Axis) -> tuple[Bools, dict[bytes, int]]:
    outputs = _outputs(axis)
    found: dict[bytes, int] = {np.zeros(outputs.shape[1], bool).tobytes(): 0}
    for row in outputs:
        reached = np.unique(row[row != NONE])
        for i in range(len(reached)):
            for j in range(i, len(reached)):
                found.setdefault(((row >= reached[i]) & (row <= reached[j])).tobytes(), len(found))
    return np.array([np.frombuffer(key, bool) for key in found]), found


@lru_cache(maxsize=65536)
def _margin(axes: tuple[Axis, ...], first: int, last: int) -> int:
    """What no source position lacks a tap with, less would leave most lists there are; 0 where taps of one would meet in a gap."""
    needed = max((axis.beyond(first, last) for axis in axes), default=0)
    span = max((axis.span for axis in axes), default=0)
    return needed if span <= last - first + needed else 0


@lru_cache(maxsize=65536)
def _touched(axis: Axis, first: int, last: int) -> Ints:
    _, found = _classes(axis)
    return np.array([found[row.tobytes()] for row in axis.taps(first, last, axis.margin(first, last))], np.int64)


@lru_cache(maxsize=65536)
def _multiplicity(axis: Axis, intervals: tuple[tuple[int, int], ...]) -> Ints:
    count = len(axis.classes)
    return np.stack([np.bincount(_touched(axis, *interval), minlength=count) for interval in intervals])
