"""The readout: what the host takes for the network's answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, final

from litesnn.compiler.graph.kinds.document import MembranesDocument, PopulationDocument
from litesnn.compiler.graph.kinds.leaky import Leaky
from litesnn.compiler.graph.kinds.registers import STATE_MAX, VTH_MAX, WEIGHT_SHIFT, Sends


class ReadoutDocument(MembranesDocument):
    """A readout."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "readout"}

    kind: Literal["readout"]


@final
@dataclass(frozen=True, eq=False, repr=False)
class Readout(Leaky):
    """Integrates without threshold; its membrane is read by the host after the last step of each sample:

        u = sgn(u) * ((|u| * (4096 - (du + 1))) >> 12) + (arriving << 6)
        v = sgn(v) * ((|v| * (4096 - dv)) >> 12) + u + bias

    On the chip its threshold is the largest there is, 2^17 - 1: a membrane above it spikes unseen and starts again from 0.
    """

    kind: ClassVar[str] = "readout"
    read_as: ClassVar[Literal["membrane", "last", "sum"]] = "membrane"
    fixed_unit: ClassVar[bool] = True
    document: ClassVar[type[PopulationDocument]] = ReadoutDocument

    @property
    def sends(self) -> Sends:
        """See `Population.sends`."""
        return "nothing"

    @property
    def read_by_host(self) -> bool:
        """Always."""
        return True

    @property
    def highest_membrane(self) -> int:
        """The largest threshold there is."""
        return VTH_MAX << WEIGHT_SHIFT

    def _end_of_membrane(self, highest: int) -> tuple[int, str]:
        if highest > self.highest_membrane:
            return self.highest_membrane, "spikes like any other and starts again from 0"
        return STATE_MAX, "is clipped"
