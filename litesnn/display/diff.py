"""Differences as tables, one per section."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.table import Table

from litesnn.base.terminal import Terminal, styled
from litesnn.compiler.compare import Differences

SHOWN = 20


def show_differences(console: Terminal, differences: Differences, first: str, second: str) -> None:
    """Draw every section that differs, the first places of it."""
    if differences.equal:
        console.print(f"equal: {first} and {second}", style="green")
        return
    for name, found in differences.sections.items():
        if not found:
            continue
        table = Table(
            title=f"{name}: {len(found)} difference(s)", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
        )
        for column in ("place", first, second):
            table.add_column(styled(column), overflow="fold")
        for difference in found[:SHOWN]:
            table.add_row(styled(difference.place), styled(_said(difference.first)), styled(_said(difference.second)))
        console.print(table)
        if len(found) > SHOWN:
            console.print(f"... and {len(found) - SHOWN} more in '{name}' (--json shows all)", style="dim")


def _said(value: Any) -> str:
    return "-" if value is None else str(value)
