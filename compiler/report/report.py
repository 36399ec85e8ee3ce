"""The report: its sections, typed; how they are made; and the panels that show them, listed once, in the order they are read.

A panel that shows what is there already is its file and a line in `PANELS`. One with data of its own has its section's type and
maker in the same file, and a field of `Report` and a line of `build_report` here: two files either way (docs/adding-a-panel.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.compiler.report.card import report_card
from litesnn.compiler.report.document import Document, Text, present
from litesnn.compiler.report.made import Made
from litesnn.compiler.report.panels.certificate import CertificatePanel
from litesnn.compiler.report.panels.costs import CostsPanel, CostsSection
from litesnn.compiler.report.panels.explanation import ExplanationPanel
from litesnn.compiler.report.panels.fidelity import FidelityEntry, FidelityPanel, fidelity_section
from litesnn.compiler.report.panels.findings import FindingEntry, FindingsPanel, findings_section
from litesnn.compiler.report.panels.floorplan import FloorplanPanel
from litesnn.compiler.report.panels.need import LoweredEntry, NeedPanel, lowered_section
from litesnn.compiler.report.panels.own_figures import OwnFiguresPanel, OwnFiguresSection, own_figures_section
from litesnn.compiler.report.panels.panel import Panel
from litesnn.compiler.report.panels.populations import PopulationsPanel
from litesnn.compiler.report.panels.proof import ProofPanel, ProofSection
from litesnn.compiler.report.panels.provenance import ProvenancePanel, ProvenanceSection
from litesnn.compiler.report.panels.pruning import PruningEntry, PruningPanel, pruning_section
from litesnn.compiler.report.panels.ranges import RangeEntry, RangesPanel, ranges_section
from litesnn.compiler.report.panels.removals import RemovalEntry, RemovalsPanel, removals_section
from litesnn.compiler.report.panels.resources import ResourcesPanel
from litesnn.compiler.report.panels.simulation import SimulationPanel
from litesnn.compiler.report.panels.timeline import TimelinePanel
from litesnn.compiler.report.panels.traffic import TrafficPanel
from litesnn.compiler.report.panels.verdict import VerdictPanel
from litesnn.compiler.report.panels.verification import VerificationPanel
from litesnn.compiler.report.sections.encoding import EncodingSection
from litesnn.compiler.report.sections.explanation import ExplanationSection
from litesnn.compiler.report.sections.imported import ImportedSection
from litesnn.compiler.report.sections.mapping import MappingSection
from litesnn.compiler.report.sections.network import MemorySection, NetworkSection, PopulationEntry
from litesnn.compiler.report.sections.schedule import ArrivalEntry, ScheduleSection
from litesnn.compiler.report.sections.verification import VerificationSection

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANELS: tuple[type[Panel], ...] = (
    VerdictPanel,
    FloorplanPanel,
    CostsPanel,
    ResourcesPanel,
    OwnFiguresPanel,
    PopulationsPanel,
    PruningPanel,
    NeedPanel,
    TrafficPanel,
    TimelinePanel,
    ExplanationPanel,
    FidelityPanel,
    FindingsPanel,
    SimulationPanel,
    VerificationPanel,
    ProofPanel,
    RemovalsPanel,
    RangesPanel,
    CertificatePanel,
    ProvenancePanel,
)
"""The first is the header of the page, the last its footer."""


class Report(Shown, Document):
    """report.json: what a deployment is and costs. Optional sections are null or missing where they were not computed."""

    model_config = ConfigDict(title="LiteSNN report")

    format: Literal["litesnn.report"]
    version: Literal[1]
    name: Text
    profile: Text
    network: NetworkSection
    memory: MemorySection
    populations: tuple[PopulationEntry, ...]
    schedule: ScheduleSection | None
    certificate: Annotated[
        tuple[ArrivalEntry, ...],
        Field(description="when each population computes and resets, and how its inputs meet"),
    ]
    pruning: Annotated[
        tuple[PruningEntry, ...] | None,
        Field(description="structured prunings of the genotype, the oldest first; missing where there are none"),
    ] = None
    lowered_bits: Annotated[
        tuple[LoweredEntry, ...] | None,
        Field(description="weight bits that were lowered by measured need, the oldest first; missing where none were"),
    ] = None
    removals: tuple[RemovalEntry, ...]
    ranges: tuple[RangeEntry, ...]
    fidelity: tuple[FidelityEntry, ...]
    findings: tuple[FindingEntry, ...]
    verification: VerificationSection | None
    proof: ProofSection | None = None
    imported: ImportedSection | None = None
    provenance: ProvenanceSection | None = None
    mapping: MappingSection | None = None
    encoding: EncodingSection | None = None
    costs: CostsSection | None = None
    explanation: ExplanationSection | None = None
    own_figures: Annotated[
        OwnFiguresSection | None,
        Field(description="what the profile has that the shipped one does not; missing where there is nothing"),
    ] = None

    @model_validator(mode="after")
    def _one_number_of_steps(self) -> Report:
        """The page draws as many steps as the schedule says."""
        if self.schedule is not None and self.schedule.timesteps != self.network.timesteps:
            raise ValueError(
                f"schedule.timesteps is {self.schedule.timesteps}, network.timesteps {self.network.timesteps}; they must be the same"
            )
        return self

    def card(self) -> Card:
        """Its verdict and figures, what does not hold, and its populations."""
        return report_card(self, "Report")

    def plot_floorplan(self, ax: Axes | None = None, resource: str | None = None) -> Axes:
        """Where it lies on the chip; see `litesnn.compiler.report.plots`."""
        from litesnn.compiler.report.plots import plot_floorplan

        return plot_floorplan(self, ax, resource)

    def panels(self) -> Iterator[Panel]:
        """Those that have something to show, in the order they are read."""
        return (panel for kind in PANELS if (panel := kind.of(self)) is not None)


def build_report(made: Made) -> Report:
    """The report of a compiled graph; sections of what was not computed are left out."""
    mapping = encoding = None
    if made.mapping is not None:
        mapping = MappingSection.of(
            made.mapping,
            made.profile,
            simulated=made.activity is not None,
            simulation=made.simulation,
            counts=made.rule_counts,
        )
        encoding = EncodingSection.of(made.graph, made.mapping, made.profile, made.core_costs)
    return Report(
        format="litesnn.report",
        version=1,
        name=made.origin.name,
        profile=made.profile.name,
        network=NetworkSection.of(made),
        memory=MemorySection.of(made.graph),
        populations=PopulationEntry.rows(made),
        schedule=ScheduleSection.of(made.graph),
        certificate=ArrivalEntry.rows(made.graph),
        removals=removals_section(made),
        ranges=ranges_section(made),
        fidelity=fidelity_section(made),
        findings=findings_section(made),
        verification=made.verification,
        imported=ImportedSection.of(made.origin),
        provenance=ProvenanceSection.of(made.command),
        **present(
            pruning=pruning_section(made),
            lowered_bits=lowered_section(made),
            proof=made.proof,
            mapping=mapping,
            encoding=encoding,
            costs=CostsSection.of(made, encoding),
            own_figures=own_figures_section(made),
        ),
    )
