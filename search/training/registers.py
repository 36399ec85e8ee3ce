"""What training says of the registers: shares that overflow as it runs, and at its end what each layer's weights can reach."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from litesnn.compiler.profile import Profile
from litesnn.search.model.membrane_units import ACCUMULATOR_LIMIT
from litesnn.search.model.membranes import FixedMembrane, IntegerEdge
from litesnn.search.model.registers import REGISTER, Tally
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.run.ranks import Ranks

CURRENT_UNITS = 64
"""Units of a current that one unit of a sum is worth."""


@dataclass(frozen=True)
class LayerRegisters:
    """One population after training.

    Attributes
    ----------
    reach : largest sum that its weights allow any input to cause
    limit : what the accumulator holds
    sums : of the test set beyond it
    """

    population: str
    reach: int
    limit: int
    sums: int


@dataclass(frozen=True)
class Watch:
    """Which registers a training heeds: those of a profile, or the 24-bit current that all chips share (`profile` None)."""

    profile: Profile | None = None

    @property
    def limit(self) -> int:
        """Largest sum that fits the accumulator, and the current that it becomes."""
        current = (REGISTER - 1) // CURRENT_UNITS
        if self.profile is None:
            return current
        return min(self.profile.accumulator_limit, self.profile.state_limit // CURRENT_UNITS, current)

    @property
    def chosen_limit(self) -> int:
        """What membrane units are chosen to stay below."""
        return min(ACCUMULATOR_LIMIT, self.limit + 1)

    def tally(self, model: SpikingModel) -> Tally:
        """An empty count; sums beyond the limit are counted where a profile is trained for."""
        return Tally(None if self.profile is None else self.limit, self.on_host(model))

    def on_host(self, model: SpikingModel) -> frozenset[str]:
        """The populations that are computed on the host of this chip, which has no accumulator."""
        if self.profile is None or self.profile.graded_input or model.genotype.input.encoding != "direct":
            return frozenset()
        nodes = model.topology.nodes
        return frozenset(node.name for node in nodes if all(edge.reads_input for edge in node.edges))


def shares(tally: Tally, ranks: Ranks, device: torch.device) -> tuple[float, float | None]:
    """Shares of all processes' sums that overflowed, and that were beyond the profile's accumulator (None without one)."""
    left = sum(tally.wrapped.values()) + sum(tally.clipped.values())
    counts = torch.tensor([tally.sums, left, sum(tally.beyond.values())], dtype=torch.float64, device=device)
    sums, overflowed, beyond = ranks.total(counts).tolist()
    return overflowed / max(sums, 1), None if tally.limit is None else beyond / max(sums, 1)


def by_layer(model: SpikingModel, watch: Watch, tally: Tally, ranks: Ranks) -> tuple[LayerRegisters, ...]:
    """The populations whose weights allow sums beyond the accumulator, as they are after training; `tally` of the test set."""
    host = watch.on_host(model)
    with torch.no_grad():
        reached = {
            node.plan.name: float(FixedMembrane(node, exact=True).reach.max())
            for node in model.node_list()
            if node.plan.name not in host
        }
        reached["readout"] = float(IntegerEdge(model.readout, exact=True).largest_sum.max())
    over = {name: int(reach) for name, reach in reached.items() if reach > watch.limit}
    seen = torch.tensor([tally.beyond.get(name, 0) for name in over], dtype=torch.float64, device=model.pool_exp.device)
    counts = ranks.total(seen).tolist()
    return tuple(
        LayerRegisters(name, reach, watch.limit, int(count))
        for (name, reach), count in zip(over.items(), counts, strict=True)
    )
