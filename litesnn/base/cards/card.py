"""A card: what an object says of itself in a few words and figures, whatever shows it.

All text of it may come from foreign files: it is data until a writer (`text`, `html`) has made it visible and escaped it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

State = Literal["good", "bad", "open"]
MOST_FIGURES, MOST_TABLES, MOST_ROWS, MOST_COLUMNS = 12, 4, 12, 8


@dataclass(frozen=True)
class Figure:
    """One figure with its name, and a line that qualifies it."""

    label: str
    value: str
    note: str = ""
    state: State = "open"


@dataclass(frozen=True)
class Rows:
    """A table of at most `MOST_ROWS` rows; `total` is how many there are."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int

    @classmethod
    def of(cls, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], total: int) -> Rows:
        """The first rows; the others are never looked at."""
        first = tuple(tuple(map(str, row[:MOST_COLUMNS])) for row in islice(rows, MOST_ROWS))
        return cls(title, tuple(columns[:MOST_COLUMNS]), first, total)

    @property
    def left_out(self) -> str:
        """What stands below the table where not all of it is shown."""
        return f"{self.total - len(self.rows):,} more" if self.total > len(self.rows) else ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What an object shows.

    Attributes
    ----------
    kind : what it is: the name of its class
    title : which one
    answer, detail, state : what there is to know first, what that rests on, and whether it is good; empty where nothing was asked
    figures : the first `MOST_FIGURES` are shown; a line has the first four
    tables : the first `MOST_TABLES`
    """

    kind: str
    title: str
    answer: str = ""
    detail: str = ""
    state: State = "open"
    figures: tuple[Figure, ...] = ()
    tables: tuple[Rows, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "figures", self.figures[:MOST_FIGURES])
        object.__setattr__(self, "tables", tuple(table for table in self.tables if table.rows)[:MOST_TABLES])
