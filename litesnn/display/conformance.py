"""A comparison of traces in the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import RenderableType

from litesnn.base.terminal import styled
from litesnn.compiler.report.panels.panel import plain_table
from litesnn.runtime.traces import FirstDifference, TraceComparison


def comparison_lines(found: TraceComparison) -> Iterable[RenderableType]:
    """A row for each register, the verdict, and the first difference with its likely causes."""
    table = plain_table(None, "population", "register", ("compared", "right"), ("differing", "right"))
    for row in found.registers:
        style = "red" if row.differing else ""
        table.add_row(row.population, row.register, f"{row.values:,}", styled(f"{row.differing:,}", style=style))
    if found.readouts:
        style = "red" if found.differing_readouts else ""
        table.add_row("(readout)", "", f"{found.readouts:,}", styled(f"{found.differing_readouts:,}", style=style))
    yield table
    if found.left_out:
        yield f"not in the other trace: {', '.join(found.left_out)}"
    if found.equal is None:
        yield styled("○ nothing was compared", style="bold yellow")
    elif found.equal:
        yield styled(
            f"✓ equal: {found.values:,} values of {found.samples} sample(s) over {found.timesteps} step(s)",
            style="bold green",
        )
    elif found.first is None:
        yield styled(
            f"✗ all registers agree and {found.differing_readouts} readout(s) do not: what is read of the output differs",
            style="bold red",
        )
    else:
        yield from _first(found.first)


def _first(first: FirstDifference) -> Iterable[RenderableType]:
    channel, y, x = first.neuron
    yield styled(f"✗ the first difference is in '{first.population}' ({first.place})", style="bold red")
    yield (
        f"  sample {first.sample}, step {first.step}, channel {channel}, y {y}, x {x}: {first.register} is {first.theirs} there, "
        f"{first.ours} in the exact simulator"
    )
    for number, cause in enumerate(first.causes):
        yield f"  {'likely cause' if not number else 'or'}: {cause}"
