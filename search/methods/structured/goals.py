"""What pruning is to reach, a size or a number of cores, and the smallest uniform rate that does.

The rate is found by bisection over the rates at which some count changes, each candidate being pruned and measured: the result is
never extrapolated. Cores need not fall with every channel, so a smaller rate that happens to reach the goal can be missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from litesnn.base.errors import CompileError, PruningError
from litesnn.compiler.accounting import paper_counts
from litesnn.compiler.estimate import estimate
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.profile import Profile

GRAIN = 1000
"""Rates are whole multiples of 1 / GRAIN."""


UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


@dataclass(frozen=True)
class Costs:
    """Model size in bytes as papers count it, and cores of a profile: None without one, or where the network does not fit it."""

    size: float
    cores: int | None


@dataclass(frozen=True)
class Goals:
    """Upper limits; None is no limit.

    Attributes
    ----------
    size : bytes of the model
    cores : of the profile that costs are measured on
    """

    size: float | None = None
    cores: int | None = None

    def __bool__(self) -> bool:
        return self.size is not None or self.cores is not None

    def reached(self, costs: Costs) -> bool:
        """Whether both limits hold."""
        fits = self.cores is None or (costs.cores is not None and costs.cores <= self.cores)
        return fits and (self.size is None or costs.size <= self.size)


def measure(loaded: LoadedGenotype, profile: Profile | None) -> Costs:
    """Costs of a genotype as it stands, with its own weights and masks."""
    cores = None
    if profile is not None:
        try:
            cores = estimate(loaded, profile).cores
        except CompileError:
            cores = None
    return Costs(paper_counts(loaded).model_size, cores)


def smallest_rate(
    goals: Goals, counts_at: Callable[[float], Sequence[int]], costs_at: Callable[[float], Costs]
) -> float:
    """The smallest rate found whose costs reach the goals; `counts_at` gives the channels left in each group at a rate.

    Raises
    ------
    PruningError
        If one channel per group is still too much; says how small that is.
    """
    rates = _distinct(counts_at)
    if goals.reached(costs_at(rates[0])):
        return rates[0]
    low, high = 0, len(rates) - 1
    smallest = costs_at(rates[high])
    if not goals.reached(smallest):
        raise PruningError(_out_of_reach(goals, smallest))
    while high - low > 1:
        middle = (low + high) // 2
        if goals.reached(costs_at(rates[middle])):
            high = middle
        else:
            low = middle
    return rates[high]


def _distinct(counts_at: Callable[[float], Sequence[int]]) -> list[float]:
    """Ascending rates, the smallest of each set of counts."""
    rates: dict[tuple[int, ...], float] = {}
    for step in range(GRAIN):
        rates.setdefault(tuple(counts_at(step / GRAIN)), step / GRAIN)
    return list(rates.values())


def _out_of_reach(goals: Goals, smallest: Costs) -> str:
    found = []
    if goals.size is not None and smallest.size > goals.size:
        found.append(f"--target-size: found {goals.size:,.0f} bytes; smallest reachable: {smallest.size:,.0f} bytes")
    if goals.cores is not None and (smallest.cores is None or smallest.cores > goals.cores):
        reach = "none, it does not fit the chip" if smallest.cores is None else f"{smallest.cores}"
        found.append(f"--target-cores: found {goals.cores}; smallest reachable: {reach}")
    return (
        "; ".join(found)
        + " (one channel left wherever --rates fixes nothing); fix fewer rates, use fewer bits, or a chip with more room"
    )


def parse_size(text: str) -> float:
    """Bytes of `20000`, `20KB`, `1.6 MB`, `16KiB`.

    Raises
    ------
    PruningError
        For anything else.
    """
    digits = text.rstrip("".join(set("".join(UNITS)) | set("kmgib "))).strip()
    unit = text.strip()[len(digits) :].strip().upper() or "B"
    try:
        size = float(digits) * UNITS[unit]
    except (ValueError, KeyError):
        size = 0.0
    if not 0 < size < float("inf"):
        raise PruningError(f"--target-size: found '{text}'; allowed: bytes, or a number with KB, MB, GB, KiB, MiB, GiB")
    return size
