"""Leaky integrate-and-fire neurons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, final

from litesnn.compiler.graph.kinds.document import MembranesDocument, PopulationDocument
from litesnn.compiler.graph.kinds.spiking import Spiking


class LifDocument(MembranesDocument):
    """A LIF population."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "neurons", "role": "lif"}

    kind: Literal["neurons"]
    role: Literal["lif"]


@final
@dataclass(frozen=True, eq=False, repr=False)
class Lif(Spiking):
    """Leaky integrate-and-fire, as Lava's `PyLifModelBitAcc` computes it:

    u = sgn(u) * ((|u| * (4096 - (du + 1))) >> 12) + (arriving << 6)      wraps once at +-2^23
    v = sgn(v) * ((|v| * (4096 - dv)) >> 12) + u + bias                   clipped at +-(2^23 - 1)
    spike where v > vth << 6; there v = 0
    """

    kind: ClassVar[str] = "lif"
    fixed_unit: ClassVar[bool] = True
    document: ClassVar[type[PopulationDocument]] = LifDocument
