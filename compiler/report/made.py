"""What a report is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from litesnn.compiler.costs import Activity
    from litesnn.compiler.encoding import EncodedCost
    from litesnn.compiler.graph import Graph
    from litesnn.compiler.mapping import Mapping
    from litesnn.compiler.origin import Origin
    from litesnn.compiler.origin.facts import WeightFacts
    from litesnn.compiler.profile import Profile
    from litesnn.compiler.report.panels.proof import ProofSection
    from litesnn.compiler.report.sections.mapping import SimulationEntry
    from litesnn.compiler.report.sections.verification import VerificationSection
    from litesnn.compiler.rule_counts import RuleCount
    from litesnn.compiler.rules import Finding


@dataclass(frozen=True, kw_only=True)
class Made:
    """A compiled graph with all that is known about it; what was not computed is None, and its sections are left out.

    Attributes
    ----------
    origin : the genotype, or the file from elsewhere, that the graph came from
    verification : a `Verification.document()`, or None where it was not verified
    command : the command line that made it, for the provenance; None leaves the provenance out
    mapping : the cores, where there are some
    core_costs : what the synapse memory of each takes (`CoreMemory.costs`), where that has been computed; else the report does it
    proof : what the certificate checker says
    simulation : the network core by core against the exact simulator, where that was run
    activity : simulated events, for the costs of running
    rule_counts : cores by the rule sets of the profile
    """

    graph: Graph
    origin: Origin
    profile: Profile
    findings: Sequence[Finding]
    verification: VerificationSection | None = None
    command: str | None = None
    mapping: Mapping | None = None
    core_costs: Sequence[dict[str, EncodedCost]] | None = None
    proof: ProofSection | None = None
    simulation: SimulationEntry | None = None
    activity: Activity | None = None
    rule_counts: Sequence[RuleCount] = ()

    @cached_property
    def weights(self) -> WeightFacts:
        """Weights of the origin, counted once for all sections."""
        return self.origin.weight_facts(self.graph)
