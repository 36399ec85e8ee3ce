"""A report in the terminal: its panels, each in its own words; and the fixes that a check found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType

from litesnn.base.terminal import Terminal, styled
from litesnn.compiler.report import Report
from litesnn.compiler.report.panels.panel import Panel


def show_report(console: Terminal, report: Report) -> None:
    """Draw the summary of a report: the panels in their order, and at the end, where the eye is, what was verified."""
    panels = list(report.panels())
    for place in ("body", "end"):
        for panel in panels:
            if panel.in_terminal == place:
                show_panel(console, panel)
    if report.verification is None:
        console.print("○ not verified: nothing was simulated, so no spikes were compared", style="bold yellow")


def show_panel(console: Terminal, panel: Panel) -> None:
    """Draw one panel."""
    for part in panel.terminal():
        console.print(part)


def plan_lines(plan: Mapping[str, Any]) -> RenderableType:
    """The fixes that were applied together, and what the check of all of them said."""
    described = [(fix["description"], fix["command"]) for fix in plan["fixes"]]
    fixes = "".join(f"\n  {text} ({command})" if command else f"\n  {text}" for text, command in described)
    if plan["passes"]:
        return styled(f"✓ with these changes together every rule holds, checked:{fixes}", style="green")
    left = ", ".join(f"{finding['code']} at {finding['place']}" for finding in plan["left"])
    return styled(f"✗ with these changes together, still broken: {left}{fixes}", style="red")
