"""Integer maps between two populations in one canonical form, so that two ways of writing them down can be held together.

A tap of a window joins the same channels at places that lie regularly: along each axis it is (first place of the target, first place
of the source, steps of the source between them, number of places). Two taps with the same of these join the same neurons, whatever
stride, padding and kernel they come from; one that never falls inside the map joins none and is left out. Nothing is unrolled.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Pair = tuple[int, int]
Places = tuple[tuple[int, int, int, int], tuple[int, int, int, int]]  # down, across


class Synapses:
    """A sum of maps from a population of so many `channels` and the size `read` to one of the size `made`."""

    def __init__(self, read: Pair, made: Pair, channels: int) -> None:
        self.read, self.made, self.channels = read, made, channels
        self.places: dict[Places, int] = {}
        self._parts: list[tuple[Ints, Ints, Ints]] = []

    def add(self, kernels: Ints, ends: tuple[Ints, Ints], stride: Pair, padding: Pair, dilation: Pair) -> None:
        """Add kernels (C_out, C_in, kH, kW) between the channels `ends`, or (n, kH, kW), each between one pair of them."""
        for row in range(kernels.shape[-2]):
            down = _run(self.read[0], self.made[0], stride[0], row * dilation[0] - padding[0])
            for column in range(kernels.shape[-1]):
                across = _run(self.read[1], self.made[1], stride[1], column * dilation[1] - padding[1])
                if down is not None and across is not None:
                    tap = kernels[..., row, column]
                    stored = np.nonzero(tap)
                    self._put((down, across), ends[0][stored[0]], ends[1][stored[-1]], tap[stored])

    def _put(self, places: Places, targets: Ints, sources: Ints, values: Ints) -> None:
        place = self.places.setdefault(places, len(self.places))
        self._parts.append((targets, place * self.channels + sources, values))

    def total(self) -> tuple[Ints, Ints, Ints]:
        """Every integer of the sum that is not 0: target channel, number of its places * `channels` + source channel, value."""
        empty = np.zeros(0, np.int64)
        targets, reads, values = map(np.concatenate, zip((empty, empty, empty), *self._parts, strict=True))
        width = max(1, len(self.places) * self.channels)
        found, first = np.unique(targets * width + reads, return_inverse=True)
        sums = np.zeros(len(found), np.int64)
        np.add.at(sums, first, values)
        return found[sums != 0] // width, found[sums != 0] % width, sums[sums != 0]

    def minus(self, other: Synapses, signs: bool = False) -> Synapses:
        """This map without another; with `signs` the sign of each integer of the other counts, not its size."""
        found = Synapses(self.read, self.made, self.channels)
        found.places, found._parts = dict(self.places), list(self._parts)
        renumbered = np.array([found.places.setdefault(p, len(found.places)) for p in other.places] or [0], np.int64)
        targets, reads, values = other.total()
        reads = renumbered[reads // self.channels] * self.channels + reads % self.channels
        found._parts.append((targets, reads, -np.sign(values) if signs else -values))
        return found

    def neurons(self, target: int) -> Iterator[tuple[Pair, Pair, int, int]]:
        """The synapses of one target channel, neuron by neuron: place of the target, of the source, source channel, integer, not 0."""
        targets, reads, values = self.total()
        places, found = list(self.places), dict[tuple[Pair, Pair, int], int]()
        for read, value in zip(reads[targets == target].tolist(), values[targets == target].tolist(), strict=True):
            (y, from_y, step_y, rows), (x, from_x, step_x, columns) = places[read // self.channels]
            for i in range(rows):
                for j in range(columns):
                    key = (y + i, x + j), (from_y + i * step_y, from_x + j * step_x), read % self.channels
                    found[key] = found.get(key, 0) + value
        return ((*key, value) for key, value in sorted(found.items()) if value)


def _run(read: int, made: int, stride: int, offset: int) -> tuple[int, int, int, int] | None:
    """Where `target * stride + offset` lies inside a side of `read` places, of all targets of a side of `made`."""
    first, last = max(0, -(offset // stride)), min(made - 1, (read - 1 - offset) // stride)
    if last < first:
        return None
    return (first, first * stride + offset, stride if last > first else 0, last - first + 1)
