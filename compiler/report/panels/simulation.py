"""The network core by core, from the decoded synapse memory, against the exact simulator: one line of the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from litesnn.compiler.report.panels.panel import Panel

if TYPE_CHECKING:
    from rich.console import RenderableType

    from litesnn.compiler.report.report import Report
    from litesnn.compiler.report.sections.mapping import SimulationEntry


@dataclass(frozen=True)
class SimulationPanel(Panel):
    """The mapped against the unmapped simulation; `simulation` is None where it was not run, which is said."""

    anchor = "simulation"
    link = "Core by core"
    template = ""
    in_terminal = "end"

    simulation: SimulationEntry | None

    @classmethod
    def of(cls, report: Report) -> SimulationPanel | None:
        """None for a network without cores."""
        return None if report.mapping is None else cls(report.mapping.simulation)

    @property
    def on_page(self) -> bool:
        """The page shows the comparison of engines alone."""
        return False

    def terminal(self) -> Iterable[RenderableType]:
        """One line."""
        from litesnn.base.terminal import styled

        found = self.simulation
        if found is None:
            yield styled("○ core by core: not simulated, not verified", style="dim")
            return
        compared = found.compared_spikes
        text = (
            f"core by core, from the encoded synapse memory: {found.mismatching_spikes:,} mismatching spikes on "
            f"{found.samples} samples ({'how many were compared was not counted' if compared is None else f'{compared:,} spikes compared'})"
        )
        if found.mismatching_spikes + found.mismatching_readouts:
            yield styled(f"✗ {text}", style="bold red")
        else:
            yield styled(f"✓ {text}", style="green") if compared else styled(f"○ {text}", style="yellow")
