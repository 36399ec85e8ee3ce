"""The page beside report.json in a program, and `litesnn report`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from random_networks import random_trained_genotype
from typer.testing import CliRunner

import litesnn
from litesnn.cli import app
from litesnn.compiler.report import read_report, render_html


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programs") / "program"
    litesnn.compile(random_trained_genotype(9), "loihi2", samples=None).program.save(folder)
    return folder


def test_the_page_stands_beside_report_json_and_comes_from_it_alone(program: Path) -> None:
    report = read_report((program / "report.json").read_bytes())
    assert (program / "report.html").read_text() == render_html(report)
    assert report.provenance is not None
    assert report.provenance.command.startswith("litesnn-compile")


def test_saving_again_gives_the_same_page(program: Path, tmp_path: Path) -> None:
    litesnn.compile(random_trained_genotype(9), "loihi2", samples=None).program.save(tmp_path / "again")
    assert (tmp_path / "again" / "report.html").read_bytes() == (program / "report.html").read_bytes()


def test_the_command_writes_the_same_page(program: Path, tmp_path: Path) -> None:
    target = tmp_path / "pages" / "page.html"
    result = CliRunner().invoke(app, ["report", str(program), "-o", str(target), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.output) == {"output": str(target), "bytes": len(target.read_bytes())}
    assert target.read_bytes() == (program / "report.html").read_bytes()


def test_the_command_refuses_what_is_not_a_program(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["report", str(tmp_path), "-o", str(tmp_path / "page.html")])
    assert result.exit_code == 2
    assert not (tmp_path / "page.html").exists()
