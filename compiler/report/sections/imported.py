"""`imported`: where a network from elsewhere came from, layer by layer what became of it, how to feed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from litesnn.compiler.report.document import Document, Text, Whole

if TYPE_CHECKING:
    from litesnn.compiler.origin import Origin


class LayerEntry(Document):
    """A layer of the file and the population it became; None where it was folded or left out."""

    name: Text
    type: Text
    population: Text | None
    note: Text


class TransformEntry(Document):
    """Real-valued input x enters as trunc(weight * x + bias)."""

    weight: Whole
    bias: Whole


class ImportedSection(Document):
    """The file of another tool that the network came from."""

    format: Text
    sha256: Annotated[Text, Field(pattern="^[0-9a-f]{64}$")]
    layers: tuple[LayerEntry, ...]
    input: Annotated[Text, Field(description="how to feed it")]
    transform: TransformEntry | None
    record: dict[Text, Any]

    @classmethod
    def of(cls, origin: Origin) -> ImportedSection | None:
        """The section of a file; None for a genotype."""
        found = origin.imported()
        return None if found is None else cls.model_validate(found)
