"""Every rule fires on what it forbids, says where, and its fix helps; all findings come at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from random_networks import random_trained_genotype

from litesnn.compilation import try_mapping
from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping.limits import UNITS
from litesnn.compiler.pipeline import compile_graph
from litesnn.compiler.profile import Profile, load_profile
from litesnn.compiler.rules import Finding, check_rules
from litesnn.compiler.rules.mapping_rules import CODES
from litesnn.errors import CompileError

LOIHI2 = load_profile("loihi2")


def checked(graph: Graph, profile: Profile) -> dict[str, Finding]:
    found: dict[str, Finding] = {}
    for finding in check_rules(graph, profile, try_mapping(graph, profile)):
        found.setdefault(finding.code, finding)
    return found


def test_a_network_that_fits_has_headroom_everywhere() -> None:
    graph = compile_graph(random_trained_genotype(0), LOIHI2)
    findings = checked(graph, LOIHI2)
    assert all(finding.severity == "ok" for finding in findings.values())
    assert {"LSN-NEURONS", "LSN-SYNAPSE-WORDS", "LSN-CHIPS", "LSN-RANGE", "LSN-DELAY"} <= set(findings)
    assert all(finding.value <= finding.limit for finding in findings.values())


def test_every_resource_has_a_code() -> None:
    assert set(CODES) == set(UNITS)


def test_too_many_chips_is_an_error_whose_fix_passes() -> None:
    small = load_profile("loihi2", overrides={"cores": "1", "neurons_per_core": "20"})
    graph = compile_graph(random_trained_genotype(4), small)
    finding = checked(graph, small)["LSN-CHIPS"]
    assert finding.severity == "error"
    assert finding.value > finding.limit == 1
    setting = finding.fix.split("--set ")[1]
    key, value = setting.split("=")
    board = load_profile("loihi2", overrides={"cores": "1", "neurons_per_core": "20", key: value})
    assert checked(graph, board)["LSN-CHIPS"].severity == "ok"


def test_broken_formats_and_delays_are_all_found_at_once() -> None:
    graph = compile_graph(random_trained_genotype(0), LOIHI2)
    first, second, *rest = graph.blocks
    assert first.format is not None
    loud = replace(first, format=replace(first.format, weight_exp=9))
    late = replace(second, delay=63)
    broken = graph.rebuild(graph.populations, [loud, late, *rest])
    found = {f.code: f for f in check_rules(broken, LOIHI2, CompileError("not mapped")) if f.severity == "error"}
    assert set(found) == {"LSN-WEIGHT-EXP", "LSN-DELAY", "LSN-CORE"}
    assert (found["LSN-WEIGHT-EXP"].place, found["LSN-WEIGHT-EXP"].value) == (first.place, 9)
    assert (found["LSN-DELAY"].place, found["LSN-DELAY"].value, found["LSN-DELAY"].limit) == (second.place, 63, 62)
    assert all(finding.fix for finding in found.values())


def test_graded_input_on_a_chip_without_it_is_said() -> None:
    loihi1 = load_profile("loihi1")
    graph = compile_graph(random_trained_genotype(6, encoding="direct", stem=True), loihi1)
    finding = checked(graph, loihi1)["LSN-GRADED-INPUT"]
    assert finding.severity == "warning"
    assert "stem" in finding.message


def test_a_range_that_is_not_proved_is_a_warning_with_its_excess() -> None:
    graph = compile_graph(random_trained_genotype(0), LOIHI2)
    proof = replace(graph.ranges[0], high=graph.ranges[0].limit * 4)
    finding = checked(replace(graph, ranges=(proof, *graph.ranges[1:])), LOIHI2)["LSN-RANGE"]
    assert finding.severity == "warning"
    assert "lower its membrane_exp by 2" in finding.fix


@pytest.mark.parametrize("profile", ["loihi1", "loihi2"])
def test_findings_stand_worst_first(profile: str) -> None:
    target = load_profile(profile)
    graph = compile_graph(random_trained_genotype(8), target)
    order = [f.severity for f in check_rules(graph, target, try_mapping(graph, target))]
    assert order == sorted(order, key=("error", "warning", "ok").index)
