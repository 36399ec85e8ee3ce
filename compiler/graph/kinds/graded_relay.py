"""Relays of graded values, where a synapse has less delay than they need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, final

from pydantic import Field

from litesnn.compiler.graph.findings import Range
from litesnn.compiler.graph.kinds.arrivals import Arrivals
from litesnn.compiler.graph.kinds.document import MembranesDocument, Name, PopulationDocument
from litesnn.compiler.graph.kinds.membranes import Membranes
from litesnn.compiler.graph.kinds.registers import Sends
from litesnn.compiler.graph.kinds.sigma_delta import state_range


class GradedRelayDocument(MembranesDocument):
    """A population that sends graded values on."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "graded_relay"}

    kind: Literal["graded_relay"]
    message_bits: Annotated[int, Field(ge=1, le=32)]
    stands_for: Name | None = None


@final
@dataclass(frozen=True, eq=False, repr=False)
class GradedRelay(Membranes):
    """Sends on what it gets: Lava's `SigmaDelta` without activation, threshold and shifts, whose change of the sum is what arrived.

    sigma = sigma + arriving;  sent = change of sigma = arriving

    `message_bits`: width of what it sends, the sign included. `stands_for`: the population whose values it carries on, never a relay.
    """

    kind: ClassVar[str] = "graded_relay"
    shows: ClassVar[Literal["potential", "membrane"]] = "membrane"
    in_registers: ClassVar[bool] = False
    has_reset: ClassVar[bool] = False
    trained: ClassVar[bool] = False
    document: ClassVar[type[PopulationDocument]] = GradedRelayDocument

    message_bits: int = 24
    stands_for: str | None = None

    @property
    def sends(self) -> Sends:
        """See `Population.sends`."""
        return "graded"

    @property
    def sent(self) -> tuple[int, int]:
        """See `Population.sent`."""
        return (-(1 << (self.message_bits - 1)), (1 << (self.message_bits - 1)) - 1)

    def ranges(self, arrivals: Arrivals, accumulator_limit: int) -> list[Range]:
        """What arrives in a step; the sum may pass its register, since only its change is sent."""
        return [state_range(self.name, "accumulator", arrivals.changes())]

    def sent_sums(self, arrivals: Arrivals) -> tuple[int, int]:
        """What it sent adds up to what arrived."""
        low, high = arrivals.totals()
        return min(int(low.min()), 0), max(int(high.max()), 0)
