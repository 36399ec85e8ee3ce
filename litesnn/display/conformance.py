"""A comparison of traces in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import RenderableType

from litesnn.base.terminal import styled
from litesnn.compiler.report.panels.panel import plain_table


def comparison_lines(found: Mapping[str, Any]) -> Iterable[RenderableType]:
    """A row for each register, the verdict, and the first difference with its likely causes; of what `--json` prints."""
    table = plain_table(None, "population", "register", ("compared", "right"), ("differing", "right"))
    rows = [(row["population"], row["register"], row["values"], row["differing"]) for row in found["registers"]]
    if found["compared_readouts"]:
        rows.append(("(readout)", "", found["compared_readouts"], found["differing_readouts"]))
    for population, register, values, differing in rows:
        table.add_row(population, register, f"{values:,}", styled(f"{differing:,}", style="red" if differing else ""))
    yield table
    if found["left_out"]:
        yield f"not in the other trace: {', '.join(found['left_out'])}"
    if found["equal"] is None:
        yield styled("○ nothing was compared", style="bold yellow")
    elif found["equal"]:
        said = f"{found['compared_values']:,} values of {found['samples']} sample(s) over {found['timesteps']} step(s)"
        yield styled(f"✓ equal: {said}", style="bold green")
    elif found["first"] is None:
        said = f"all registers agree and {found['differing_readouts']} readout(s) do not: what is read of the output differs"
        yield styled(f"✗ {said}", style="bold red")
    else:
        yield from _first(found["first"])


def _first(first: Mapping[str, Any]) -> Iterable[RenderableType]:
    channel, y, x = first["neuron"]
    yield styled(f"✗ the first difference is in '{first['population']}' ({first['place']})", style="bold red")
    yield (
        f"  sample {first['sample']}, step {first['step']}, channel {channel}, y {y}, x {x}: {first['register']} is {first['theirs']} "
        f"there, {first['ours']} in the exact simulator"
    )
    for number, cause in enumerate(first["causes"]):
        yield f"  {'likely cause' if not number else 'or'}: {cause}"
