"""The example of docs/profiles.md is a profile, and what it changes stands in the report and in the program."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from written_genotypes import document, written

import litesnn
from litesnn.compiler.report import render_html

PAGE = Path(__file__).parents[3] / "docs" / "profiles.md"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The folder with both files of the page."""
    section = PAGE.read_text("utf-8").partition("## Your own chip in three lines")[2].partition("\n## ")[0]
    first, second = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    assert len(first.splitlines()) == 3
    (tmp_path / "my-chip.toml").write_text(first)
    (tmp_path / "lab.toml").write_text(second)
    return tmp_path


def test_the_examples_of_the_page_are_profiles(files: Path) -> None:
    mine, lab = litesnn.load_profile(files / "my-chip.toml"), litesnn.load_profile(files / "lab.toml")
    assert (mine.name, mine.chip.neurons_per_core.status, mine.core.synapse_words.value) == ("my-chip", "USER", 8192)
    assert (lab.name, lab.bases, lab.chip.cores.status) == ("lab board", ("my-chip.toml", "loihi2"), "CONFIRMED")
    assert (lab.chip.neurons_per_core.value, lab.core.synapse_words.value, lab.boards["shelf"].value) == (1024, 8192, 3)


def test_the_report_says_what_is_not_the_shipped_profiles(files: Path) -> None:
    genotype = written(document(), files, seed=3)
    program = litesnn.compile(genotype, files / "lab.toml", samples=None).program
    own = program.report.own_figures
    assert own is not None
    assert own.bases == ("my-chip.toml", "loihi2")
    assert [(entry.figure, entry.value, entry.status) for entry in own.figures] == [
        ("core.synapse_words", "8192", "USER"),
        ("chip.cores", "120", "CONFIRMED"),
        ("chip.neurons_per_core", "1024", "USER"),
        ("boards.shelf", "3", "USER"),
    ]
    assert own.figures[0].source == "given in my-chip.toml"
    assert own.figures[0].note.startswith("loihi2 has 16000 (CONFLICT")
    assert "Profile lab board extends my-chip.toml extends loihi2: 4 figures of its own" in render_html(program.report)

    program.save(files / "program")
    manifest = json.loads((files / "program" / "manifest.json").read_bytes())
    digest = hashlib.sha256((files / "program" / "profile.json").read_bytes()).hexdigest()
    row = litesnn.explore(genotype, files / "lab.toml", place=False).rows[0]
    assert manifest["files"]["profile.json"] == digest == row.profile_sha256


def test_a_shipped_profile_as_it_stands_has_no_such_section_and_one_that_is_set_has(files: Path) -> None:
    genotype = written(document(), files, seed=3)
    assert "own_figures" not in litesnn.compile(genotype, samples=None).program.report.plain()
    changed = litesnn.compile(
        genotype, litesnn.load_profile("loihi2", {"cores": "64"}), samples=None
    ).program.report.own_figures
    assert changed is not None
    assert [(entry.figure, entry.source) for entry in changed.figures] == [("chip.cores", "set on the command line")]
