"""How a range of channels may be cut into rows and columns: what each such cut takes, all cuts at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding.rule import bit_length, round_up
from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.front import front
from litesnn.compiler.mapping.largest import innermost
from litesnn.compiler.mapping.model import Interval, Intervals, lengths
from litesnn.compiler.mapping.usage import Demand
from litesnn.compiler.margin import numbers_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Band:
    """One cut of the map of a channel range, none of whose boxes is too large.

    Attributes
    ----------
    rows, columns : into which it is cut
    pixels : of the largest box
    most : boxes that a core has room for, output entries aside
    words : of lists in all boxes, as shares of a core
    neurons : that all boxes take with their margins, as shares of a core
    entries : per fan, what all boxes take of its source, at most
    """

    rows: Intervals
    columns: Intervals
    pixels: int
    most: int
    words: float
    neurons: float
    entries: tuple[float, ...]

    @property
    def boxes(self) -> int:
        """Boxes of one channel range."""
        return len(self.rows) * len(self.columns)


class Bands:
    """The cuts of the map of one population: arrays over cuts are (cuts into rows, cuts into columns)."""

    def __init__(self, demand: Demand, fans: Sequence[Fan], further: int, *, shared: bool) -> None:
        """`fans` of which entries count, `further` of them an axon; `shared`: whether the channels of its pixels share axons."""
        self.demand, self.shared = demand, shared
        shape, patches = demand.population.shape, demand.limits.patches
        self.rows = list(patches.rows(shape)) if demand.splits_space else [((0, shape[1]),)]
        self.columns = list(patches.columns(shape)) if demand.splits_space else [((0, shape[2]),)]
        self.inner: tuple[Intervals, Intervals] = (
            tuple(innermost(demand, each, columns=False) for each in self.rows),
            tuple(innermost(demand, each, columns=True) for each in self.columns),
        )
        self.gaps: tuple[Ints, Ints] = (
            np.array([demand.gaps(each, self.columns[0])[0].sum() for each in self.rows]),
            np.array([demand.gaps(self.rows[0], each)[1].sum() for each in self.columns]),
        )
        self.pixels: Ints = np.outer(lengths(self.inner[0]), lengths(self.inner[1]))
        self.boxes: Ints = np.outer([len(cut) for cut in self.rows], [len(cut) for cut in self.columns])
        kinds = demand.limits.entries or {}
        self.entries = [(kinds.get(fan.axon, 1) + further) * self._senders(fan) for fan in fans]
        self.groups = [(group, *group.views.of(*self.inner).whole) for group in demand.groups]
        self.known: dict[Interval, list[Band]] = {}

    def of(self, channels: Interval) -> list[Band]:
        """Cuts of a channel range that no other one is as good as."""
        if channels not in self.known:
            self.known[channels] = self._of(channels)
        return self.known[channels]

    def _senders(self, fan: Fan) -> Ints:
        """Senders that each cut projects to, in all its boxes, if some of its channels read all that any does."""
        whole = fan.senders(((0, self.demand.population.shape[0]),))
        down = np.stack([fan.rows.multiplicity(each).sum(axis=0) for each in self.rows])
        across = np.stack([fan.columns.multiplicity(each).sum(axis=0) for each in self.columns])
        senders: Ints = down @ whole @ across.T
        return senders

    def _of(self, channels: Interval) -> list[Band]:
        limits, count = self.demand.limits.resources, channels[1] - channels[0]
        numbers = self._numbers(count)
        words, axons = self._lists(channels, numbers)
        most = min(limits["neurons"], limits.get("delay_slots", np.inf) / 2**self.demand.delay_bits)
        share: Floats = np.maximum(numbers * self.demand.compartments / most, words / limits["synapse_words"])
        share = np.maximum(share, axons / limits["input_axons"])
        room = np.floor(1 / np.maximum(share, 1e-9) + 1e-9)
        i, j = np.nonzero(share <= 1)
        cores, pixels = (self.boxes / np.maximum(room, 1))[i, j], self.pixels[i, j] if self.shared else np.zeros(len(i))
        neurons = self._neurons(count)
        kept = front(np.stack([cores, pixels, *(each[i, j] for each in self.entries)], axis=1))
        return [
            Band(
                rows=self.rows[row],
                columns=self.columns[column],
                pixels=int(self.pixels[row, column]),
                most=int(room[row, column]),
                words=float(self.boxes[row, column] * words[row, column]) / limits["synapse_words"],
                neurons=float(neurons[row, column]) / limits["neurons"],
                entries=tuple(float(each[row, column]) for each in self.entries),
            )
            for row, column in zip(i[kept].tolist(), j[kept].tolist(), strict=True)
        ]

    def _neurons(self, channels: int) -> Ints:
        """Neurons of all boxes of every cut, of so many channels, with margins."""
        _, height, width = self.demand.population.shape
        below, beside = self.gaps
        tall, wide = height + below[:, None], width + beside
        lead = below[:, None] * wide + np.array(list(map(len, self.rows)))[:, None] * beside
        neurons: Ints = (lead + channels * tall * wide) * self.demand.compartments
        return neurons

    def _numbers(self, channels: int) -> Ints:
        """Numbers on a core that the innermost box of every cut takes, of so many channels."""
        sides = np.array([[channels]]), lengths(self.inner[0])[:, None], lengths(self.inner[1])[None]
        below, beside = self.demand.gaps(*self.inner)
        return numbers_of(sides, (below[:, None], beside[None]))

    def _lists(self, channels: Interval, numbers: Ints) -> tuple[Floats, Floats]:
        """Words and input axons of the innermost box of every cut."""
        words, axons = np.zeros(numbers.shape), np.zeros(numbers.shape)
        fitting = numbers <= self.demand.limits.resources["neurons"]
        for fan in self.demand.plain:
            use = fan.use(channels, *self.inner)
            words, axons = words + use.words, axons + use.axons
        for group, positions, copies in self.groups:
            offered = group.rule.index_widths
            axons += positions @ group.axons(channels)
            widths = np.minimum(round_up(bit_length(numbers - 1), offered), offered[-1])
            needed: list[int] = np.unique(widths[fitting]).tolist()
            for index, each in zip(needed, group.words(channels, needed), strict=True):
                these = fitting & (widths == index)
                words[these] += copies[these] @ each
        return words, axons
