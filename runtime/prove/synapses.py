"""Integer maps between two populations in one canonical form, so that two ways of writing them can be held together.

A tap of a kernel joins the same channels at places that lie regularly: along each axis it is (first place of the
target, first place of the source, steps of the source between them, number of places). Two taps with the same of these
join the same neurons, whatever stride, padding and kernel they come from; one that never falls inside the map joins
none and is left out. Nothing is unrolled.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from litesnn.runtime.prove.rows import Ints, summed

Pair = tuple[int, int]
Sizes = tuple[Pair, Pair]
Run = tuple[int, int, int, int]
Places = tuple[Run, Run]  # down, across


class Synapses:
    """A sum of maps from a population of the size `read` to one of the size `made`, or to its part from `corner` on.

    `channels` : those of the target, and of the source
    `places` : of taps, and their numbers, which sums of one kind share
    """

    def __init__(self, read: Pair, made: Pair, channels: Pair, corner: Pair = (0, 0)) -> None:
        self.read, self.made, self.channels, self.corner = read, made, channels, corner
        self.places: dict[Places, int] = {}
        self._parts: list[tuple[Ints, Ints]] = []  # (number * targets + target) * sources + source, integer

    def like(self, *parts: tuple[Ints, Ints]) -> Synapses:
        """Another sum between the same populations."""
        made = Synapses(self.read, self.made, self.channels, self.corner)
        made.places, made._parts = self.places, list(parts)
        return made

    def add(self, kernels: Ints, ends: tuple[Ints, Ints], window: Sequence[Pair], sizes: Sizes | None = None) -> None:
        """Add kernels (..., kH, kW) that slide; `ends`: their target and source channels, which broadcast to (...).

        `window` : stride, padding, dilation
        `sizes` : of the maps that are read and made, where they are others than the sum's
        """
        taps, joined = np.moveaxis(kernels, (-2, -1), (0, 1)).copy(), ends[0] * self.channels[1] + ends[1]
        numbers = self._numbers((taps.shape[0], taps.shape[1]), window, sizes or (self.read, self.made))
        numbers = numbers.reshape(*taps.shape[:2], *[1] * joined.ndim)
        if len(self.places) * self.channels[0] * self.channels[1] >= 2**63:
            raise OverflowError("too many channels and places to be numbered")
        inside = (taps != 0) & (numbers >= 0)
        number, between = (np.broadcast_to(part, taps.shape)[inside] for part in (numbers, joined))
        self._parts.append((number * self.channels[0] * self.channels[1] + between, taps[inside]))

    def _numbers(self, kernel: Pair, window: Sequence[Pair], sizes: Sizes) -> Ints:
        """The places of every tap, by number, (kH, kW); -1 where it never falls inside the map."""
        runs, axes = list[list[Run]](), zip(kernel, *sizes, self.corner, *window, strict=True)
        for side, read, made, corner, stride, padding, dilation in axes:
            runs.append([_run(read, made, stride, tap * dilation - padding + corner * stride) for tap in range(side)])
        numbers = np.full(kernel, -1)
        for at in np.ndindex(kernel):
            down, across = runs[0][at[0]], runs[1][at[1]]
            if down[-1] > 0 and across[-1] > 0:
                numbers[at] = self.places.setdefault((down, across), len(self.places))
        return numbers

    def of(self, number: Ints, target: Ints, source: Ints, value: Ints) -> Synapses:
        """Another sum between the same populations, of what `total` gives."""
        return self.like(((number * self.channels[0] + target) * self.channels[1] + source, value))

    def minus(self, other: Synapses) -> Synapses:
        """This sum without another of its kind."""
        return self.like(*self._parts, *((keys, -values) for keys, values in other._parts))

    def total(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Every integer of the sum that is not 0: number of its places, target channel, source channel, value."""
        none = np.zeros(0, np.int64)
        keys, values = (np.concatenate(columns) for columns in zip((none, none), *self._parts, strict=True))
        kept, sums = summed([keys], values)
        self._parts = [(keys[kept], sums)]
        ends, sources = np.divmod(self._parts[0][0], self.channels[1])
        return (*np.divmod(ends, self.channels[0]), sources, sums)

    def sources(self) -> npt.NDArray[np.bool_]:
        """Which neurons of the source have a synapse, (C, height, width)."""
        numbers, _, sources, _ = self.total()
        found = np.zeros((self.channels[1], *self.read), bool)
        for number, ((_, y, down, rows), (_, x, across, columns)) in enumerate(self.places):
            channels = np.unique(sources[numbers == number])
            found[np.ix_(channels, y + down * np.arange(rows), x + across * np.arange(columns))] = True
        return found


def _run(read: int, made: int, stride: int, offset: int) -> Run:
    """Where `target * stride + offset` lies inside a side of `read` places, of all targets of a side of `made`."""
    first, last = max(0, -(offset // stride)), min(made - 1, (read - 1 - offset) // stride)
    return (first, first * stride + offset, stride if last > first else 0, last - first + 1)
