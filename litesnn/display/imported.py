"""What became of the layers of an imported file, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table


def layers_table(imported: Mapping[str, Any]) -> Table:
    """The support table of `report["imported"]`, with how to feed the network below it."""
    table = Table(
        title=f"layers of the {imported['format']} file", caption=f"input: {imported['input']}", caption_justify="left"
    )
    for column in ("layer", "type", "population", "note"):
        table.add_column(column)
    for layer in imported["layers"]:
        table.add_row(*map(escape, (layer["name"], layer["type"], layer["population"] or "–", layer["note"])))
    return table
