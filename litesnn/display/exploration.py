"""An exploration in a terminal: a line per row, and what it shows in a sentence."""

from __future__ import annotations

from rich.console import Group, RenderableType

from litesnn.base.terminal import styled
from litesnn.compiler.exploration.document import Exploration, Figures, Refusal, written
from litesnn.compiler.report.numbers import MISSING, count, percent, size, words
from litesnn.compiler.report.panels.panel import Column, plain_table

NUMBERS: tuple[tuple[str, str], ...] = (
    ("cores", "cores"),
    ("least_cores", "bound"),
    ("chips", "chips"),
    ("memory_bits", "memory"),
    ("latency", "latency"),
    ("period", "period"),
    ("packet_hops", "packets × hops"),
    ("busiest_link", "busiest link"),
)
"""Of `Figures`, and what the columns are called."""
ON_THE_PAGE_ALONE = ("period", "busiest_link")
ASSUMED = "traffic: packets if every neuron spikes once a sample (nothing was simulated)"


def number_of(figures: Figures | None, name: str) -> str:
    """A figure as people read it."""
    value = None if figures is None else getattr(figures, name)
    return size(value) if name == "memory_bits" else count(value)


def bound_by(figures: Figures | None) -> str:
    """What binds, and how much of it is used."""
    return MISSING if figures is None or not figures.binds else f"{words(figures.binds)} {percent(figures.fill)}"


def refused_by(refusal: Refusal) -> str:
    """Which rule, and what was needed."""
    more = f" (and {refusal.more} more)" if refusal.more else ""
    if refusal.value is None:
        return f"{refusal.code}: {refusal.message}{more}"
    return f"{refusal.code}: {count(refusal.value)} of {count(refusal.limit)} {refusal.unit}{more}"


def exploration_table(found: Exploration) -> RenderableType:
    """All rows; those on the front are marked."""
    several = len(found.profiles) > 1
    columns: list[Column] = [("", "right"), *(["profile"] if several else [])]
    columns += [(f"{setting.leaf} =", "right") for setting in found.settings]
    shown = [(name, title) for name, title in NUMBERS if name not in ON_THE_PAGE_ALONE]
    columns += [(title, "right") for _, title in shown]
    table = plain_table(f"{found.name}: {said(found)}", *columns, "binds", "best")
    for number, row in enumerate(found.rows):
        cells = [str(number + 1), *([row.profile] if several else [])]
        cells += [written(row.settings[setting.figure]) for setting in found.settings]
        cells += [number_of(row.figures, name) for name, _ in shown]
        last = styled(bound_by(row.figures)) if row.refused is None else styled(refused_by(row.refused), style="red")
        table.add_row(*cells, last, "●" if number in found.front else "", style=None if row.fits else "dim")
    return Group(table, *map(styled, remarks(found)))


def said(found: Exploration) -> str:
    """How many rows, how many fit, how many are best."""
    return f"{len(found.rows):,} rows, {found.fitting:,} fit, {len(found.front):,} that no other beats in cores, memory and latency"


def remarks(found: Exploration) -> list[str]:
    """What a reader has to know of the figures."""
    return [
        *([ASSUMED] if found.placed else ["cores were not placed: no traffic"]),
        *([] if found.trained else ["not trained: memory and cores are those of random weights"]),
        *(["the program's graph as it stands: it was not compiled anew for each chip"] if found.as_it_stands else []),
    ]
