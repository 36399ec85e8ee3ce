"""The network's input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from litesnn.compiler.graph.kinds.document import PopulationDocument, Value
from litesnn.compiler.graph.kinds.population import Population
from litesnn.compiler.graph.kinds.registers import Sends


class SourceDocument(PopulationDocument):
    """A source."""

    tags: ClassVar[Mapping[str, str]] = {"kind": "source"}

    kind: Literal["source"]
    minimum: Value
    maximum: Value
    message_bits: Annotated[int, Field(ge=0, le=24)]


@dataclass(frozen=True, eq=False, repr=False)
class Source(Population):
    """The network's input. Values lie in minimum .. maximum; `message_bits` 0 means binary spikes."""

    kind: ClassVar[str] = "source"
    document: ClassVar[type[PopulationDocument]] = SourceDocument

    minimum: int = 0
    maximum: int = 1
    message_bits: int = 0

    @classmethod
    def whole(
        cls, name: str, shape: tuple[int, int, int], values: tuple[int, int], bits: int, arrival: int | None = None
    ) -> Source:
        """An input whose map nothing was removed from, with its lowest and highest value."""
        channels = tuple(range(shape[0]))
        return cls(
            name=name,
            shape=shape,
            channels=channels,
            genotype_channels=len(channels),
            place="input",
            arrival=arrival,
            minimum=values[0],
            maximum=values[1],
            message_bits=bits,
        )

    @property
    def sends(self) -> Sends:
        """See `Population.sends`."""
        return "graded" if self.message_bits else "spikes"

    @property
    def sent(self) -> tuple[int, int]:
        """See `Population.sent`."""
        return (self.minimum, self.maximum)
