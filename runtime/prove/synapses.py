"""Integer maps between two populations in one canonical form, so that two ways of writing them down can be held together.

Kernels that slide alike - the same stride, padding and dilation - are added up as they stand, so that what is equal cancels at once. A
tap of what is left joins the same channels at places that lie regularly: along each axis it is (first place of the target, first place of
the source, steps of the source between them, number of places). Two taps with the same of these join the same neurons, whatever stride,
padding and kernel they come from; one that never falls inside the map joins none and is left out. Nothing is unrolled.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Pair = tuple[int, int]
Window = tuple[Pair, Pair, Pair]  # stride, padding, dilation
Places = tuple[tuple[int, int, int, int], tuple[int, int, int, int]]  # down, across


class Synapses:
    """A sum of maps from a population of the size `read` to one of the size `made`, or to the part of it that begins at `corner`.

    `channels` : those of the target, and of the source. `places` : of taps, numbered by `total`
    """

    def __init__(self, read: Pair, made: Pair, channels: Pair, corner: Pair = (0, 0)) -> None:
        self.read, self.made, self.channels, self.corner = read, made, channels, corner
        self.places: list[Places] = []
        self._kernels: dict[tuple[Window, tuple[int, ...]], Ints] = {}
        self._pairs: list[tuple[Window, Ints, Ints, Ints]] = []
        self._placed: list[tuple[Places, Ints, Ints, Ints]] = []

    def add(self, kernels: Ints, ends: tuple[Ints, Ints], window: Window) -> None:
        """Add kernels (C_out, C_in, kH, kW) between the channels `ends`, or (n, kH, kW), each between one pair of them."""
        if kernels.ndim == 3:
            self._pairs.append((window, kernels, *ends))
        elif len(np.unique(ends[1])) < len(ends[1]):
            both = np.repeat(ends[0], len(ends[1])), np.tile(ends[1], len(ends[0]))
            self._pairs.append((window, kernels.reshape(-1, *kernels.shape[2:]), *both))
        else:
            key = window, kernels.shape[2:]
            if key not in self._kernels:
                self._kernels[key] = np.zeros((*self.channels, *key[1]), np.int64)
            self._kernels[key][np.ix_(*ends)] += kernels

    def minus(self, other: Synapses) -> Synapses:
        """This map without another."""
        found = Synapses(self.read, self.made, self.channels, self.corner)
        found._kernels = dict(self._kernels)
        for key, kernels in other._kernels.items():
            found._kernels[key] = found._kernels[key] - kernels if key in found._kernels else -kernels
        found._pairs = self._pairs + [(window, -kernels, t, s) for window, kernels, t, s in other._pairs]
        found._placed = self._placed + [(places, t, s, -values) for places, t, s, values in other._placed]
        return found

    def signs(self) -> Synapses:
        """The sign of every integer of the sum."""
        found, (targets, reads, values) = Synapses(self.read, self.made, self.channels, self.corner), self.total()
        for number, places in enumerate(self.places):
            own = reads // self.channels[1] == number
            found._placed.append((places, targets[own], reads[own] % self.channels[1], np.sign(values[own])))
        return found

    def total(self) -> tuple[Ints, Ints, Ints]:
        """Every integer of the sum that is not 0: target channel, number in `places` * source channels + source channel, value."""
        empty, numbers = np.zeros(0, np.int64), dict[Places, int]()
        parts, merged = [(empty, empty, empty)], bool(self._pairs or self._placed)
        for places, targets, sources, values in self._taps():
            merged |= places in numbers
            number = numbers.setdefault(places, len(numbers))
            parts.append((targets, number * self.channels[1] + sources, values))
        targets, reads, values = map(np.concatenate, zip(*parts, strict=True))
        self.places = list(numbers)
        if merged:
            width = max(1, len(numbers) * self.channels[1])
            found, first = np.unique(targets * width + reads, return_inverse=True)
            sums = np.zeros(len(found), np.int64)
            np.add.at(sums, first, values)
            targets, reads, values = found[sums != 0] // width, found[sums != 0] % width, sums[sums != 0]
        return targets, reads, values

    def _taps(self) -> Iterator[tuple[Places, Ints, Ints, Ints]]:
        """Places, channels of targets and sources, and integers of every tap that falls inside the map."""
        yield from self._placed
        for (window, _), kernels in self._kernels.items():
            if kernels.any():
                for places, tap in self._inside(window, kernels):
                    targets, sources = np.nonzero(tap)
                    yield places, targets, sources, tap[targets, sources]
        for window, kernels, targets, sources in self._pairs:
            for places, tap in self._inside(window, kernels):
                yield places, targets[tap != 0], sources[tap != 0], tap[tap != 0]

    def _inside(self, window: Window, kernels: Ints) -> Iterator[tuple[Places, Ints]]:
        runs = []
        for axis, taps in enumerate(kernels.shape[-2:]):
            stride, padding, dilation = (figures[axis] for figures in window)
            offsets = (tap * dilation - padding + self.corner[axis] * stride for tap in range(taps))
            runs.append([_run(self.read[axis], self.made[axis], stride, offset) for offset in offsets])
        for row, down in enumerate(runs[0]):
            for column, across in enumerate(runs[1]):
                if down is not None and across is not None:
                    yield (down, across), kernels[..., row, column]

    def neurons(self, target: int) -> Iterator[tuple[Pair, Pair, int, int]]:
        """The synapses of one target channel, neuron by neuron: place of the target, of the source, source channel, integer, not 0."""
        targets, reads, values = self.total()
        found = dict[tuple[Pair, Pair, int], int]()
        for read, value in zip(reads[targets == target].tolist(), values[targets == target].tolist(), strict=True):
            (y, from_y, step_y, rows), (x, from_x, step_x, columns) = self.places[read // self.channels[1]]
            for i in range(rows):
                for j in range(columns):
                    key = (y + i, x + j), (from_y + i * step_y, from_x + j * step_x), read % self.channels[1]
                    found[key] = found.get(key, 0) + value
        return ((*key, value) for key, value in sorted(found.items()) if value)


def _run(read: int, made: int, stride: int, offset: int) -> tuple[int, int, int, int] | None:
    """Where `target * stride + offset` lies inside a side of `read` places, of all targets of a side of `made`."""
    first, last = max(0, -(offset // stride)), min(made - 1, (read - 1 - offset) // stride)
    if last < first:
        return None
    return (first, first * stride + offset, stride if last > first else 0, last - first + 1)
