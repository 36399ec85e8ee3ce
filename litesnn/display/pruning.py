"""A structured pruning as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table

from litesnn.compiler.report.numbers import words
from litesnn.compiler.report.panels.pruning import PruningPanel
from litesnn.display.by_need import need_summary
from litesnn.search.methods.structured import GroupResult, PruningResult, kept_count

SHOWN = 3
"""Populations of a group that are named; the others are counted."""


def pruning_document(result: PruningResult, path: Path) -> dict[str, Any]:
    """What `litesnn prune --json` prints."""
    groups = [
        {
            "populations": list(entry.group.populations),
            "removable": entry.group.removable,
            "before": entry.before,
            "after": entry.after,
            "rate": entry.rate if entry.group.removable else 0.0,
            "score": [entry.lowest, entry.highest],
        }
        for entry in result.groups
    ]
    return {"output": str(path), **result.record.model_dump(mode="json"), "binds": result.binds, "groups": groups}


def pruning_table(result: PruningResult) -> RenderableType:
    """One row per group of channels, then sizes and cores before and after."""
    record = result.record
    table = Table(
        title=f"channels pruned by {record.method}", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    table.add_column("populations that share channels")
    for column in ("rate", "before", "after", "scores"):
        table.add_column(column, justify="right")
    for entry in result.groups:
        table.add_row(
            _named(entry.group.populations),
            f"{entry.rate:.1%}" if entry.group.removable else "tied to the input",
            str(entry.before),
            f"{entry.after}{_more_than_asked(entry)}",
            f"{entry.lowest:.3g} .. {entry.highest:.3g}",
        )
    need = [] if record.need is None else [need_summary(record.need)]
    binds = (
        [f"{words(result.binds)} bind: the groups that hold most of them lost most channels"] if result.binds else []
    )
    return Group(table, PruningPanel.of_records([record]).summary, *binds, *need)


def _more_than_asked(entry: GroupResult) -> str:
    more = entry.group.removable and entry.after > kept_count(entry.before, entry.rate)
    return " (held by a shortcut)" if more else ""


def _named(populations: Sequence[str]) -> str:
    others = f" and {len(populations) - SHOWN} more" if len(populations) > SHOWN else ""
    return " = ".join(populations[:SHOWN]) + others
