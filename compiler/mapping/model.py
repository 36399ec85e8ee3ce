"""What mapping produces: slices of populations, the cores that hold them, and where each core stands on chip and mesh.

Everything here is plain and immutable, so that mapping twice gives the same bytes. Neuron ids are those of the graph:
position in the population's (C, H, W) map, flattened in C order.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Brief, Shown
from litesnn.compiler.mapping.axons import AxonKind
from litesnn.compiler.mapping.card import mapping_card
from litesnn.compiler.mapping.objective_names import BALANCED, ObjectiveName
from litesnn.compiler.margin import NO_MARGIN, Margin

Interval = tuple[int, int]
Intervals = tuple[Interval, ...]
Shape = tuple[int, int, int]
Ids = npt.NDArray[np.int64]


def lengths(intervals: Intervals) -> Ids:
    """Length of each interval."""
    return np.array([last - first for first, last in intervals], np.int64)


@dataclass(frozen=True, order=True)
class Slice:
    """A box of one population's map: channels, rows and columns, each as a half-open interval (first, last + 1)."""

    population: str
    channels: Interval
    rows: Interval
    columns: Interval

    @property
    def neurons(self) -> int:
        """Number of neurons in the box."""
        return prod(self.shape)

    @property
    def shape(self) -> Shape:
        """Channels, rows and columns of the box."""
        channels, rows, columns = self.channels, self.rows, self.columns
        return channels[1] - channels[0], rows[1] - rows[0], columns[1] - columns[0]

    def ids(self, shape: Shape) -> Ids:
        """Ids of the neurons in the population's map of `shape` (C, H, W), ascending; their order is the order on the core."""
        channels, rows, columns = (np.arange(*interval) for interval in (self.channels, self.rows, self.columns))
        ids: Ids = ((channels[:, None, None] * shape[1] + rows[:, None]) * shape[2] + columns).ravel()
        return ids


@dataclass(frozen=True, kw_only=True, repr=False)
class Core(Brief):
    """One core: its slices, in the order their neurons are numbered on it, what they use, and where it stands.

    `usage` maps a resource of `CoreLimits.resources` to what the slices take of it. `router` is (x, y) on the chip's mesh,
    `slot` counts the cores of one router. `margins`: of every slice the gaps between its neurons (`compiler.margin`); none where
    none has any.
    """

    slices: tuple[Slice, ...]
    usage: dict[str, int]
    chip: int
    router: tuple[int, int]
    slot: int
    margins: tuple[Margin, ...] = ()

    @property
    def placed(self) -> list[tuple[Slice, Margin]]:
        """Every slice with its margin."""
        return list(zip(self.slices, self.margins or (NO_MARGIN,) * len(self.slices), strict=True))

    @property
    def neurons(self) -> int:
        """Neurons on the core."""
        return sum(part.neurons for part in self.slices)


@dataclass(frozen=True)
class Mesh:
    """A chip's mesh of routers: `columns` x `rows`, each serving `cores_per_router` cores, of which `cores` are usable."""

    columns: int
    rows: int
    cores_per_router: int
    cores: int


@dataclass(frozen=True)
class Traffic:
    """What one placement costs, packets per sample; a packet goes from one source neuron to one destination core.

    Attributes
    ----------
    packets : packets between different cores
    hops : router-to-router hops of one packet per connected pair of cores
    hop_weighted : packets times hops, what placement minimizes
    chip_crossings : packets between different chips
    busiest_link : packets over the busiest directed link, XY routing
    busiest_core : packets sent and received by the busiest core (given by the partition alone)
    """

    packets: float
    hops: int
    hop_weighted: float
    chip_crossings: float
    busiest_link: float
    busiest_core: float


@dataclass(frozen=True, repr=False)
class Mapping(Shown):
    """A mapped network.

    Attributes
    ----------
    profile : name of the hardware profile
    mesh : the chip's mesh
    chips : number of chips used
    cores : in core order; a core's index is its number in `links` and in reports
    lower_bound : resource -> cores that its total demand fills; no mapping can use fewer than the largest, rounded up
    cost : NxTF's cost: cores, plus input axons, output axons and synapse words each over its limit, summed over cores
    placements : strategy -> its traffic; `litesnn` (kept), `row_major`, `random`
    links : (source core, destination core, packets per sample), by source, then destination
    axons : source population -> kind of its axons towards shared kernels (`mapping.axons`), where the chip offers several
    objective : what the placement was chosen for (`mapping.objective`)
    """

    profile: str
    mesh: Mesh
    chips: int
    cores: tuple[Core, ...]
    lower_bound: dict[str, float]
    cost: float
    placements: dict[str, Traffic]
    links: tuple[tuple[int, int, float], ...]
    axons: dict[str, AxonKind]
    objective: ObjectiveName = BALANCED

    def card(self) -> Card:
        """See `Shown`: its cores."""
        return mapping_card(self)

    @property
    def synapse_words(self) -> int:
        """Synapse memory over all cores, as encoded."""
        return sum(core.usage.get("synapse_words", 0) for core in self.cores)

    @property
    def least_cores(self) -> int:
        """The lower bound in whole cores."""
        return int(np.ceil(max(self.lower_bound.values(), default=1.0) - 1e-9))
