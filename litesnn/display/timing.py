"""Where the time of a run went, in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table


def timing_table(entries: Sequence[Mapping[str, Any]], samples: int, engine: str) -> RenderableType:
    """A `RunTiming.document()` as a table: milliseconds of all samples (summed over threads), spike rate, kernels."""
    total = sum(entry["synapses_s"] + entry["neurons_s"] for entry in entries)
    table = Table(
        title=f"time of {samples:,} samples on {engine}: {total:.3f} s",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("population")
    for column in ("synapses ms", "neurons ms", "share", "rate", "samples/word"):
        table.add_column(column, justify="right")
    table.add_column("kernels")
    for entry in entries:
        seconds = entry["synapses_s"] + entry["neurons_s"]
        table.add_row(
            entry["population"],
            f"{1000 * entry['synapses_s']:.2f}",
            f"{1000 * entry['neurons_s']:.2f}",
            f"{seconds / total:.1%}" if total else "",
            f"{entry['rate']:.1%}",
            str(entry["samples_per_word"]),
            ", ".join(_counted(list(entry["kernels"].values()))),
        )
    return table


def _counted(kernels: Sequence[str]) -> list[str]:
    """Each kernel once, with how often it is used."""
    counts = {kernel: kernels.count(kernel) for kernel in kernels}
    return [f"{kernel} x{count}" if count > 1 else kernel for kernel, count in counts.items()]
