"""The rule check: small functions that yield findings, run all together; nothing stops at the first.

A rule's name says the rule. Graph rules look at the scheduled graph, mapping rules at the cores it was put on.
"""

from __future__ import annotations

from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping import Mapping
from litesnn.compiler.profile import Profile
from litesnn.compiler.rules.finding import Finding, Severity
from litesnn.compiler.rules.graph_rules import GRAPH_RULES
from litesnn.compiler.rules.mapping_rules import MAPPING_RULES
from litesnn.errors import CompileError

__all__ = ["Finding", "Severity", "check_rules"]


def check_rules(graph: Graph, profile: Profile, mapping: Mapping | CompileError) -> list[Finding]:
    """All findings of all rules, errors first, then warnings, then what holds.

    Parameters
    ----------
    mapping : the cores, or why there is no mapping (one neuron of a population needs more than a core has)
    """
    findings = [finding for rule in GRAPH_RULES for finding in rule(graph, profile)]
    if isinstance(mapping, CompileError):
        fix = "prune its fan-in, use fewer bits, or a profile with larger cores"
        findings.append(Finding("LSN-CORE", "error", "network", 1, 0, "cores", str(mapping), fix))
    else:
        findings += [finding for rule in MAPPING_RULES for finding in rule(mapping, profile)]
    return sorted(findings, key=lambda finding: ("error", "warning", "ok").index(finding.severity))
