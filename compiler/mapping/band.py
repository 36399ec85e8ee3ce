"""How a range of channels may be cut into rows and columns: what each such cut takes, all cuts at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.front import front
from litesnn.compiler.mapping.model import Interval, Intervals, lengths
from litesnn.compiler.mapping.split import inner
from litesnn.compiler.mapping.usage import Demand

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Band:
    """One cut of the map of a channel range, none of whose boxes is too large.

    Attributes
    ----------
    rows, columns : into which it is cut
    pixels : of the largest box
    share : of a core that the largest box takes, of what it takes most of, output entries aside
    words : of lists in all boxes, as shares of a core
    entries : per fan, what all boxes take of its source, at most
    """

    rows: Intervals
    columns: Intervals
    pixels: int
    share: float
    words: float
    entries: tuple[float, ...]

    @property
    def boxes(self) -> int:
        """Boxes of one channel range."""
        return len(self.rows) * len(self.columns)

    @property
    def most(self) -> int:
        """Boxes that a core has room for."""
        return int(1 / self.share + 1e-9)


class Bands:
    """The cuts of the map of one population."""

    def __init__(self, demand: Demand, fans: Sequence[Fan], further: int, *, shared: bool) -> None:
        """`fans` of which entries count, `further` of them an axon; `shared`: whether the channels of its pixels share axons."""
        self.demand, self.shared = demand, shared
        shape, patches = demand.population.shape, demand.limits.patches
        self.rows = list(patches.rows(shape)) if demand.splits_space else [((0, shape[1]),)]
        self.columns = list(patches.columns(shape)) if demand.splits_space else [((0, shape[2]),)]
        self.inner = tuple(inner(each) for each in self.rows), tuple(inner(each) for each in self.columns)
        self.pixels: Ints = np.outer(lengths(self.inner[0]), lengths(self.inner[1]))
        kinds = demand.limits.entries or {}
        self.entries = [(kinds.get(fan.axon, 1) + further) * self._senders(fan) for fan in fans]
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
        limits = self.demand.limits.resources
        neurons = (channels[1] - channels[0]) * self.pixels
        words, axons = self._lists(channels, neurons)
        most = min(limits["neurons"], limits.get("delay_slots", np.inf) / 2**self.demand.delay_bits)
        share: Floats = np.maximum(neurons * self.demand.compartments / most, words / limits["synapse_words"])
        share = np.maximum(share, axons / limits["input_axons"])
        found = [
            Band(
                rows=self.rows[i],
                columns=self.columns[j],
                pixels=int(self.pixels[i, j]),
                share=float(share[i, j]),
                words=len(self.rows[i]) * len(self.columns[j]) * float(words[i, j]) / limits["synapse_words"],
                entries=tuple(float(each[i, j]) for each in self.entries),
            )
            for i, j in np.argwhere(share <= 1).tolist()
        ]
        points = [(band.boxes / band.most, band.pixels if self.shared else 0, *band.entries) for band in found]
        return [found[i] for i in front(np.array(points, np.float64)).tolist()] if found else []

    def _lists(self, channels: Interval, neurons: Ints) -> tuple[Ints, Ints]:
        """Words and input axons of the innermost box of every cut."""
        words, axons = np.zeros_like(neurons), np.zeros_like(neurons)
        fitting = neurons <= self.demand.limits.resources["neurons"]
        for fan in self.demand.fans:
            if not fan.classed:
                use = fan.use(channels, *self.inner)
                words, axons = words + use.words, axons + use.axons
                continue
            down, across = (
                axis.multiplicity(cut) for axis, cut in zip((fan.rows, fan.columns), self.inner, strict=True)
            )
            atoms, copies = fan.atoms(channels), fan.copies(*self.inner, down, across)
            if fan.axon == "discrete":
                axons += down @ fan.reached(channels).sum(axis=0) @ across.T
            else:
                axons += min(atoms, 1) * np.outer(down[:, 1:].sum(axis=1), across[:, 1:].sum(axis=1))
            widths = np.array([[fan.index_width(count) for count in line] for line in neurons.tolist()])
            for index, longest in fan.longest_lists(channels, np.unique(widths[fitting]).tolist()).items():
                these = fitting & (widths == index)
                words[these] += atoms * np.einsum("ij,hwij->hw", longest, copies)[these]
        return words, axons
