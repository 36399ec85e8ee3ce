"""Reports of LiteSNN 0.1.0 with the words of today: the same format, before a verification said how much it compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from litesnn.compiler.report.report import Report
    from litesnn.compiler.report.sections.schedule import ArrivalEntry
    from litesnn.compiler.report.sections.verification import VerificationSection

_INJECTED = -1  # delay of what the host writes into neurons


def upgrade(report: Report) -> Report:
    """The report with what can be told from the rest of it; one that has it all stays as it is."""
    parts: dict[str, Any] = {"certificate": tuple(_arrival(row) for row in report.certificate)}
    if report.verification is not None and "compared_spikes" not in report.verification.model_fields_set:
        parts["verification"] = _verification(report.verification)
    simulation = None if report.mapping is None else report.mapping.simulation
    if report.mapping is not None and simulation is not None and "compared_spikes" not in simulation.model_fields_set:
        counted = simulation.model_copy(update={"compared_spikes": None})  # they were not counted
        parts["mapping"] = report.mapping.model_copy(update={"simulation": counted})
    return report.model_copy(update=parts)


def _arrival(row: ArrivalEntry) -> ArrivalEntry:
    inputs = (
        entry.model_copy(update={"delay": 0, "injected": True}) if entry.delay == _INJECTED else entry
        for entry in row.inputs
    )
    return row.model_copy(update={"inputs": tuple(inputs)})


def _verification(found: VerificationSection) -> VerificationSection:
    counts = found.spike_counts.get(found.reference, {})
    said: dict[str, Any] = {
        "compared_spikes": found.held_spikes,
        "compared_readouts": sum(comparison.samples for comparison in found.binding),
        "silent_populations": tuple(name for name, count in counts.items() if count == 0),
    }
    if not found.verified:
        said |= {"mismatching_spikes": None, "mismatching_readouts": None}
    return found.model_copy(update=said)
