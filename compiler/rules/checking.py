"""All rules on one subject: compiled, mapped as far as it goes, and every finding of every rule."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from litesnn.base.cards.shown import Brief
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping import DoesNotFit, Mapping, map_graph
from litesnn.compiler.mapping.objective_names import BALANCED, ObjectiveName
from litesnn.compiler.origin.genotype import compile_graph, membrane_advice
from litesnn.compiler.passes import SignHandling
from litesnn.compiler.profile import Profile
from litesnn.compiler.rules.core_rules import Placed
from litesnn.compiler.rules.finding import Finding, worst_first
from litesnn.compiler.rules.listed import CORE_RULES, GRAPH_RULES, TRAINING_DECIDES
from litesnn.compiler.rules.range_rules import Advice, registers_hold
from litesnn.compiler.rules.untrained_rules import sums_fit
from litesnn.compiler.stand_in import stand_in_graph


@dataclass(frozen=True, eq=False, repr=False)
class Subject(Brief):
    """What is checked: a genotype, or the graph of a program as it stands, against a profile.

    Attributes
    ----------
    genotype : None for a graph that comes from elsewhere
    graph : None if the genotype is compiled for the profile
    sign : how weights of both signs are stored when it is compiled
    advice : on registers that may be left, which the graph's maker can follow
    """

    profile: Profile
    genotype: LoadedGenotype | None = None
    graph: Graph | None = None
    sign: SignHandling = "auto"
    advice: Advice = membrane_advice

    def of(self, genotype: LoadedGenotype) -> Subject:
        """The same subject with another genotype, compiled anew."""
        return replace(self, genotype=genotype, graph=None)


@dataclass(frozen=True, eq=False, repr=False)
class Checked(Brief):
    """A subject with its graph, its mapping or why there is none, all findings, worst first, and the time it took."""

    subject: Subject
    graph: Graph
    outcome: Mapping | DoesNotFit
    findings: tuple[Finding, ...]
    seconds: float = 0.0

    def on(self, subject: Subject) -> Checked:
        """The check of a subject that differs in nothing that graph or mapping depend on: its rules alone run again."""
        findings = check_rules(self.graph, subject.profile, self.outcome, subject.advice)
        return Checked(subject, self.graph, self.outcome, tuple(findings))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Rules that are broken."""
        return tuple(finding for finding in self.findings if finding.severity == "error")


def check(subject: Subject, *, optimize: bool = True) -> Checked:
    """Compile, map and check; `optimize` as in `map_graph`.

    Raises
    ------
    GenotypeError, CompileError
        If the genotype is malformed; limits of the chip are findings. An untrained one is checked with random weights in the place of
        those that training will find, and its accumulators by its shapes.
    """
    started = time.perf_counter()
    graph = subject.graph
    if graph is None:
        assert subject.genotype is not None, "a subject has a genotype or a graph"
        if subject.genotype.tensors is None:
            return _check_untrained(subject, subject.genotype, started, optimize=optimize)
        graph = compile_graph(subject.genotype, subject.profile, subject.sign)
    outcome = try_mapping(graph, subject.profile, optimize=optimize)
    findings = tuple(check_rules(graph, subject.profile, outcome, subject.advice))
    return Checked(
        subject=subject, graph=graph, outcome=outcome, findings=findings, seconds=time.perf_counter() - started
    )


def _check_untrained(subject: Subject, genotype: LoadedGenotype, started: float, *, optimize: bool) -> Checked:
    graph = stand_in_graph(genotype, subject.profile)
    outcome = try_mapping(graph, subject.profile, optimize=optimize)
    findings = [
        finding for finding in check_rules(graph, subject.profile, outcome) if finding.code not in TRAINING_DECIDES
    ]
    findings = worst_first([*findings, *sums_fit(genotype.spec, subject.profile)])
    return Checked(
        subject=subject, graph=graph, outcome=outcome, findings=tuple(findings), seconds=time.perf_counter() - started
    )


def try_mapping(
    graph: Graph,
    profile: Profile,
    rates: dict[str, Any] | None = None,
    *,
    optimize: bool = True,
    objective: ObjectiveName = BALANCED,
) -> Mapping | DoesNotFit:
    """Cores for a graph, or why there are none; parameters as in `map_graph`."""
    try:
        return map_graph(graph, profile, rates, optimize=optimize, objective=objective)
    except DoesNotFit as refusal:
        return refusal


def check_rules(
    graph: Graph, profile: Profile, mapping: Mapping | DoesNotFit, advice: Advice = membrane_advice
) -> list[Finding]:
    """All findings of all rules: errors, then warnings, then what holds.

    Parameters
    ----------
    mapping : the cores, or why there are none
    advice : see `Subject`
    """
    placed = Placed.of(mapping)
    on_graph = [finding for rule in GRAPH_RULES.values() for finding in rule(graph, profile)]
    on_graph += registers_hold(graph, advice)
    on_cores = [finding for rule in CORE_RULES.values() for finding in rule(placed, profile)]
    return worst_first(on_graph + on_cores)
