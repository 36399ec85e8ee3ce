"""Relays, where a path needs more delay than a synapse has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, final

from litesnn.compiler.graph.kinds.document import MembranesDocument, Name, PopulationDocument
from litesnn.compiler.graph.kinds.lif import Lif
from litesnn.compiler.graph.kinds.spiking import Spiking


class RelayDocument(MembranesDocument):
    """A relay population."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "neurons", "role": "relay"}

    kind: Literal["neurons"]
    role: Literal["relay"]
    stands_for: Name | None = None


@final
@dataclass(frozen=True, eq=False, repr=False)
class Relay(Spiking):
    """Sends on what it gets, a step and a delay later: LIF of threshold 0 with one input.

    spike where input > 0

    `stands_for`: the population whose spikes it carries on, never a relay.
    """

    kind: ClassVar[str] = "relay"
    fixed_unit: ClassVar[bool] = True
    trained: ClassVar[bool] = False
    document: ClassVar[type[PopulationDocument]] = RelayDocument

    stands_for: str | None = None

    @property
    def program(self) -> str:
        """It runs LIF's program, in one group with LIF neurons of its constants."""
        return Lif.kind
