"""The whole page: every section's view, in the order they are read, and which sections the report has no data for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litesnn.compiler.report.views.costs import CostsView, costs_view
from litesnn.compiler.report.views.evidence import Evidence, evidence
from litesnn.compiler.report.views.floorplan import FloorplanView, floorplan_view
from litesnn.compiler.report.views.populations import PopulationsView, populations_view
from litesnn.compiler.report.views.pruning import PruningView, pruning_view
from litesnn.compiler.report.views.resources import ResourcesView, resources_view
from litesnn.compiler.report.views.timeline import TimelineView, timeline_view
from litesnn.compiler.report.views.traffic import TrafficView, traffic_view
from litesnn.compiler.report.views.verdict import Verdict, verdict
from litesnn.compiler.report.views.verification import VerificationView, verification_view

OPTIONAL = {
    "verification": "verification",
    "mapping": "cores, chips and placement",
    "encoding": "memory as the chip encodes it",
    "costs": "operations and energy from spikes",
}


@dataclass(frozen=True)
class PageView:
    """One attribute per section; None where the report has no data for it."""

    name: str
    profile: str
    verdict: Verdict
    not_computed: tuple[str, ...]
    floorplan: FloorplanView | None
    resources: ResourcesView | None
    populations: PopulationsView
    pruning: PruningView | None
    traffic: TrafficView | None
    timeline: TimelineView | None
    verification: VerificationView | None
    evidence: Evidence
    costs: CostsView | None
    provenance: Mapping[str, Any] | None


def page_view(report: Mapping[str, Any]) -> PageView:
    """All sections of one report."""
    mapping = report.get("mapping")
    verification = report.get("verification")
    costs = report.get("costs")
    return PageView(
        name=report["name"],
        profile=report["profile"],
        verdict=verdict(report),
        not_computed=tuple(text for key, text in OPTIONAL.items() if report.get(key) is None),
        floorplan=None if mapping is None else floorplan_view(mapping),
        resources=None if mapping is None else resources_view(mapping),
        populations=populations_view(report),
        pruning=pruning_view(report["pruning"]) if report.get("pruning") else None,
        traffic=None if mapping is None else traffic_view(mapping),
        timeline=timeline_view(report),
        verification=None
        if verification is None
        else verification_view(verification, [entry["name"] for entry in report["populations"]]),
        evidence=evidence(report),
        costs=None if costs is None else costs_view(costs),
        provenance=report.get("provenance"),
    )
