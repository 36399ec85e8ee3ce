"""Fixes: what a finding says was checked does make the check pass, is the cheapest, and is the least that does."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from over_limit import FIXED, Case, chain, on, small
from random_networks import random_input
from written_genotypes import document

from litesnn.compiler.fixes import CannotApply, Remedied, make_plan, with_remedies
from litesnn.compiler.fixes.numbers import FewerBits, LowerMembraneExp
from litesnn.compiler.fixes.pruning import PruneFanIn, PruneSources
from litesnn.compiler.fixes.settings import CompileAgain, UseProfile
from litesnn.compiler.fixes.width import NarrowNetwork
from litesnn.compiler.fixes.wiring import DropEdge, EncodeAsSpikes, ReadLater
from litesnn.compiler.genotype import LoadedGenotype, load_genotype, save_genotype
from litesnn.compiler.profile import load_profile
from litesnn.compiler.rules import Subject, check
from litesnn.runtime.exact import simulate

PLENTY = 600.0  # seconds: no search here ends for want of time
LOIHI2 = load_profile("loihi2")


@cache
def remedied(case: Case) -> Remedied:
    return with_remedies(check(case.make()), PLENTY)


@pytest.mark.parametrize("case", FIXED, ids=lambda case: f"{case.code}-{case.severity}")
def test_the_suggested_fix_applied_passes(case: Case) -> None:
    result = remedied(case)
    (finding, *_) = (f for f in result.checked.findings if (f.code, f.place) == (case.code, case.place))
    fixes = result.fixes(finding)
    assert fixes, finding.fix
    assert any(fix.same_chip for fix in fixes) == case.here
    assert finding.fix.startswith(f"checked: {fixes[0].description}")
    assert [remedy.description for remedy in finding.remedies] == [fix.description for fix in fixes]
    before = {(f.code, f.place) for f in result.checked.errors}
    for fix in fixes:
        after = check(fix.apply(result.checked.subject)).findings
        left = [f for f in after if f.severity != "ok" and (f.code, f.place) == (case.code, case.place)]
        assert not left
        assert {(f.code, f.place) for f in after if f.severity == "error"} <= before
        json.dumps(vars(fix.remedy()))


@pytest.mark.parametrize("case", [case for case in FIXED if case.severity == "error"], ids=lambda case: case.code)
def test_all_fixes_together_leave_no_error(case: Case) -> None:
    result = remedied(case)
    plan = make_plan(result)
    assert plan is not None
    subject = result.checked.subject
    for fix in plan.fixes:
        subject = fix.apply(subject)
    assert plan.passes == (not check(subject).errors)
    fixable = all(any(fix.same_chip for fix in result.fixes(error)) for error in result.checked.errors)
    assert plan.passes or not fixable


def test_an_amount_is_the_least_that_works() -> None:
    (case,) = (case for case in FIXED if case.code == "LSN-AXON-IN")
    result, subject = remedied(case), case.make()
    (prune,) = (fix for fix in result.fixes(result.checked.errors[0]) if isinstance(fix, PruneFanIn))
    less = replace(prune, percent=prune.percent - 1)
    assert not check(prune.apply(subject)).errors
    assert check(less.apply(subject)).errors


def test_settings_come_before_edits_and_silicon_is_never_changed() -> None:
    for case in FIXED:
        for finding in remedied(case).checked.findings:
            kinds = [remedy.retrain for remedy in finding.remedies]
            assert kinds == sorted(kinds)
            for remedy in finding.remedies:
                settings = [part for part in remedy.command.split() if "=" in part]
                assert all(setting.startswith("chips=") for setting in settings)


def test_without_time_nothing_is_claimed() -> None:
    result = with_remedies(check(on("loihi1", input_axons=5)), 0.0)
    assert not result.trials.results
    for finding in result.checked.errors:
        assert finding.fix.startswith("not checked, the time for fixes is over")
        assert not finding.remedies
    assert make_plan(result) is None


def test_what_does_not_help_is_listed() -> None:
    """The relays of the first node feed the pool alone, which reads every node of the cell."""
    (case,) = (case for case in FIXED if case.code == "LSN-RELAY")
    (finding,) = (f for f in remedied(case).checked.findings if f.place == "cells[0].nodes[0]")
    assert finding.fix == "no single change helps (tried in vain: compile for loihi1)"
    assert finding.tried == ("compile for loihi1",)
    assert not finding.remedies


def test_a_network_without_findings_costs_no_trial() -> None:
    result = with_remedies(check(on("loihi2")))
    assert not result.trials.results
    assert all(finding.severity == "ok" for finding in result.checked.findings)


def test_a_graph_without_a_genotype_gets_settings_alone() -> None:
    graph = check(on("loihi1", input_axons=5)).graph
    result = with_remedies(check(on("loihi1", graph=graph, input_axons=5)), PLENTY)
    for finding in result.checked.errors:
        assert [remedy.change["kind"] for remedy in finding.remedies] == ["profile"]
    with pytest.raises(CannotApply, match="no genotype"):
        PruneFanIn("readout", 5).apply(result.checked.subject)


def test_a_program_of_another_chip_is_compiled_again() -> None:
    """Compiled for a chip with longer delays; on this one relays would do."""
    made = check(on("loihi2"))
    subject = replace(on("loihi2", made.subject.genotype, delay_max=0), graph=made.graph)
    result = with_remedies(check(subject), PLENTY)
    (late,) = {finding.code for finding in result.checked.errors}
    assert late == "LSN-DELAY"
    assert result.checked.errors[0].remedies[0].change == {"kind": "compile"}
    assert not check(CompileAgain().apply(subject)).errors


# single fixes


def masks(loaded: LoadedGenotype, edge: str) -> np.ndarray:
    return loaded.trained[f"{edge}.mask"].astype(int)


def genotype_after(fix: object, loaded: LoadedGenotype | None = None) -> LoadedGenotype:
    changed = fix.apply(Subject(LOIHI2, loaded or small())).genotype  # type: ignore[attr-defined]
    assert isinstance(changed, LoadedGenotype)
    return changed


@pytest.mark.parametrize("percent", [1, 30, 99])
def test_pruning_takes_the_smallest_weights_of_every_channel(percent: int) -> None:
    before, after = small(), genotype_after(PruneFanIn("cell0.node0", percent))
    for row, kept, left in zip(
        np.abs(before.trained["cell0.node0.edge0.weight"]),
        masks(before, "cell0.node0.edge0"),
        masks(after, "cell0.node0.edge0"),
        strict=True,
    ):
        assert left.sum() == max(1, kept.sum() * (100 - percent) // 100)
        assert row[left == 1].min() >= row[(kept == 1) & (left == 0)].max(initial=0)
    np.testing.assert_array_equal(masks(before, "readout.edge0"), masks(after, "readout.edge0"))


def test_pruning_sources_takes_whole_channels() -> None:
    left = masks(genotype_after(PruneSources("cell0.node0", 50)), "cell0.node0.edge0").sum(axis=(0, 2, 3))
    assert (left == 0).sum() == 2  # of 3, rounded up
    dense = masks(genotype_after(PruneSources("readout", 50)), "readout.edge0").sum(axis=0)
    assert (dense == 0).sum() == 3


def test_fewer_bits_keep_the_range() -> None:
    after = genotype_after(FewerBits("", 1))
    for old, new in zip(small().topology.edges(), after.topology.edges(), strict=True):
        if old.weighted:
            assert new.bits == old.bits - 1
            assert new.step == 2 * (old.step or 0)


def test_a_membrane_cannot_go_below_its_floor() -> None:
    assert genotype_after(LowerMembraneExp("cell0.node0", 2)).topology.nodes[1].membrane_exp == 0
    with pytest.raises(CannotApply, match="is 2, not to be lowered by 3"):
        genotype_after(LowerMembraneExp("cell0.node0", 3))


def test_a_dropped_edge_takes_its_tensors_along() -> None:
    before, after = chain(), genotype_after(DropEdge("cell0.node2.edge0"), chain())
    kept = before.trained["cell0.node2.edge1.weight"]
    np.testing.assert_array_equal(after.trained["cell0.node2.edge0.weight"], kept)
    assert "cell0.node2.edge1.weight" not in after.trained
    with pytest.raises(CannotApply, match="the only input"):
        genotype_after(DropEdge("cell0.node0.edge0"), chain())


def test_reading_later_changes_the_source_alone() -> None:
    assert genotype_after(ReadLater("cell0.node1.edge1", "n0")).topology.nodes[2].edges[1].sources == ("cell0.node0",)


def test_spikes_in_keep_every_integer() -> None:
    scaled = small(input={"shape": [2, 4, 4], "scale": 0.125})
    before, after = check(Subject(LOIHI2, scaled)), check(EncodeAsSpikes().apply(Subject(LOIHI2, scaled)))
    for old, new in zip(before.graph.blocks, after.graph.blocks, strict=True):
        np.testing.assert_array_equal(old.geometry.codes, new.geometry.codes)
    assert after.graph.sources[0].message_bits == 0


@pytest.mark.parametrize("percent", [1, 40, 99])
def test_a_narrower_network_is_a_network(percent: int) -> None:
    loaded = small(head={"classes": 4, "pool": "none"})
    after = genotype_after(NarrowNetwork(percent), loaded)
    assert after.topology.readout.out_shape == (4, 1, 1)
    assert all(node.shape[0] == max(1, 3 * (100 - percent) // 100) for node in after.topology.nodes)
    graph = check(Subject(LOIHI2, after)).graph
    assert simulate(graph, random_input(after, 2, 0)).readout.shape == (2, 4)


def test_another_profile_is_another_profile() -> None:
    with pytest.raises(CannotApply, match="is loihi2 already"):
        UseProfile("loihi2").apply(on("loihi2"))


def test_an_edited_genotype_can_be_written_and_forgets_its_accuracy(tmp_path: Path) -> None:
    loaded = small(training={"accuracy_fixed": 0.9, "dataset": "digits"})
    after = genotype_after(PruneFanIn("", 20), loaded)
    save_genotype(after.spec, after.trained, tmp_path / "fixed.json")
    again = load_genotype(tmp_path / "fixed.json")
    assert again.spec.training is not None
    assert again.spec.training.accuracy_fixed is None
    assert again.spec.training.dataset == "digits"
    assert document()["name"] == again.spec.name
