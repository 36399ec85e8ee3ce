"""What a sweep found as a table of the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from litesnn.compiler.report.numbers import MISSING, si

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from litesnn.search.methods.method import Sweep


def sweep_table(sweep: Sweep[Any], points: Sequence[DataclassInstance]) -> Table:
    """A row for each point, with the columns of the method's sweep."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in sweep.columns:
        table.add_column(column.title)
    for point in points:
        table.add_row(*(_written(getattr(point, column.field), column.unit) for column in sweep.columns))
    return table


def _written(value: Any, unit: str) -> str:
    if value is None:
        return MISSING
    if unit == "share":
        return f"{value:.2%}"
    if unit in ("B", "count"):
        return si(value, "B" if unit == "B" else "")
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
