"""Verification in the terminal: engines side by side, the first divergence in full, one verdict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich import box
from rich.panel import Panel as Frame
from rich.table import Table

from litesnn.base.terminal import assembled, styled
from litesnn.compiler.report.sections.verification import engine_name

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from litesnn.compiler.report.panels.verification import ComparisonRows, EngineRow, VerificationPanel
    from litesnn.compiler.report.sections.verification import VerificationSection


def verification_lines(panel: VerificationPanel) -> Iterator[RenderableType]:
    """A verification as a table, followed by divergences and the verdict."""
    found = panel.verification
    heading = f"verification on {found.note}"
    yield _engines(panel, heading) if found.samples else styled(heading)
    if panel.warning:
        yield styled(f"! {panel.warning}", style="yellow")
    if found.cycles is not None:
        yield styled(f"SystemVerilog cores: {found.cycles.sentence}")
    for comparison in panel.comparisons:
        if comparison.wrong:
            yield _divergence(comparison)
    if found.not_compared:
        places = ", ".join(f"{name} ({neurons:,})" for name, neurons in found.not_compared.items())
        total = sum(found.not_compared.values())
        yield styled(f"not compared: {total:,} neurons that nothing reads, removed from {places}", style="dim")
    yield _verdict(found)


def _engines(panel: VerificationPanel, heading: str) -> Table:
    common = panel.verification.commonly_labelled
    table = Table(title=styled(heading), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("engine")
    on_common = (f"on the first {common}",) if common else ()
    for column in ("samples", "accuracy", *on_common, "spikes", "mismatching spikes", "mismatching readouts"):
        table.add_column(column, justify="right")
    for row in panel.engines:
        shares = (row.accuracy, row.common_accuracy) if common else (row.accuracy,)
        table.add_row(
            row.name,
            f"{row.samples:,}",
            *("" if share is None else f"{share:.2%}" for share in shares),
            f"{row.spikes:,}",
            *_mismatches(row, panel.verification.verified),
        )
    return table


def _mismatches(row: EngineRow, verified: bool) -> tuple[Text | str, Text | str]:
    comparison = row.comparison
    if comparison is None:
        return styled("reference" if verified else "not compared", style="dim"), ""
    count = comparison.mismatching_spikes
    if not comparison.must_agree:
        return styled("not compared" if count is None else f"{count:,} (cost of fixed point)", style="dim"), ""
    return _counted(count), _counted(comparison.mismatching_readouts)


def _counted(mismatches: int | None) -> Text:
    """Mismatches in the colour of what they mean; where nothing was compared there is nothing to count."""
    if mismatches is None:
        return styled("not compared", style="dim")
    return styled(f"{mismatches:,}", style="bold red" if mismatches else "bold green")


def _divergence(comparison: ComparisonRows) -> RenderableType:
    entry, first = comparison.entry, comparison.first
    title = styled(f"{engine_name(entry.found)} parts from {engine_name(entry.expected)}")
    if first is None:
        causes = "\n".join(f"• {cause}" for cause in comparison.causes)
        said = styled(f"all spikes agree, the readout does not\n{causes}")
        return Frame(said, title=title, border_style="red", expand=False)
    lines: list[str | tuple[str, str]] = [
        "first at population ",
        (first.population, "bold"),
        f" ({first.place}), sample {first.sample}, step {first.step}, neuron (channel, y, x) = {first.neuron}\n",
        f"spike: expected {first.expected_spike}, found {first.found_spike}; membrane before reset: expected "
        f"{_number(first.expected_membrane)}, found {_number(first.found_membrane)}; threshold {_number(first.threshold)}\n",
        "likely cause:",
        *(f"\n  • {cause}" for cause in first.causes),
    ]
    steps = {name: list(row.mismatches_per_step) for name, row in entry.populations.items()}
    lines += [(f"\n{name}: mismatches per step {counts}", "dim") for name, counts in steps.items() if any(counts)]
    return Frame(assembled(*lines), title=title, border_style="red", expand=False)


def _number(value: float | None) -> str:
    return "not shown" if value is None else f"{value:,.0f}"


def _verdict(found: VerificationSection) -> RenderableType:
    engines = " = ".join(
        engine_name(engine).removesuffix(" CPU simulator").removesuffix(" simulator")
        for engine in ("pytorch", "exact", "lava", "rtl")
        if engine in found.samples
    )
    if not found.verified:
        return styled("○ not verified: no engine was compared with another", style="bold yellow")
    compared = found.held_spikes
    spikes, readouts = found.mismatching_spikes, found.mismatching_readouts
    if spikes or readouts:
        wrong = (
            f"{spikes or 0:,} mismatching spikes ({compared:,} spikes compared), {readouts or 0:,} mismatching readouts"
        )
        return styled(f"✗ {engines} do not agree: {wrong}", style="bold red")
    if spikes is None:
        return styled(f"✓ {engines}: 0 mismatching readouts; no population sends spikes", style="bold green")
    if not compared:
        return styled(f"○ {engines}: 0 mismatching spikes, but none was fired (0 spikes compared)", style="bold yellow")
    return styled(f"✓ {engines}: 0 mismatching spikes ({compared:,} spikes compared)", style="bold green")
