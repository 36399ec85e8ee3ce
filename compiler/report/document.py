"""What report.json is made of: immutable typed parts, from which its JSON Schema is generated and by which it is read.

pydantic models, as genotypes, profiles and mappings are: one definition gives the type, the check with its place, the schema and
the document, and pydantic is loaded by every command that opens a file. Numbers are taken as they stand, never converted, so
that a report that is read and written again is the same bytes.
"""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, Strict, WithJsonSchema

from litesnn.base.cards.shown import Brief

WIDEST = 2**63 - 1
"""Whole numbers are at most 64 bits wide: what can be shown and drawn."""


class Document(Brief, BaseModel):
    """Base of all parts. Unknown keys are refused; a part can be made from any object that has its fields as attributes."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, from_attributes=True)

    def plain(self) -> dict[str, Any]:
        """As JSON-ready values; fields that were left out stay out."""
        return self.model_dump(mode="json", exclude_unset=True, by_alias=True)


def present(**parts: object) -> dict[str, Any]:
    """Those that are there, for fields that are left out where there is nothing to say."""
    return {name: part for name, part in parts.items() if part is not None}


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("Input should be a valid number")
    if not isfinite(value) if isinstance(value, float) else abs(value) > WIDEST:
        raise ValueError("Input should be a finite number of at most 64 bits")
    return value


def _amount(value: object) -> int | float:
    number = _number(value)
    if number < 0:
        raise ValueError("Input should be greater than or equal to 0")
    return number


def _fraction(value: object) -> int | float:
    number = _amount(value)
    if number > 1:
        raise ValueError("Input should be less than or equal to 1")
    return number


Text = Annotated[str, Strict()]
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict(), Field(ge=-WIDEST, le=WIDEST)]
Count = Annotated[int, Strict(), Field(ge=0, le=WIDEST)]
Positive = Annotated[int, Strict(), Field(ge=1, le=WIDEST)]
Number = Annotated[int | float, PlainValidator(_number), WithJsonSchema({"type": "number"})]
Amount = Annotated[int | float, PlainValidator(_amount), WithJsonSchema({"type": "number", "minimum": 0})]
Fraction = Annotated[
    int | float, PlainValidator(_fraction), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})
]
