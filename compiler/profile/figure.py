"""One figure of a profile: its value, where it is from, how sure that is, and what it is used for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from litesnn.base.cards.shown import Brief
from litesnn.compiler.profile.ranges import Real, Whole, YesNo

T = TypeVar("T")
Status = Literal["CONFIRMED", "QUOTED", "INFERRED", "MODELLED", "CONFLICT", "USER", "NOT FOUND"]
Name = Annotated[str, StringConstraints(pattern=r"^\w[\w .+-]*$", max_length=64)]
"""Of a profile, a board, a measured figure: one that can stand in a file's name and on a command line.

Its length stands beside the pattern: `\\w` stands for the letters of all scripts, and compiled 64 times it took longer than all
the rest of reading a profile.
"""
Remark = Annotated[str, StringConstraints(max_length=4000)]


class Section(Brief, BaseModel):
    """Base of all parts of a profile: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, allow_inf_nan=False)


@dataclass(frozen=True, kw_only=True, repr=False)
class Figure(Brief, Generic[T]):
    """One figure with where it comes from.

    A dataclass, so that the fifty types of values that figures have are no models of their own, each built at every start.

    `status`: CONFIRMED (read in the primary source or two agreeing ones), QUOTED (a public file quotes the primary),
    INFERRED (own arithmetic or fit), MODELLED (what a model says, measured on nothing; `note` says what it assumes), CONFLICT (sources
    disagree; `note` gives the others), USER (a user says so, in a file of their own or with `--set`; `note` gives what stood there),
    NOT FOUND (no value).
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", allow_inf_nan=False)

    value: T | None = None
    status: Status
    source: Remark
    note: Remark = ""

    def __post_init__(self) -> None:
        if (self.value is None) != (self.status == "NOT FOUND"):
            raise ValueError("a figure has a value, or status 'NOT FOUND' and none")


@dataclass(frozen=True)
class Use:
    """What a figure is for, declared beside its type. `says`: what it drives, by rule, pass or report."""

    says: str
    kind: ClassVar[Literal["limit", "cost", "fact"]]

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the rules that `says` names."""
        return tuple(re.findall(r"LSN(?:-[A-Z]+)+", self.says))


class Limit(Use):
    """What a chip can hold or offers: a network beyond it is a finding, another program, or a refusal of the profile."""

    kind = "limit"


class Cost(Use):
    """What something takes, in bits, words, entries, pJ or ns: other values change what is counted, and what fits by it."""

    kind = "cost"


class Fact(Use):
    """Nothing depends on it; `says` gives the reason. It is kept for a reader, and setting it says so."""

    kind = "fact"


Count = Figure[Annotated[int, Whole(1, 2**40)]]
CountOrZero = Figure[Annotated[int, Whole(0, 2**40)]]
Amount = Figure[Annotated[float, Real(0, 1e15)]]
Flag = Figure[Annotated[bool, YesNo()]]


NOT_GIVEN: Final = Figure[Any](status="NOT FOUND", source="not given")


def optional() -> Any:
    """The default of a figure that a profile may leave out: NOT FOUND."""
    return Field(default=NOT_GIVEN)
