"""Max pooling of spikes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, final

from litesnn.compiler.graph.kinds.document import MembranesDocument, Name, PopulationDocument
from litesnn.compiler.graph.kinds.spiking import Spiking


class MaximumDocument(MembranesDocument):
    """A population of maxima."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "neurons", "role": "maximum"}

    kind: Literal["neurons"]
    role: Literal["maximum"]
    stands_for: Name | None = None


@final
@dataclass(frozen=True, eq=False, repr=False)
class Maximum(Spiking):
    """Spikes when any input does: LIF of threshold 0 over weights of 1, so that what does not spike is 0 and nothing is remembered.

    spike where sum of inputs > 0

    `stands_for`: the population whose spikes it takes the maxima of.
    """

    kind: ClassVar[str] = "maximum"
    fixed_unit: ClassVar[bool] = True
    trained: ClassVar[bool] = False
    document: ClassVar[type[PopulationDocument]] = MaximumDocument

    stands_for: str | None = None
