"""How far sums and states can go: proved from weights, sources, thresholds and the length of the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import gcd

import numpy as np

from litesnn.base.errors import BackendError, RegisterError
from litesnn.compiler.analysis.bounds import accumulator_bounds
from litesnn.compiler.graph import STATE_MAX, Graph, Leaky, Membranes, Population
from litesnn.compiler.graph.kinds.registers import Interval

Sent = tuple[int, int]
FLOAT64_EXACT = 2**53
ONE_WRAP = 3 * 2**23  # beyond it a current is not back in its register after one wrap


@dataclass(frozen=True)
class Sums:
    """Smallest and largest sum that any input can cause, in weight units, and the common divisor `unit` of the weights."""

    unit: int
    low: int
    high: int

    @property
    def largest(self) -> int:
        """Largest magnitude."""
        return max(self.high, -self.low)


def worst_sums(graph: Graph, population: Membranes, sent: Mapping[str, Sent]) -> Sums:
    """Bounds of a population's sums, given the smallest and largest value that each source sends.

    Raises
    ------
    BackendError
        Where sums could pass 2^53, beyond which nothing here is exact.
    """
    lowest, highest = accumulator_bounds(graph, population, sent)
    found = Sums(_common_unit(graph, population), int(lowest.min()), int(highest.max()))
    if found.largest >= FLOAT64_EXACT:
        raise BackendError(
            f"'{population.name}': synaptic sums can reach {found.largest}; allowed: below 2^53, up to which the exact simulator "
            "is exact (smaller weights, or fewer synapses per neuron)"
        )
    return found


class KnownSums:
    """`worst_sums` of a graph's populations, each computed once for a range of what its sources send."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._found: dict[tuple[str, tuple[tuple[str, Sent], ...]], Sums] = {}

    def of(self, population: Membranes, sent: Callable[[Population], Sent]) -> Sums:
        """Bounds of a population's sums; `sent`: smallest and largest value that a source sends."""
        sources = [self._graph[block.source] for block in self._graph.into(population.name)]
        ranges = {source.name: sent(source) for source in sources}
        key = (population.name, tuple(sorted(ranges.items())))
        if key not in self._found:
            self._found[key] = worst_sums(self._graph, population, ranges)
        return self._found[key]


def _common_unit(graph: Graph, population: Membranes) -> int:
    """Greatest common divisor of all integer weights into a population; 1 where there are none."""
    unit = 0
    for block in graph.into(population.name):
        codes = np.unique(np.abs(block.geometry.codes))
        unit = gcd(unit, int(np.gcd.reduce(codes, initial=0)) << block.exponent)
    return unit or 1


@dataclass(frozen=True)
class StatePeaks:
    """Largest magnitudes the current and the membrane can reach before they wrap or are clipped, membrane units."""

    current: int
    membrane: int
    highest_membrane: int = STATE_MAX

    @property
    def fits(self) -> bool:
        """Whether no register can overflow."""
        return self.current <= STATE_MAX and self.membrane <= self.highest_membrane


@dataclass(frozen=True)
class _Arriving:
    """`Arrivals` of sums that are the same for all channels."""

    sums: Sums
    channels: int
    steps: int

    def values(self) -> Interval:
        """See `Arrivals.values`."""
        return np.full(self.channels, self.sums.low), np.full(self.channels, self.sums.high)

    def changes(self) -> Interval:
        """See `Arrivals.changes`: nothing is known of them here."""
        return self.values()

    def totals(self) -> Interval:
        """See `Arrivals.totals`."""
        low, high = self.values()
        return np.minimum(low, 0) * self.steps, np.maximum(high, 0) * self.steps


def state_peaks(population: Leaky, sums: Sums, steps: int) -> StatePeaks:
    """Worst-case states of a population over a run of `steps` steps without reset."""
    found = population.bounds(_Arriving(sums, population.shape[0], steps), beyond=STATE_MAX)
    current = max(int(found.current_high.max()), -int(found.current_low.min()))
    membrane = max(int(found.membrane_high.max()), -int(found.membrane_low.min()))
    return StatePeaks(current, membrane, population.highest_membrane)


def accumulator_limits(graph: Graph) -> dict[str, int]:
    """Population -> largest sum that the profile's accumulator holds, where some input passes it."""
    return {
        proof.population: proof.limit for proof in graph.ranges if proof.register == "accumulator" and not proof.proved
    }


def current_lost(name: str, reached: int) -> RegisterError:
    """What is raised where a current left its register by more than one wrap brings back."""
    return RegisterError(
        f"'{name}': a current reached {reached:,}; its 24-bit register wraps once, which brings back "
        f"what stays within 3 * 2^23 = {ONE_WRAP:,} (narrower weights, fewer inputs, or smaller inputs)"
    )
