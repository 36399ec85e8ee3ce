"""Rates per group for what a chip is to hold: who holds most of what binds goes first.

Each group holds some of the resource that binds. Up to a level a group stays whole; above it, it keeps so many of its channels that it
holds as much as the level says. Of all rates that leave as much in sum these keep the largest product of kept fractions, so that none
is emptied for another. Lowering the level is one number to look for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litesnn.base.errors import CompileError
from litesnn.compiler.estimate import Estimate, estimate
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.profile import Profile
from litesnn.search.methods.structured.groups import ChannelGroup
from litesnn.search.methods.structured.scored import ScoredChannels

NEURONS, MEMORY = "neurons", "synapse_words"


@dataclass(frozen=True)
class Filling:
    """What the groups hold of what binds, and the rates that follow.

    Attributes
    ----------
    binds : a resource of the chip
    held : of each group, in any unit; 0 where the group is not open, or holds nothing of it
    named : rates of groups that are given; None where a group is open
    channels : of the largest group
    """

    binds: str
    held: tuple[float, ...]
    named: tuple[float | None, ...]
    channels: int

    @classmethod
    def of(
        cls, channels: ScoredChannels, named: Sequence[float | None], profile: Profile, *, by_memory: bool
    ) -> Filling:
        """See what binds: the synapse memory where it alone is limited, otherwise what fills most cores of the whole network.

        Neurons are counted. Of anything else each group's part is what the compiler's estimate falls by with half of its channels.
        """
        whole = _estimated(channels.loaded, profile)
        binds = MEMORY if by_memory else (whole.binds if whole is not None else "") or NEURONS
        held = []
        for place, (group, rate) in enumerate(zip(channels.groups, named, strict=True)):
            if rate is not None or not group.removable:
                held.append(0.0)
            elif binds == NEURONS or whole is None:
                held.append(float(_neurons(channels.loaded, group)))
            else:
                rates = [0.5 if other == place else 0.0 for other in range(len(channels.groups))]
                half = _estimated(channels.pruned(rates), profile)
                held.append(0.0 if half is None else max(0.0, _amount(whole, binds) - _amount(half, binds)))
        return cls(binds, tuple(held), tuple(named), max(len(group.sets) for group in channels.groups))

    def rates(self, depth: float) -> list[float]:
        """The rates at a depth from 0, nothing goes, to 1, one channel of each group is left."""
        holding = [amount for amount in self.held if amount > 0]
        if not holding:
            return [0.0 if rate is None else rate for rate in self.named]
        lowest = min(holding) / (max(holding) * (self.channels + 1))
        level = max(holding) * lowest**depth
        return [
            (0.0 if amount <= level else 1 - level / amount) if rate is None else rate
            for amount, rate in zip(self.held, self.named, strict=True)
        ]


def _estimated(loaded: LoadedGenotype, profile: Profile) -> Estimate | None:
    """None where it does not fit the chip."""
    try:
        return estimate(loaded, profile)
    except CompileError:
        return None


def _amount(found: Estimate, binds: str) -> float:
    return float(found.synapse_words) if binds == MEMORY else found.bounds.get(binds, 0.0)


def _neurons(loaded: LoadedGenotype, group: ChannelGroup) -> int:
    sizes = {node.name: node.shape[1] * node.shape[2] for node in loaded.topology.nodes}
    return sum(sizes[name] for members in group.sets for name, _ in members)
