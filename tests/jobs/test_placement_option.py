"""What the places of cores are chosen for is said in the command, the mapping, the report and its page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from random_networks import random_trained_genotype
from typer.testing import CliRunner

from litesnn.base.errors import ProfileError
from litesnn.cli import app
from litesnn.compiler.mapping import mapping_document, read_mapping
from litesnn.compiler.profile import load_profile
from litesnn.compiler.program import Program
from litesnn.jobs.compile import compile


def test_the_program_says_what_its_cores_were_placed_for(tmp_path: Path) -> None:
    loaded = random_trained_genotype(0, cells=1, size=4, timesteps=2)
    profile = load_profile("loihi1", {"neurons_per_core": "25"})
    result = compile(loaded, profile, samples=None, placement="energy-delay")
    result.program.save(tmp_path / "program")
    program = Program.load(tmp_path / "program")
    assert program.mapping is not None
    assert program.mapping.objective == "energy-delay"
    assert "--placement energy-delay" in program.command
    placement = program.report.mapping and program.report.mapping.placement
    assert placement is not None
    assert placement.objective == "energy-delay"
    assert "the least energy × delay" in (tmp_path / "program" / "report.html").read_text("utf-8")


def test_a_mapping_that_says_nothing_was_balanced() -> None:
    """As versions before the option wrote it."""
    mapping = compile(random_trained_genotype(1, cells=1, size=4, timesteps=2), "loihi2", samples=None).program.mapping
    assert mapping is not None
    older = {name: value for name, value in mapping_document(mapping).items() if name != "objective"}
    assert read_mapping(older) == replace(mapping, objective="balanced")


def test_a_chip_without_figures_of_hops_is_refused_before_anything_is_compiled() -> None:
    with pytest.raises(ProfileError, match=r"energy\.hop_ew_pj"):
        compile("examples/digits/genotype.json", "loihi2", placement="energy-delay")
    wrong = CliRunner().invoke(app, ["compile", "examples/digits/genotype.json", "--placement", "fast"])
    assert wrong.exit_code == 2
