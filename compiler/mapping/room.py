"""Output entries that there is still room for at the sources of populations, while slices of these are cut.

Which cores a source's axons go to follows from how its readers are cut. Here all readers are cut as planned, and every cut
further is added exactly; so a cut is refused where a box of some source would take more entries than a core has.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.entries import destinations
from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.grid import Grid, below, box_sums
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.mapping.tiling import Tiling
from litesnn.compiler.mapping.usage import Demand

Ints = npt.NDArray[np.int64]
Change = dict[str, Ints]
"""Source -> further entries of each sender: (C, H, W), or (1, H, W) where the channels of a pixel share axons."""


class Room:
    """Entries of every population, and what its boxes leave of a core's."""

    def __init__(
        self, demands: dict[str, Demand], tilings: dict[str, Tiling], limits: CoreLimits, further: int
    ) -> None:
        """Of populations cut as planned; every axon takes `further` entries besides its own."""
        self.demands, self.tilings, self.further = demands, tilings, further
        self.entries, self.limit = limits.entries or {}, limits.resources["output_axons"]
        self.outgoing: Change = {name: np.zeros((1, *d.population.shape[1:]), np.int64) for name, d in demands.items()}
        for name, demand in demands.items():
            for fan in self._fans(demand):
                sent = sum(destinations(fan, grid) for grid in tilings[name].bands)
                self.outgoing[fan.source.name] = self.outgoing[fan.source.name] + self._each(fan) * sent
        self.left = {
            name: [self.limit // together - taken for together, taken in zip(tiling.together, taken_by, strict=True)]
            for (name, tiling), taken_by in zip(tilings.items(), map(self._taken, tilings), strict=True)
        }

    def known(self, name: str) -> Demand:
        """The demand of a population whose readers are cut."""
        return replace(self.demands[name], outgoing=below(self.outgoing[name]))

    def change(self, part: Slice, *pieces: Slice) -> Change:
        """What it adds at the sources that a slice is cut into pieces."""
        found: Change = {}
        for fan in self._fans(self.demands[part.population]):
            more = sum((_sent(fan, piece) for piece in pieces), -_sent(fan, part))
            found[fan.source.name] = found.get(fan.source.name, 0) + self._each(fan) * more
        return found

    def cost(self, change: Change) -> float:
        """Cores that what is added fills."""
        ranges = {name: self.tilings[name].ranges if len(change[name]) == 1 else 1 for name in change}
        return sum(ranges[name] * int(more.sum()) for name, more in change.items()) / self.limit

    def take(self, change: Change) -> bool:
        """Add it, if every box of the sources has room for it."""
        added = {name: [_boxes(more, grid) for grid in self.tilings[name].bands] for name, more in change.items()}
        for name, each in added.items():
            if any((more > np.maximum(left, 0)).any() for more, left in zip(each, self.left[name], strict=True)):
                return False
        self.add(change)
        return True

    def add(self, change: Change) -> None:
        """Add it, whether there is room or not."""
        for name, more in change.items():
            added = [_boxes(more, grid) for grid in self.tilings[name].bands]
            self.left[name] = [left - each for each, left in zip(added, self.left[name], strict=True)]
            self.outgoing[name] = self.outgoing[name] + more

    def _taken(self, name: str) -> list[Ints]:
        return [_boxes(self.outgoing[name], grid) for grid in self.tilings[name].bands]

    def _each(self, fan: Fan) -> int:
        return self.entries.get(fan.axon, 1) + self.further

    def _fans(self, demand: Demand) -> list[Fan]:
        return [fan for fan in demand.fans if fan.source.name in self.demands]


def _sent(fan: Fan, part: Slice) -> Ints:
    """Which senders of a fan's source project to a slice."""
    rows, columns = fan.rows.touched(*part.rows), fan.columns.touched(*part.columns)
    return fan.sending(part.channels)[:, rows[:, None], columns[None, :]].astype(np.int64)


def _boxes(entries: Ints, grid: Grid) -> Ints:
    """Sums over the boxes of a grid: (channel ranges or 1, rows, columns)."""
    return box_sums(below(entries), grid if len(entries) > 1 else replace(grid, channels=((0, 1),)))
