"""`litesnn verify`: zero mismatching spikes from the program alone, and where a faulty one first differs."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_line import as_json, call, json_of, ok, refused
from lava_here import needs_lava

from litesnn.compiler.program import Program
from litesnn.runtime.lava import supervise


def test_verify_needs_only_the_program(program: Path) -> None:
    found = json_of("verify", program, "--no-lava")
    assert {"mismatching_spikes", "mismatching_readouts", "spike_counts", "accuracy", "samples"} <= set(found)
    assert found["mismatching_spikes"] == found["mismatching_readouts"] == 0
    assert "0 mismatching spikes" in ok("verify", program, "--no-lava").stdout


def test_verify_runs_all_samples_in_lava_with_the_fused_model(program: Path) -> None:
    pytest.importorskip("lava.magma")
    found = json_of("verify", program, "--samples", "all", "--models", "fused")
    assert found["mismatching_spikes"] == found["mismatching_readouts"] == 0
    assert found["samples"]["lava"] == found["samples"]["pytorch"] > 32
    assert "Lava ran fused models" in found["note"]


@pytest.mark.parametrize("count", ["-1", "some", "1.5"])
def test_a_wrong_number_of_samples_is_refused(program: Path, count: str) -> None:
    result = call("verify", program, "--samples", count)
    assert result.exit_code == 2
    assert f"found '{count}'; allowed: 0 or more, or all" in " ".join(result.output.replace("│", " ").split())


@pytest.mark.parametrize("seconds", ["0", "-3", "soon", "nan", "1e9"])
def test_a_wrong_time_limit_of_lava_is_refused(program: Path, seconds: str) -> None:
    result = call("verify", program, "--lava-timeout", seconds)
    assert result.exit_code == 2
    assert f"found '{seconds}'; allowed: seconds above 0, up to" in " ".join(result.output.replace("│", " ").split())


@pytest.mark.parametrize("command", ["compile", "verify", "run", "import"])
def test_the_time_limit_of_lava_is_an_option_of_every_command_that_runs_it(command: str) -> None:
    assert "--lava-timeout" in ok(command, "--help").stdout


@needs_lava
def test_the_time_limit_reaches_lava(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "worker_command", lambda: [sys.executable, "-c", "import time; time.sleep(600)"])
    shape = Program.load(program).graph.sources[0].shape
    np.save(tmp_path / "x.npy", np.zeros((1, *shape), np.int16))
    started = ("run", program, "--input", tmp_path / "x.npy", "-o", tmp_path / "y.npz", "--simulator", "lava")
    for arguments in (("verify", program), started):
        result = call(*arguments, "--lava-timeout", "0.5")
        refused(result, "Lava gave no sign of life for 0.5 s while starting")
        assert "--lava-timeout SECONDS" in result.stderr


def faulty(program: Path, target: Path) -> Path:
    """The program with the threshold of its stem raised."""
    loaded = Program.load(program)
    stem = loaded.graph["stem"]
    populations = [replace(p, vth=p.vth * 3) if p is stem else p for p in loaded.graph.populations]
    replace(loaded, graph=loaded.graph.rebuild(populations, loaded.graph.blocks)).save(target)
    return target


def test_verify_exits_1_and_names_the_first_divergence(program: Path, tmp_path: Path) -> None:
    wrong = faulty(program, tmp_path / "faulty")
    result = call("verify", wrong, "--no-lava")
    assert result.exit_code == 1
    said = " ".join(result.stdout.split())
    assert "first at population stem" in said
    assert "wrong threshold (membrane units)" in said
    found = as_json(call("verify", wrong, "--no-lava", "--json"))
    assert found["mismatching_spikes"] > 0
    first = found["comparisons"][0]["first_divergence"]
    assert (first["population"], first["place"]) == ("stem", "stem")
    assert "wrong threshold" in first["causes"][0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--engines", "exact,loihi"), "--engines: found 'loihi'; allowed: pytorch, exact, lava, rtl"),
        (("--engines", "lava", "--no-lava"), "--engines names lava, and --no-lava leaves it out"),
    ],
)
def test_engines_that_do_not_exist_or_contradict_are_refused(
    program: Path, options: tuple[str, ...], said: str
) -> None:
    refused(call("verify", program, *options), said)


def test_engines_say_who_is_compared(program: Path) -> None:
    assert set(json_of("verify", program, "--engines", "exact")["samples"]) == {"pytorch", "pytorch_float", "exact"}
