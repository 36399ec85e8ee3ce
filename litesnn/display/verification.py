"""Verification in the terminal: engines side by side, the first divergence in full, one verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from litesnn.compiler.report.views.engines import compared_spikes, engine_name, silence, verified
from litesnn.terminal import assembled, shown


def verification_table(document: Mapping[str, Any]) -> RenderableType:
    """A `Verification.document()` as a table, followed by divergences and the verdict."""
    table = Table(
        title=shown(f"verification on {document['note']}"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    common = _common(document)
    for column, justify in (
        ("engine", "left"),
        ("samples", "right"),
        ("accuracy", "right"),
        *(((f"on the first {common}", "right"),) if common else ()),
        ("spikes", "right"),
        ("mismatching spikes", "right"),
        ("mismatching readouts", "right"),
    ):
        table.add_column(column, justify=justify)
    comparisons = {comparison["found"]: comparison for comparison in document["comparisons"]}
    for engine in ("pytorch_float", "pytorch", "exact", "lava"):
        if engine in document["samples"]:
            table.add_row(*_row(document, engine, comparisons.get(engine)))
    parts: list[RenderableType] = [table] if document["samples"] else [shown(f"verification on {document['note']}")]
    if silence(document):
        parts.append(shown(f"! {silence(document)}", style="yellow"))
    parts += [_divergence(comparison) for comparison in document["comparisons"] if _wrong(comparison)]
    parts += _not_compared(document)
    parts.append(_verdict(document))
    return Group(*parts)


def _not_compared(document: Mapping[str, Any]) -> list[RenderableType]:
    unread = document.get("not_compared", {})
    if not unread:
        return []
    places = ", ".join(f"{name} ({neurons:,})" for name, neurons in unread.items())
    return [
        Text(f"not compared: {sum(unread.values()):,} neurons that nothing reads, removed from {places}", style="dim")
    ]


def _common(document: Mapping[str, Any]) -> int:
    """Number of first samples that all engines saw, where some saw more and accuracy is known; else 0."""
    common = int(document["common_samples"])
    return common if document["common_accuracy"] and common < max(document["samples"].values(), default=0) else 0


def _row(document: Mapping[str, Any], engine: str, comparison: Mapping[str, Any] | None) -> list[str | Text]:
    accuracy = document["accuracy"].get(engine)
    spikes = sum(document["spike_counts"].get(engine, {}).values())
    row: list[str | Text] = [
        engine_name(engine),
        f"{document['samples'][engine]:,}",
        "" if accuracy is None else f"{accuracy:.2%}",
        *([f"{document['common_accuracy'][engine]:.2%}"] if _common(document) else []),
        f"{spikes:,}",
    ]
    if comparison is None:
        return [*row, shown("reference" if verified(document) else "not compared", style="dim"), ""]
    count = comparison["mismatching_spikes"]
    if not comparison["must_agree"]:
        return [*row, shown("not compared" if count is None else f"{count:,} (cost of fixed point)", style="dim"), ""]
    return [*row, _counted(count), _counted(comparison["mismatching_readouts"])]


def _counted(mismatches: int | None) -> Text:
    """Mismatches in the colour of what they mean; where nothing was compared there is nothing to count."""
    if mismatches is None:
        return shown("not compared", style="dim")
    return shown(f"{mismatches:,}", style="bold red" if mismatches else "bold green")


def _wrong(comparison: Mapping[str, Any]) -> bool:
    return bool(comparison["must_agree"] and (comparison["mismatching_spikes"] or comparison["mismatching_readouts"]))


def _divergence(comparison: Mapping[str, Any]) -> RenderableType:
    first = comparison["first_divergence"]
    title = f"{engine_name(comparison['found'])} parts from {engine_name(comparison['expected'])}"
    if first is None:
        causes = "\n".join(f"• {cause}" for cause in comparison["readout_causes"])
        said = shown(f"all spikes agree, the readout does not\n{causes}")
        return Panel(said, title=shown(title), border_style="red", expand=False)
    neuron = tuple(first["neuron"])
    lines: list[str | tuple[str, str]] = [
        "first at population ",
        (first["population"], "bold"),
        f" ({first['place']}), sample {first['sample']}, step {first['step']}, neuron (channel, y, x) = {neuron}\n",
        f"spike: expected {first['expected_spike']}, found {first['found_spike']}; membrane before reset: expected "
        f"{_number(first['expected_membrane'])}, found {_number(first['found_membrane'])}; threshold {_number(first['threshold'])}\n",
        "likely cause:",
        *(f"\n  • {cause}" for cause in first["causes"]),
    ]
    steps = {name: entry["mismatches_per_step"] for name, entry in comparison["populations"].items()}
    lines += [(f"\n{name}: mismatches per step {counts}", "dim") for name, counts in steps.items() if any(counts)]
    return Panel(assembled(*lines), title=shown(title), border_style="red", expand=False)


def _number(value: float | None) -> str:
    return "not shown" if value is None else f"{value:,.0f}"


def _verdict(document: Mapping[str, Any]) -> RenderableType:
    engines = " = ".join(
        engine_name(engine).removesuffix(" CPU simulator").removesuffix(" simulator")
        for engine in ("pytorch", "exact", "lava")
        if engine in document["samples"]
    )
    if not verified(document):
        return shown("○ not verified: no engine was compared with another", style="bold yellow")
    compared = compared_spikes(document)
    spikes, readouts = document["mismatching_spikes"], document["mismatching_readouts"]
    if spikes or readouts:
        wrong = (
            f"{spikes or 0:,} mismatching spikes ({compared:,} spikes compared), {readouts or 0:,} mismatching readouts"
        )
        return shown(f"✗ {engines} do not agree: {wrong}", style="bold red")
    if spikes is None:
        return shown(f"✓ {engines}: 0 mismatching readouts; no population sends spikes", style="bold green")
    if not compared:
        return shown(f"○ {engines}: 0 mismatching spikes, but none was fired (0 spikes compared)", style="bold yellow")
    return shown(f"✓ {engines}: 0 mismatching spikes ({compared:,} spikes compared)", style="bold green")
