"""`litesnn-compile`: what it prints and writes, and that a broken rule writes nothing."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import as_json, call, json_of, ok, own_profile
from written_genotypes import document, parsed, random_tensors, resnet, trainable, written

from litesnn.commands.compile import compile_app
from litesnn.compiler.genotype import save_genotype
from litesnn.compiler.program import Program


@pytest.mark.parametrize("entry", ["litesnn-compile", "litesnn compile"])
def test_compile_verifies_and_writes_the_program(entry: str, genotype: Path, tmp_path: Path) -> None:
    arguments = [genotype, "--profile", "loihi2", "-o", tmp_path / "out", "--no-lava"]
    result = ok(*arguments, entry=compile_app) if entry == "litesnn-compile" else ok("compile", *arguments)
    assert "0 mismatching spikes" in result.stdout
    assert f"program written to {tmp_path / 'out'}" in result.stdout.replace("\n", "")
    assert Program.load(tmp_path / "out").name == "small"


def test_compile_json_is_one_object_with_what_scripts_need(genotype: Path, tmp_path: Path, inputs: Path) -> None:
    np.save(tmp_path / "y.npy", np.array([0, 1, 2, 3, 0]))
    data = ("--input", inputs, "--labels", tmp_path / "y.npy")
    found = json_of(genotype, "-o", tmp_path / "out", "--no-lava", *data, entry=compile_app)
    assert {"mismatching_spikes", "spike_counts", "accuracy", "samples", "findings", "program"} <= set(found)
    assert found["mismatching_spikes"] == 0
    assert found["samples"] == {"pytorch": 5, "exact": 5, "pytorch_float": 5}
    assert set(found["accuracy"]) == {"pytorch", "exact", "pytorch_float"}
    assert found["accuracy"]["pytorch"] == found["accuracy"]["exact"]
    assert found["spike_counts"]["pytorch"] == found["spike_counts"]["exact"]
    assert {finding["severity"] for finding in found["findings"]} <= {"ok", "warning"}
    assert found["program"] == str(tmp_path / "out")


def test_compile_names_the_folder_after_network_and_profile(genotype: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    ok(genotype, "--profile", "loihi1", "--no-lava", entry=compile_app)
    assert Program.load(tmp_path / "small-loihi1").profile.name == "loihi1"


def test_random_inputs_are_said_in_plain_words(genotype: Path, tmp_path: Path) -> None:
    result = ok(genotype, "-o", tmp_path / "out", "--no-lava", entry=compile_app)
    said = " ".join(result.stdout.split())
    assert "64 random inputs (seed 0): the genotype records no data set; only spikes are compared, not accuracy" in said


def test_a_data_set_that_is_not_at_hand_is_named(tmp_path: Path) -> None:
    path = written(document(training={"dataset": "cifar10"}), tmp_path)
    result = ok(path, "-o", tmp_path / "out", "--no-lava", entry=compile_app)
    assert "records data set 'cifar10', which needs --data-dir" in " ".join(result.stdout.split())


def test_compile_says_what_is_exact_and_what_is_not(genotype: Path, tmp_path: Path) -> None:
    ok(genotype, "-o", tmp_path / "out", "--no-lava", entry=compile_app)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert {label["status"] for label in report["fidelity"]} <= {"exact", "bounded", "approximate"}
    assert report["verification"]["mismatching_spikes"] == 0


def test_a_broken_rule_exits_1_says_which_and_writes_nothing(genotype: Path, tmp_path: Path) -> None:
    tiny = own_profile(tmp_path, cores=1, neurons_per_core=4)
    result = call(genotype, "--profile", tiny, "-o", tmp_path / "out", "--no-lava", entry=compile_app)
    assert result.exit_code == 1
    assert "LSN-CHIPS" in result.stdout
    assert "nothing was written" in result.stdout
    assert not (tmp_path / "out").exists()
    found = as_json(call(genotype, "--profile", tiny, "-o", tmp_path / "out", "--no-lava", "--json", entry=compile_app))
    assert found["program"] is None
    assert any(finding["severity"] == "error" for finding in found["findings"])


def test_compile_reports_limits_of_the_chip_instead_of_stopping_at_the_first(genotype: Path, tmp_path: Path) -> None:
    arguments = ["--set", "weight_bits=1,2", "--set", "cores=1", "--set", "neurons_per_core=20", "--no-lava"]
    result = call(genotype, *arguments, "-o", tmp_path / "out", "--json", entry=compile_app)
    assert result.exit_code == 1
    found = as_json(result)
    assert {f["code"] for f in found["findings"] if f["severity"] == "error"} == {"LSN-WEIGHT-BITS", "LSN-CHIPS"}
    assert found["mismatching_spikes"] is None, "what no chip could hold is not simulated"
    assert not (tmp_path / "out").exists()


def test_a_users_own_profile_works_like_a_shipped_one(genotype: Path, tmp_path: Path) -> None:
    own = own_profile(tmp_path, delay_max=0)
    ok(genotype, "--profile", own, "-o", tmp_path / "out", "--no-lava", entry=compile_app)
    compiled = Program.load(tmp_path / "out")
    assert compiled.profile.name == "mychip"
    assert compiled.graph.schedule is not None
    assert compiled.graph.schedule.relays > 0


def test_compiling_again_replaces_the_program(genotype: Path, tmp_path: Path) -> None:
    for profile in ("loihi1", "loihi2"):
        ok(genotype, "--profile", profile, "-o", tmp_path / "out", "--no-lava", entry=compile_app)
    assert Program.load(tmp_path / "out").profile.name == "loihi2"


@pytest.mark.parametrize("sign", ["split", "auto"])
def test_sign_handling_is_chosen_and_recorded(genotype: Path, tmp_path: Path, sign: str) -> None:
    ok(genotype, "-o", tmp_path / "out", "--no-lava", "--sign", sign, entry=compile_app)
    assert f"--sign {sign}" in Program.load(tmp_path / "out").command
    modes = {block.format.sign_mode for block in Program.load(tmp_path / "out").graph.blocks}
    if sign == "split":
        assert "mixed" not in modes


def test_a_second_network_with_skips_verifies_through_the_command_line(tmp_path: Path) -> None:
    genotype = trainable(parsed(resnet()))
    save_genotype(genotype, random_tensors(genotype, 1), tmp_path / "resnet.json")
    found = json_of(tmp_path / "resnet.json", "-o", tmp_path / "out", "--no-lava", entry=compile_app)
    assert found["mismatching_spikes"] == 0
    assert found["schedule"]["delayed_blocks"] > 0
