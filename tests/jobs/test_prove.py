"""The proof as a job and as a command: the word beside every summary, and an input where a range is open."""

from __future__ import annotations

import json
from pathlib import Path

from random_networks import random_trained_genotype
from typer.testing import CliRunner

from litesnn.cli import app
from litesnn.compiler.origin import GenotypeOrigin
from litesnn.compiler.profile import load_profile
from litesnn.compiler.program.program import network_files, read_files
from litesnn.jobs.compile import compile
from litesnn.jobs.prove import proof_of


def test_an_input_that_leaves_a_register_is_found_and_shown() -> None:
    loaded = random_trained_genotype(3, membrane_exp=9, encoding="direct", keep=1.0, timesteps=3, size=4)
    origin, profile = GenotypeOrigin(loaded), load_profile("loihi2")
    found = proof_of(network_files(origin.pipeline(profile).run(), origin, profile), loaded)
    assert found.section.word == "NOT PROVED"
    assert {problem.reason for problem in found.section.problems} == {"range"}
    assert found.witnesses
    assert "an input does so" in str(found.section.problems[0].witness)
    assert found.witnesses[0].shape == loaded.spec.input.shape


def test_the_word_stands_in_the_report_and_the_command_gives_it(tmp_path: Path) -> None:
    loaded = random_trained_genotype(1, cells=1, size=4, timesteps=3)
    result = compile(loaded, "loihi2", samples=None)
    proof = result.program.report.proof
    assert proof is not None
    assert proof.word == "PROVED"
    result.program.save(tmp_path / "program")
    page = (tmp_path / "program" / "report.html").read_text("utf-8")
    assert "PROVED for every input" in page
    files = read_files(tmp_path / "program")
    memory = json.loads(files["image/core0/memory.json"])
    group = memory["groups"][0]
    group["neurons"]["arrival"] += 1
    faulty = proof_of({**files, "image/core0/memory.json": json.dumps(memory).encode()}, loaded).section
    assert (faulty.word, group["population"] in faulty.problems[0].place) == ("REFUTED", True)
    said = CliRunner().invoke(app, ["prove", str(tmp_path / "program")])
    assert (said.exit_code, "PROVED" in said.stdout, "trusted" in said.stdout) == (0, True, True)
