"""What graph.json says of a population: the fields that all have; each kind adds its own and says by which it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from litesnn.base.cards.shown import Brief
from litesnn.compiler.graph.kinds.registers import DECAY_UNITY

# Far beyond any network of these chips, and small enough that nothing derived from them exhausts the machine.
STEPS_MAX = 2**20
SHIFT_MAX = 23
# The longest that HDF5 holds, three times: blocks are called after the two populations that they join, and after their part.
Name = Annotated[str, Field(max_length=3 * 2**16)]
Side = Annotated[int, Field(ge=1, le=2**16)]
Index = Annotated[int, Field(ge=0, le=2**31)]
Steps = Annotated[int, Field(ge=0, le=STEPS_MAX)]
Period = Annotated[int, Field(ge=1, le=STEPS_MAX)]
Shift = Annotated[int, Field(ge=0, le=SHIFT_MAX)]
Value = Annotated[int, Field(ge=-(2**23), le=2**23 - 1)]


class Document(Brief, BaseModel):
    """Strict: nothing is converted, nothing unknown is passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, strict=True, allow_inf_nan=False)


class PopulationDocument(Document):
    """One population; its arrays per channel are tensors `<name>.<array>`.

    `tags`: the fields that tell the kind, with their values; they are no arguments of its class. `left_out`: fields that older
    versions wrote and that say nothing. `in_either`: fields that are a tensor where channels differ.
    """

    tags: ClassVar[Mapping[str, str]] = {}
    left_out: ClassVar[frozenset[str]] = frozenset()
    in_either: ClassVar[tuple[str, ...]] = ()

    kind: str
    name: Name
    shape: tuple[Side, Side, Side]
    channels: tuple[Index, ...]
    genotype_channels: Index
    place: str
    arrival: Steps | None = None

    @classmethod
    def tells(cls, entry: Mapping[str, Any]) -> bool:
        """Whether an entry of graph.json is of this kind."""
        return all(entry.get(tag) == value for tag, value in cls.tags.items())

    @classmethod
    def of(cls, population: object) -> PopulationDocument:
        """The document of a population of this kind."""
        own = cls.model_fields.keys() - cls.tags.keys() - cls.left_out
        values = {field: getattr(population, field) for field in own}
        plain = {field: value for field, value in values.items() if not isinstance(value, np.ndarray)}
        return cls(**{**cls.tags, **plain})

    def arguments(self) -> dict[str, Any]:
        """What its class is made with, besides the arrays."""
        return self.model_dump(exclude={*self.tags, *self.left_out}, exclude_none=True)


class MembranesDocument(PopulationDocument):
    """A population with a membrane; decays that differ between channels are tensors instead of fields."""

    in_either: ClassVar[tuple[str, ...]] = ("du", "dv")

    du: Annotated[int, Field(ge=-1, lt=DECAY_UNITY)] | None = None
    dv: Annotated[int, Field(ge=0, le=DECAY_UNITY)] | None = None
    reset_interval: Period | None = None
    reset_offset: Steps | None = None
    initiation_interval: Period
    open_slots: Period | None = None
    on_host: bool
    is_output: bool
