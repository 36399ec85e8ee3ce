"""What a run did as a table: a row for each of its steps, with plain numbers and words, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from litesnn.base.errors import LiteSNNError

Cell = float | int | str | None
HEAD = ("done", "of")
"""The first columns of every table, by which one of ours is known: units that are done after the row, and of how many."""


@dataclass(frozen=True)
class RunTable:
    """Rows of a run, in order; numbers are exact when they are read again."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @classmethod
    def of(cls, columns: Sequence[str], rows: Iterable[Sequence[Cell]], total: int) -> RunTable:
        """Rows of `columns`, of which each is one unit of the run."""
        return cls((*HEAD, *columns), tuple((number, total, *row) for number, row in enumerate(rows, start=1)))

    def csv(self) -> str:
        """As CSV (RFC 4180), empty where there is nothing."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return stream.getvalue()

    @classmethod
    def read(cls, text: str, place: str, error: type[LiteSNNError]) -> RunTable:
        """The table of a CSV; `error` where it is none of ours."""
        found = list(csv.reader(io.StringIO(text)))
        if not found or tuple(found[0][:2]) != HEAD:
            raise error(f"{place}: not the table of a run: its first columns are not {', '.join(HEAD)}")
        columns = tuple(found[0])
        for number, row in enumerate(found[1:], start=2):
            if len(row) != len(columns):
                raise error(f"{place}: line {number}: found {len(row)} values; allowed: {len(columns)}, one a column")
        return cls(columns, tuple(tuple(map(_cell, row)) for row in found[1:]))

    def column(self, name: str) -> list[Cell]:
        """The values of a column."""
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    @property
    def numbers(self) -> Mapping[str, list[tuple[int, float]]]:
        """Of each column that holds numbers, beside `done` and `of`: (units done, value) where there is one."""
        found = {}
        done = [int(value) if isinstance(value, int | float) else 0 for value in self.column(HEAD[0])]
        for name in self.columns[len(HEAD) :]:
            values = self.column(name)
            if any(isinstance(value, str) for value in values):
                continue
            points = [
                (at, float(value)) for at, value in zip(done, values, strict=True) if isinstance(value, int | float)
            ]
            if points:
                found[name] = points
        return found


def _cell(text: str) -> Cell:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text or None
