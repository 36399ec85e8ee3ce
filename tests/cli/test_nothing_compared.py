"""Equality is a claim about comparisons: where none was made, none is claimed; `--samples 0` simulates nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nir_files as files
import numpy as np
import pytest
from command_line import as_json, call, json_of, ok
from jsonschema import Draft202012Validator
from written_nets import dense, write_net

from litesnn.compiler.frontends.real.float_run import FloatNetwork
from litesnn.compiler.program import Program
from litesnn.compiler.report import report_schema
from litesnn.runtime.exact import Simulator


@pytest.fixture
def net(tmp_path: Path) -> Path:
    return write_net(
        tmp_path / "small.net", [dense(np.array([[60, -20], [90, 50]])), dense(np.array([[40, 60]]), None)]
    )


@pytest.fixture
def nir(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    nodes = {
        "input": files.port("Input", 4),
        "fc": files.linear(rng.normal(0.4, 0.5, (3, 4))),
        "lif": files.lif_node((3,), 0.75, 1.0),
        "output": files.port("Output", 3),
    }
    return files.write_nir(tmp_path / "small.nir", nodes, files.chain(nodes))


@pytest.fixture
def no_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any simulation, of whatever engine, is an error."""

    def simulated(*_: Any, **__: Any) -> None:
        raise AssertionError("something was simulated")

    monkeypatch.setattr(Simulator, "run", simulated)
    monkeypatch.setattr(FloatNetwork, "run", simulated)
    for place in ("litesnn.search.model.reference.run_reference", "litesnn.jobs.engines.LavaSession"):
        monkeypatch.setattr(place, simulated)


@pytest.mark.usefixtures("no_simulation")
@pytest.mark.parametrize("kind", ["compile", "net", "nir"])
def test_no_samples_simulate_nothing_and_claim_nothing(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    source = request.getfixturevalue("genotype" if kind == "compile" else kind)
    command = "compile" if kind == "compile" else "import"
    found = json_of(command, source, "-o", tmp_path / "p", "--samples", 0)
    assert found["mismatching_spikes"] is None
    assert found["mismatching_readouts"] is None
    assert (found["spike_counts"], found["samples"]) == (None, None)
    said = ok(command, source, "-o", tmp_path / "q", "--samples", 0).stdout
    assert "not verified: nothing was simulated, so no spikes were compared" in " ".join(said.split())
    assert "core by core: not simulated, not verified" in said
    assert "✓ core by core" not in said
    assert "mismatching spikes" not in said
    program = Program.load(tmp_path / "p")
    assert "--samples 0" in program.command
    assert program.report.verification is None
    assert program.report.costs is None
    assert program.report.mapping.simulation is None
    assert "nothing was simulated" in program.report.mapping.placement.unit
    page = (tmp_path / "p" / "report.html").read_text()
    assert "Compiled, not verified" in page
    assert "Every spike agrees" not in page
    assert "not verified" in ok("info", tmp_path / "p").stdout
    checked = call("verify", tmp_path / "p", "--samples", 0)
    assert (checked.exit_code, "not verified" in checked.stdout) == (1, True), "verify verified nothing"
    document = as_json(call("verify", tmp_path / "p", "--samples", 0, "--json"))
    assert (document["mismatching_spikes"], document["compared_spikes"], document["comparisons"]) == (None, 0, [])


def test_inputs_that_are_not_read_are_named(genotype: Path, inputs: Path, tmp_path: Path) -> None:
    result = ok("compile", genotype, "-o", tmp_path / "p", "--samples", 0, "--input", inputs)
    assert "warning: --input not read: --samples 0 simulates nothing" in result.stderr


def test_an_engine_that_ran_alone_is_compared_with_nothing(net: Path, tmp_path: Path) -> None:
    found = json_of("import", net, "-o", tmp_path / "p", "--no-lava")
    assert (found["mismatching_spikes"], found["mismatching_readouts"], found["compared_spikes"]) == (None, None, 0)
    assert found["samples"] == {"exact": 64}
    program = Program.load(tmp_path / "p")
    Draft202012Validator(report_schema()).validate(program.report.plain())
    assert program.report.mapping.placement.unit == "packets per sample"
    assert program.report.mapping.simulation.compared_spikes > 0, "the mapped network was compared"
    assert "Compiled, not verified" in (tmp_path / "p" / "report.html").read_text()
    result = call("verify", tmp_path / "p", "--no-lava")
    assert (result.exit_code, "not verified" in result.stdout) == (1, True)


def test_the_schema_refuses_a_claim_about_no_comparison(net: Path, tmp_path: Path) -> None:
    ok("import", net, "-o", tmp_path / "p", "--no-lava")
    report = json.loads((tmp_path / "p" / "report.json").read_text())
    report["verification"]["mismatching_spikes"] = 0
    assert not Draft202012Validator(report_schema()).is_valid(report)


def test_spikes_compared_stand_beside_every_claim(genotype: Path, tmp_path: Path) -> None:
    said = " ".join(ok("compile", genotype, "-o", tmp_path / "p", "--no-lava").stdout.split())
    verification = Program.load(tmp_path / "p").report.verification
    compared = f"{verification.compared_spikes:,} spikes compared"
    assert f"PyTorch (fixed) = exact: 0 mismatching spikes ({compared})" in said
    mapped = Program.load(tmp_path / "p").report.mapping.simulation.compared_spikes
    assert f"mismatching spikes on 32 samples ({mapped:,} spikes compared)" in said
    (exact_one,) = verification.binding
    (beside,) = (c for c in verification.comparisons if not c.must_agree)
    assert exact_one.mismatching_readouts == 0
    assert beside.mismatching_readouts is None, "readouts of the float model are not compared"


def test_equality_of_silence_is_warned_of(tmp_path: Path) -> None:
    silent = write_net(tmp_path / "silent.net", [dense(np.array([[-6, -6], [-8, -2]])), dense(np.array([[2, 2]]))])
    result = ok("import", silent, "-o", tmp_path / "p", "--no-lava")
    assert "! no population spikes in these samples" in " ".join(result.stdout.split())
    report = Program.load(tmp_path / "p").report
    assert report.verification.silent_populations == ("layer0", "layer1")
    assert "no population spikes in these samples" in (tmp_path / "p" / "report.html").read_text()


def test_two_silent_runs_name_no_class(tmp_path: Path) -> None:
    nodes = {
        "input": files.port("Input", 2),
        "fc": files.linear(np.full((3, 2), -1.0)),
        "lif": files.lif_node((3,), 0.75, 1.0),
        "output": files.port("Output", 3),
    }
    path = files.write_nir(tmp_path / "silent.nir", nodes, files.chain(nodes))
    result = ok("import", path, "-o", tmp_path / "p", "--no-lava")
    assert "no class named by either" in " ".join(result.stdout.split())
    comparison = Program.load(tmp_path / "p").report.imported.record["comparison"]
    assert (comparison["classified"], comparison["same_class"]) == (0, None)
    assert comparison["layers"][0]["count_error"] is None
