"""The card of a report: its verdict and figures as on the page, what does not hold, and its populations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litesnn.base.cards.card import Card, Figure, Rows
from litesnn.compiler.report.numbers import shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from litesnn.compiler.report.report import Report


def report_card(report: Report, kind: str) -> Card:
    """The card of what a report is of; `kind` says what that is."""
    from litesnn.compiler.report.panels.verdict import VerdictPanel

    verdict = VerdictPanel.of(report)
    rows = ((found.name, found.kind, shape(found.shape)) for found in report.populations)
    return Card(
        kind=kind,
        title=f"{report.name} on {report.profile}",
        answer=verdict.headline,
        detail=verdict.detail,
        state=verdict.state,
        figures=tuple(Figure(tile.label, tile.value, tile.note, tile.state) for tile in verdict.tiles),
        tables=(
            findings_table(report.findings),
            Rows.of("populations", ("name", "kind", "C×H×W"), rows, len(report.populations)),
        ),
    )


def findings_table(findings: Sequence[Any]) -> Rows:
    """What does not hold, of findings or their entries in a report; worst first, as they come."""
    broken = [finding for finding in findings if finding.severity != "ok"]
    rows = ((found.severity, found.code, found.place, found.message) for found in broken)
    return Rows.of("what does not hold", ("", "rule", "place", "says"), rows, len(broken))
