"""Every rule fires on what it forbids, with the right place; all findings come at once, with headroom, worst first."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from over_limit import CASES, Case, adaptive, any_to_any, on
from random_networks import random_trained_genotype

import litesnn.compiler.rules
from litesnn.base.errors import ProfileError
from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping import DoesNotFit, Excess, map_graph
from litesnn.compiler.mapping.limits import UNITS, unit_on
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import Profile, load_profile
from litesnn.compiler.rules import Finding, Subject, check, check_rules, try_mapping
from litesnn.compiler.rules.listed import CORE_RULES, GRAPH_RULES, rule_texts

LOIHI1, LOIHI2 = load_profile("loihi1"), load_profile("loihi2")
# Partition spreads a population over cores until these hold, and one channel needs one of them: nothing can break them.
UNBREAKABLE = {"LSN-THRESHOLDS": "threshold_profiles", "LSN-NEURON-GROUPS": "neuron_groups", "LSN-LAYERS": "layers"}


def checked(graph: Graph, profile: Profile) -> dict[str, Finding]:
    found: dict[str, Finding] = {}
    for finding in check_rules(graph, profile, try_mapping(graph, profile)):
        found.setdefault(finding.code, finding)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.severity}")
def test_a_network_over_one_limit_breaks_that_rule_alone(case: Case) -> None:
    findings = check(case.make()).findings
    at_place = [finding for finding in findings if (finding.code, finding.place) == (case.code, case.place)]
    assert at_place, [(finding.code, finding.place) for finding in findings if finding.severity != "ok"]
    for finding in at_place:
        assert finding.severity == case.severity
        assert finding.headroom < 0
        assert finding.value > finding.limit
        assert finding.headroom == finding.limit - finding.value
        assert finding.fix
    broken = {finding.code for finding in findings if finding.severity == "error"}
    assert broken == ({case.code} if case.severity == "error" else set())


def test_every_rule_has_a_case_or_cannot_be_broken() -> None:
    sources = Path(litesnn.compiler.rules.__file__).parent.glob("*_rules.py")
    codes = {code for source in sources for code in re.findall(r'"(LSN-[A-Z-]+[A-Z])"', source.read_text())}
    assert codes == set(rule_texts()), "every rule is listed"
    assert {case.code for case in CASES} == codes - set(UNBREAKABLE)
    assert all(rule_texts().values())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.severity}")
def test_a_rule_yields_findings_of_its_own_code(case: Case) -> None:
    subject = case.make()
    graph = check(subject).graph
    for code, rule in GRAPH_RULES.items():
        assert {finding.code for finding in rule(graph, subject.profile)} <= {code}


@pytest.mark.parametrize(("code", "resource"), UNBREAKABLE.items())
def test_excesses_on_a_core_are_findings_there(code: str, resource: str) -> None:
    refusal = DoesNotFit([Excess(resource=resource, place="core 3", part="core 3", value=9, limit=8)])
    graph = compile_graph(random_trained_genotype(0), LOIHI2)
    (finding,) = (f for f in check_rules(graph, LOIHI2, refusal) if f.code == code)
    assert (finding.severity, finding.place, finding.value, finding.headroom) == ("error", "core 3", 9, -1)


def test_a_network_that_breaks_many_rules_hears_of_all_at_once() -> None:
    figures = {"weight_bits": "1", "input_axons": 5, "synapse_words": 5, "cores": 1, "weight_exp_max": -6}
    findings = check(on("loihi1", **figures)).findings
    broken = {(finding.code, finding.place) for finding in findings if finding.severity == "error"}
    assert {code for code, _ in broken} == {
        "LSN-WEIGHT-BITS", "LSN-WEIGHT-EXP", "LSN-AXON-IN", "LSN-SYNAPSE-WORDS", "LSN-CHIPS",
    }  # fmt: skip
    for code in ("LSN-AXON-IN", "LSN-SYNAPSE-WORDS"):
        assert {place for found, place in broken if found == code} >= {"cells[0].nodes[0]", "head.pool"}


def test_one_part_that_breaks_several_resources_gives_a_finding_for_each() -> None:
    figures = {"neurons_per_core": 64, "output_axon_entries": 10, "list_words_max": 2, "synapse_words": 8}
    broken = {f.code: f for f in check(on("loihi1", graph=any_to_any(), **figures)).errors if f.place == "a"}
    assert set(broken) == {"LSN-AXON-OUT", "LSN-LIST-LENGTH", "LSN-SYNAPSE-WORDS"}
    assert broken["LSN-AXON-OUT"].value == 64


def test_the_refusal_of_a_mapping_names_every_population_and_resource() -> None:
    target = load_profile("loihi1", {"input_axons": "5", "synapse_words": "5"})
    graph = check(on("loihi1")).graph
    with pytest.raises(DoesNotFit, match=r"cells\[0\].nodes\[0\]: one neuron of 'cell0.node0' does not fit") as caught:
        map_graph(graph, target)
    assert {excess.place for excess in caught.value.excesses} == {"cells[0].nodes[0]", "head.pool"}
    assert {excess.resource for excess in caught.value.excesses} == {"input_axons", "synapse_words"}
    assert caught.value.mapping is not None, "the rest of the network is mapped, so that chips can be counted"


def test_a_network_beyond_every_system_is_a_finding_of_its_chips() -> None:
    figures = {"neurons_per_core": 1, "synapse_words": 3, "cores": 4, "hala_point": 5, "kapoho_point": 5}
    findings = {f.code: f for f in check(on("loihi2", **figures)).errors}
    assert set(findings) == {"LSN-CHIPS", "LSN-SYNAPSE-WORDS"}
    assert findings["LSN-CHIPS"].value > findings["LSN-CHIPS"].limit == 1


def test_a_limit_of_nothing_is_a_wrong_profile() -> None:
    with pytest.raises(
        ProfileError, match=r"core\.axon_map_entries cannot be '0': found 0; allowed: a whole number from 1"
    ):
        check(on("loihi2", axon_map_entries=0))


def test_a_network_that_fits_has_headroom_everywhere() -> None:
    graph = compile_graph(random_trained_genotype(0), LOIHI2)
    findings = checked(graph, LOIHI2)
    assert all(finding.severity == "ok" for finding in findings.values())
    assert {"LSN-NEURONS", "LSN-SYNAPSE-WORDS", "LSN-CHIPS", "LSN-RANGE", "LSN-DELAY"} <= set(findings)
    assert all(finding.headroom >= 0 for finding in findings.values())
    assert all(not finding.fix for finding in findings.values())


def test_every_resource_of_a_core_has_its_rule() -> None:
    graph = compile_graph(random_trained_genotype(0), LOIHI2)
    for number, resource in enumerate(UNITS):
        refusal = DoesNotFit([Excess(resource=resource, place=f"place{number}", part="a part", value=2, limit=1)])
        found = [f for f in check_rules(graph, LOIHI2, refusal) if f.place == f"place{number}"]
        assert [(f.severity, f.unit) for f in found] == [("error", unit_on(LOIHI2, resource))]
    assert len(CORE_RULES) == len(UNITS) + 2, "and those of chips"


def test_words_are_said_with_the_width_that_the_profile_gives_them() -> None:
    wide = load_profile("loihi2", overrides={"word_bits": "128"})
    finding = checked(compile_graph(random_trained_genotype(0), wide), wide)["LSN-SYNAPSE-WORDS"]
    assert finding.unit == "128-bit words"
    assert "of 8,192 128-bit words" in finding.message


def test_an_exponent_below_the_least_is_negative_headroom_too() -> None:
    graph = compile_graph(random_trained_genotype(0), LOIHI2)
    first, *rest = graph.blocks
    assert first.format is not None
    quiet = replace(first, format=replace(first.format, weight_exp=-9))
    broken = graph.rebuild(graph.populations, [quiet, *rest])
    (finding,) = (f for f in check_rules(broken, LOIHI2, try_mapping(broken, LOIHI2)) if f.severity == "error")
    assert (finding.code, finding.place, finding.value, finding.limit) == ("LSN-WEIGHT-EXP", first.place, -9, -7)
    assert finding.headroom == -2


def test_programmed_neurons_are_counted_where_they_can_run() -> None:
    graph = adaptive()
    assert graph["layer1"].needs_program() is not None
    assert graph["readout"].needs_program() is None
    finding = checked(graph, LOIHI2)["LSN-PROGRAMMABLE"]
    assert (finding.severity, finding.value, finding.headroom) == ("ok", 1, 0)


@pytest.mark.parametrize("name", ["loihi1", "loihi2"])
def test_findings_stand_worst_first(name: str) -> None:
    order = [finding.severity for finding in check(Subject(load_profile(name), random_trained_genotype(8))).findings]
    assert order == sorted(order, key=("error", "warning", "ok").index)
