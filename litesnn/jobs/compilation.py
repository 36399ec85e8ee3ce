"""What a compilation gives: a program, and what rules and verification say about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.compiler.program import Program
from litesnn.compiler.report.card import report_card
from litesnn.compiler.rules import Finding
from litesnn.runtime.mapped import MappedCheck
from litesnn.runtime.verify import Verification

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False)
class Compilation(Shown):
    """A compiled program with what the rules and the verification say about it."""

    program: Program
    findings: tuple[Finding, ...]
    verification: Verification | None
    mapped: MappedCheck | None = None

    def card(self) -> Card:
        """See `Shown`: the report's."""
        return report_card(self.program.report, "Compilation")

    def plot_floorplan(self, ax: Axes | None = None, resource: str | None = None) -> Axes:
        """Where it lies on the chip; see `litesnn.compiler.report.plots`."""
        from litesnn.compiler.report.plots import plot_floorplan

        return plot_floorplan(self.program.report, ax, resource)

    @property
    def equal(self) -> bool | None:
        """Whether all engines agree, the mapped simulation included where it was run, and the proof does not say otherwise; None where no
        engines were compared.
        """
        if self.mapped is not None and not self.mapped.equal:
            return False
        proof = self.program.report.proof
        if proof is not None and proof.word == "REFUTED":
            return False
        return None if self.verification is None else self.verification.equal

    @property
    def fits(self) -> bool:
        """Whether no rule found an error."""
        return all(finding.severity != "error" for finding in self.findings)
