"""What a grid of slices of one population uses, all slices at once, resource by resource.

The populations a slice reads decide its input axons, lists and formats; the populations that read it decide its output
entries, which is why populations are split in reverse order: readers first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding import Register
from litesnn.compiler.graph import Membranes
from litesnn.compiler.mapping.axons import AxonKinds
from litesnn.compiler.mapping.compartments import compartments, core_decays, core_thresholds, state_words
from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.fan_group import FanGroup
from litesnn.compiler.mapping.fan_rows import Use
from litesnn.compiler.mapping.grid import Grid, box_sums
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.model import Interval, Intervals, Slice, lengths
from litesnn.compiler.mapping.row_axons import map_entries, memory_entries
from litesnn.compiler.mapping.spacing import NO_SPACING, Spacing
from litesnn.compiler.margin import Margin, numbers_of

Ints = npt.NDArray[np.int64]
Found = TypeVar("Found")


@dataclass(frozen=True, eq=False)
class Demand:
    """Everything about one on-chip population that the use of its slices depends on.

    `outgoing` sums output entries below each position, (C + 1, H + 1, W + 1), with one channel for all where they share
    axons; `routes` holds the readers' fans and grids. Both are known once the readers are split. `memo` keeps what is asked for
    again and again. `slots` are the time steps whose sums a core holds: this one, the next, and one per step of the longest delay
    of the program, for its cores are alike. `spacing` says along which axes there are margins around its slices; the fans know.
    """

    population: Membranes
    fans: tuple[Fan, ...]
    splits_space: bool
    limits: CoreLimits
    slots: int
    spacing: Spacing = NO_SPACING
    groups: tuple[FanGroup, ...] = ()
    outgoing: Ints | None = None
    routes: list[tuple[Fan, Grid]] = field(default_factory=list)
    memo: dict[tuple[str, Interval | Intervals], Any] = field(default_factory=dict)

    def usage(self, grid: Grid) -> dict[str, Ints]:
        """Resource -> use per box, (channels, rows, columns)."""
        sums, distinct = self.sums(grid), [self.distinct(channels) for channels in grid.channels]
        counts = {name: np.array([each[name] for each in distinct], np.int64) for name in distinct[0]}
        found = sums | {name: np.broadcast_to(count[:, None, None], grid.shape) for name, count in counts.items()}
        neurons = sums["neurons"]
        return found | {"delay_slots": neurons << self.delay_bits, "neuron_groups": np.ones_like(neurons)}

    def distinct(self, channels: Interval) -> dict[str, int]:
        """`usage` of resources that a channel range takes wherever its slices lie: the values that its neurons and lists differ in."""
        return {
            "synapse_formats": len(self.registers(channels)),
            "threshold_profiles": len(self.thresholds(channels)),
            "compartment_profiles": len(self.decays(channels)),
        }

    def sums(self, grid: Grid) -> dict[str, Ints]:
        """`usage` of resources that slices on one core add up to."""
        neurons = self.allocated(grid)
        words, axons, longest = np.zeros_like(neurons), np.zeros_like(neurons), np.zeros_like(neurons)
        for use in self._uses(grid):
            words += use.words
            axons += use.axons
            longest = np.maximum(longest, use.longest)
        sums = {
            "neurons": neurons,
            "input_axons": axons,
            "output_axons": self._outgoing(grid),
            "synapse_words": words,
            "list_words": longest,
            "layers": np.ones_like(neurons),
            "axon_map": map_entries([fan for fan, _ in self.routes], grid.boxes, self.limits),
            "state_words": grid.neurons * self.state_words,
            "sum_words": self.sum_words(neurons),
        }
        return sums | {"core_words": core_words(sums | {"neuron_groups": 1}, self.limits)}

    def least_words(self, grid: Grid) -> int:
        """Synapse words of all boxes of a grid, at least: indices as wide as the smallest box needs."""
        smallest = int(self.allocated(grid).min()) // self.compartments
        plain = sum(
            int(fan.use(each, grid.rows, grid.columns).words.sum()) for fan in self.plain for each in grid.channels
        )
        return plain + sum(group.total_words(*grid.boxes, group.rule.index_width(smallest)) for group in self.groups)

    def allocated(self, grid: Grid) -> Ints:
        """Compartments that each box takes, (channels, rows, columns)."""
        shape = (
            lengths(grid.channels)[:, None, None],
            lengths(grid.rows)[:, None],
            self.limits.patches.widths(grid.columns),
        )
        rows, columns = self.gaps(grid.rows, grid.columns)
        taken: Ints = numbers_of(shape, (rows[:, None], columns)) * self.compartments
        return taken

    def gaps(self, rows: Intervals, columns: Intervals) -> tuple[Ints, Ints]:
        """Margins around boxes, along rows and along columns."""
        if not any(self.spacing):
            return np.zeros(len(rows), np.int64), np.zeros(len(columns), np.int64)
        return self.fans[0].rows.margins(rows), self.fans[0].columns.margins(columns)

    def margin(self, part: Slice) -> Margin:
        """The margin around a slice."""
        rows, columns = self.gaps((part.rows,), (part.columns,))
        return Margin(int(rows[0]), int(columns[0]))

    def reached_by(self, axons: AxonKinds) -> Demand:
        """The same population, reached by other kinds of axons."""
        fans = tuple(fan.carried_by(axons[fan.source.name]) if fan.kind == "population" else fan for fan in self.fans)
        return replace(self, fans=fans, groups=self._grouped(fans), memo={})

    def spaced(self, spacing: Spacing) -> Demand:
        """The same population, with margins around its slices along some axes."""
        rows = tuple(dict.fromkeys(fan.rows for fan in self.fans)) if spacing.rows else ()
        columns = tuple(dict.fromkeys(fan.columns for fan in self.fans)) if spacing.columns else ()
        fans = tuple(fan.spaced_by(rows, columns) for fan in self.fans)
        return replace(self, spacing=spacing, fans=fans, groups=self._grouped(fans), memo={})

    @property
    def plain(self) -> list[Fan]:
        """The fans without population lists."""
        return [fan for fan in self.fans if not fan.classed]

    @property
    def compartments(self) -> int:
        """Compartments of the chip per neuron."""
        return compartments(self.population, self.limits.neuron)

    @property
    def state_words(self) -> int:
        """Words of `core_words` per neuron."""
        return state_words(self.population, self.limits.neuron, self.limits.neuron_words, self.limits.word_bits)

    def sum_words(self, neurons: Any) -> Any:
        """Words of `core_words` that the sums of so many neurons take, where they take any."""
        return -(-neurons * self.slots * self.limits.sum_bits // self.limits.word_bits)

    @property
    def delay_bits(self) -> int:
        """Bits of the longest delay into the population: its accumulators are 2^bits per neuron."""
        return max((fan.delay_bits for fan in self.fans), default=0)

    def registers(self, channels: Interval) -> frozenset[Register]:
        """Synapse format registers that a core with a channel range needs."""
        return self.remember(
            "registers", channels, lambda: frozenset().union(*(f.registers(channels) for f in self.fans))
        )

    def thresholds(self, channels: Interval) -> frozenset[int]:
        """Distinct threshold mantissas of a channel range."""
        neuron = self.limits.neuron
        return self.remember("thresholds", channels, lambda: core_thresholds(self.population, channels, neuron))

    def decays(self, channels: Interval) -> frozenset[tuple[int, int]]:
        """Distinct pairs of decays of a channel range."""
        neuron = self.limits.neuron
        return self.remember("decays", channels, lambda: core_decays(self.population, channels, neuron))

    def remember(self, name: str, intervals: Interval | Intervals, count: Callable[[], Found]) -> Found:
        """What a count gives for channel ranges or other intervals, counted once."""
        if (name, intervals) not in self.memo:
            self.memo[name, intervals] = count()
        found: Found = self.memo[name, intervals]
        return found

    def fits_entries(self, grid: Grid) -> bool:
        """Whether no box takes more output entries than a core has."""
        return self.most_entries(grid) <= self.limits.resources.get("output_axons", np.inf)

    def most_entries(self, grid: Grid) -> int:
        """Output entries of the fullest box."""
        return int(self._outgoing(grid).max())

    def _uses(self, grid: Grid) -> Iterator[Use]:
        """What all fans take, some together."""
        for fan in self.plain:
            uses = [fan.use(channels, grid.rows, grid.columns) for channels in grid.channels]
            yield Use(
                *(np.stack(each) for each in zip(*((use.words, use.axons, use.longest) for use in uses), strict=True))
            )
        for group in self.groups:
            yield group.use(*grid.boxes)

    def _grouped(self, fans: tuple[Fan, ...]) -> tuple[FanGroup, ...]:
        """The groups, of the same fans with other axons or margins."""
        now = dict(zip(self.fans, fans, strict=True))
        return tuple(group.like([now[fan] for fan in group.fans]) for group in self.groups)

    def _outgoing(self, grid: Grid) -> Ints:
        if self.limits.entries is not None:
            if self.outgoing is None:
                return np.zeros_like(grid.neurons)
            if len(self.outgoing) - 1 == self.population.shape[0]:
                return box_sums(self.outgoing, grid)
            pixels = box_sums(self.outgoing, replace(grid, channels=((0, 1),)))
            return np.broadcast_to(pixels, grid.neurons.shape)
        if self.limits.memory_per_pixel:
            return memory_entries([(fan, len(readers.channels)) for fan, readers in self.routes], grid.boxes)
        shape = grid.neurons.shape
        result = np.zeros(shape, np.int64)
        for fan, readers in self.routes:
            rows = _overlaps(fan.rows.touched, readers.rows, grid.rows)
            columns = _overlaps(fan.columns.touched, readers.columns, grid.columns)
            result += len(readers.channels) * rows[None, :, None] * columns[None, None, :]
        return result


def core_words(usage: dict[str, Any], limits: CoreLimits) -> Any:
    """SynMem + AxonIn + Neurons + NeuronGroups + AxonMap + AxonMem, an entry a word (docs/sources.md); and sums, where they share."""
    fixed = usage["state_words"] + usage["sum_words"] + usage["axon_map"] * limits.axon_map_words
    return usage["synapse_words"] + usage["input_axons"] + usage["neuron_groups"] + usage["output_axons"] + fixed


def _overlaps(touched: object, readers: Intervals, own: Intervals) -> Ints:
    """How many reader intervals each own interval of source positions reaches."""
    assert callable(touched)
    reach = np.stack([touched(*interval) > 0 for interval in readers])
    return np.array([int(reach[:, first:last].any(axis=1).sum()) for first, last in own], np.int64)
