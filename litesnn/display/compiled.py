"""A compilation in the terminal: what became of the layers of a file from elsewhere, and the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from litesnn.base.terminal import Terminal, assembled, styled
from litesnn.compiler.report import Report
from litesnn.compiler.report.sections.imported import ImportedSection
from litesnn.display.report import show_report


def show_compiled(console: Terminal, report: Report, directory: str | None) -> None:
    """All tables of a compilation, and where the program is; None where none was written."""
    if report.imported is not None:
        _show_source(console, report.imported)
    show_report(console, report)
    if directory is None:
        console.print("a rule is broken: nothing was written")
    else:
        console.print(assembled("program written to ", (directory, "bold")))


def _show_source(console: Terminal, imported: ImportedSection) -> None:
    """What became of a file's layers, and what rounding them cost where it was measured."""
    console.print(layers_table(imported))
    comparison = imported.record.get("comparison")
    if comparison is not None:
        console.print(comparison_table(comparison))
        if comparison.get("otherwise"):
            console.print(assumption_lines(comparison["otherwise"]))
    elif "dt" in imported.record:  # real values that were rounded
        console.print("○ not compared with floating point: nothing was simulated", style="yellow")


def layers_table(imported: ImportedSection) -> Table:
    """The support table of an imported file, with how to feed the network below it."""
    table = Table(
        title=f"layers of the {imported.format} file", caption=f"input: {imported.input}", caption_justify="left"
    )
    for column in ("layer", "type", "population", "note"):
        table.add_column(column)
    for layer in imported.layers:
        table.add_row(layer.name, layer.type, layer.population or "–", layer.note)
    return table


def assumption_lines(otherwise: Sequence[Mapping[str, Any]]) -> Text:
    """What the floating-point run shares with the integers and cannot see: one line per assumption, with what it is worth."""
    lines = [
        f"assumed {row['step']}: {row['taken']}; were it {row['instead']}, {row['differing_spikes']:,} spikes of "
        f"{row['samples']} samples ({row['float_spikes']:,} spikes) would differ: {row['option']}"
        for row in otherwise
    ]
    return styled("\n".join(lines), "yellow")


def comparison_table(comparison: Mapping[str, Any]) -> Table:
    """Spikes of the float run and of the integers, per layer, and the share of equal classes."""
    same = comparison["same_class"]
    classes = (
        "no class named by either" if same is None else f"same class {same:.1%} of {comparison['classified']} samples"
    )
    title = f"against floating point: {comparison['inputs']}; {classes}"
    table = Table(title=styled(title), title_justify="left")
    for column in ("population", "float spikes", "chip spikes", "count error", "differing"):
        table.add_column(column, justify="left" if column == "population" else "right")
    for row in comparison["layers"]:
        counts = f"{row['float_spikes']:,}", f"{row['chip_spikes']:,}"
        error = "silent in both" if row["count_error"] is None else f"{row['count_error']:.2%}"
        table.add_row(styled(row["population"]), *counts, error, f"{row['differing']:.3%}")
    return table
