"""The waterfall in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from litesnn.base.terminal import styled
from litesnn.compiler.report.panels.explanation import points
from litesnn.compiler.report.panels.panel import plain_table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from litesnn.compiler.report.panels.explanation import ExplanationPanel


def lines(panel: ExplanationPanel) -> Iterable[RenderableType]:
    """The waterfall, edges by loss, what was tried, and the two sentences."""
    section = panel.section
    if not section.labels:
        yield styled("no labels: shown is how often the float network's class is named, not accuracy", style="yellow")
    right = ("after it", "Δ here", "Δ alone", "interaction")
    table = plain_table(
        f"where {panel.what} went, in points; {section.of}",
        "change",
        *((name, "right") for name in right),
        "most other spikes",
    )  # type: ignore[arg-type]
    for step in panel.steps:
        style = "red" if (step.lost or 0) > 0 else ""
        table.add_row(
            step.name,
            f"{100 * step.score:.1f}",
            styled(points(step.lost), style=style),
            points(step.alone),
            points(step.interaction),
            step.note or panel.where(step.worst),
        )
    yield table
    if section.clipped_inputs:
        yield f"{100 * section.clipped_inputs:.1f} % of the input values lie outside the chip's range and are clipped"
    if section.edges:
        edges = plain_table(
            "integer weights of one layer alone",
            "weights",
            ("bits", "right"),
            ("Δ", "right"),
            "most other spikes",
        )
        for edge in section.edges:
            lost = section.score(section.composed) - section.score(edge.alone)
            edges.add_row(edge.edge, str(edge.bits), points(lost), panel.where(edge.alone.worst))
        yield edges
    if section.tried:
        tried = plain_table("tried", "change", "option", ("won back", "right"), ("words", "right"))
        for number, entry in enumerate(section.tried):
            mark = "green" if number == section.best else ""
            tried.add_row(styled(entry.change, style=mark), entry.option, panel.won(entry), panel.memory(entry))
        yield tried
    yield styled(panel.verdict, style="bold")
    yield panel.advice()
