"""Reports of LiteSNN 0.1.0 with the words of today: the same format, before a verification said how much it compared."""

from __future__ import annotations

from typing import Any

from litesnn.compiler.report.views.engines import binding, compared_spikes, reference, verified


def upgrade(report: dict[str, Any]) -> None:
    """Add to a report what can be told from the rest of it; one that has it all stays as it is."""
    simulation = (report.get("mapping") or {}).get("simulation")
    if simulation is not None:
        simulation.setdefault("compared_spikes", None)  # they were not counted
    verification = report["verification"]
    if verification is None or "compared_spikes" in verification:
        return
    verification["compared_spikes"] = compared_spikes(verification)
    verification["compared_readouts"] = sum(comparison["samples"] for comparison in binding(verification))
    counts = verification["spike_counts"].get(reference(verification), {})
    verification["silent_populations"] = [name for name, count in counts.items() if count == 0]
    if not verified(verification):
        verification["mismatching_spikes"] = verification["mismatching_readouts"] = None
