"""What pruning is to reach, a size, memory or a number of cores, and the smallest rate, or depth of a filling, that does.

The rate is found by bisection over the rates at which some count changes, each candidate being pruned and measured: the result is
never extrapolated. Cores need not fall with every channel, so a smaller rate that happens to reach the goal can be missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from litesnn.base.errors import CompileError, PruningError
from litesnn.base.settings.sizes import ALLOWED, bytes_of
from litesnn.compiler.accounting import paper_counts
from litesnn.compiler.estimate import estimate
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.profile import Profile

GRAIN = 1000
"""Rates are whole multiples of 1 / GRAIN."""


@dataclass(frozen=True)
class Costs:
    """Model size in bytes as papers count it, and cores and bytes of synapse memory of a profile: None without one, or where the network
    does not fit it."""

    size: float
    cores: int | None
    memory: int | None = None


@dataclass(frozen=True)
class Goals:
    """Upper limits; None is no limit.

    Attributes
    ----------
    size : bytes of the model
    cores : of the profile that costs are measured on
    max_cores, max_memory : the same of cores and of bytes of synapse memory, by rates of each group's own (`filling`) instead of a common
        one
    """

    size: float | None = None
    cores: int | None = None
    max_cores: int | None = None
    max_memory: int | None = None

    def __post_init__(self) -> None:
        if self.per_group and (self.size is not None or self.cores is not None):
            raise PruningError(
                "--max-cores, --max-memory: found with --target-size or --target-cores; allowed: rates of each group's own, or a common one"
            )

    def __bool__(self) -> bool:
        return bool(self._of_chip) or self.size is not None

    @property
    def per_group(self) -> bool:
        """Whether groups get rates of their own."""
        return self.max_cores is not None or self.max_memory is not None

    @property
    def on_chip(self) -> str:
        """The option that needs a chip; empty without one."""
        return next(iter(self._of_chip), "")

    @property
    def _of_chip(self) -> dict[str, tuple[str, int]]:
        """Option -> which of `Costs`, and its limit."""
        given = {
            "--target-cores": ("cores", self.cores),
            "--max-cores": ("cores", self.max_cores),
            "--max-memory": ("memory", self.max_memory),
        }
        return {option: (name, limit) for option, (name, limit) in given.items() if limit is not None}

    def reached(self, costs: Costs) -> bool:
        """Whether all limits hold."""
        return not self.missed(costs)

    def missed(self, costs: Costs) -> list[str]:
        """What is beyond a limit, in words."""
        missed = []
        if self.size is not None and costs.size > self.size:
            missed.append(f"--target-size: found {self.size:,.0f} bytes; smallest reachable: {costs.size:,.0f} bytes")
        for option, (name, limit) in self._of_chip.items():
            value: int | None = getattr(costs, name)
            if value is None or value > limit:
                reach = "none, it does not fit the chip" if value is None else f"{value:,}"
                missed.append(f"{option}: found {limit:,}; smallest reachable: {reach}")
        return missed


def measure(loaded: LoadedGenotype, profile: Profile | None) -> Costs:
    """Costs of a genotype as it stands, with its own weights and masks."""
    size = paper_counts(loaded).model_size
    if profile is not None:
        try:
            found = estimate(loaded, profile)
        except CompileError:
            return Costs(size, None)
        return Costs(size, found.cores, found.synapse_bytes)
    return Costs(size, None)


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
    return (
        "; ".join(goals.missed(smallest))
        + " (one channel left wherever --rates fixes nothing); fix fewer rates, use fewer bits, or a chip with more room"
    )


def parse_size(text: str, option: str = "--target-size") -> float:
    """Bytes of `20000`, `20KB`, `1.6 MB`, `16KiB`.

    Raises
    ------
    PruningError
        For anything else.
    """
    size = bytes_of(text)
    if size is None:
        raise PruningError(f"{option}: found '{text}'; allowed: {ALLOWED}")
    return size
