"""`litesnn search`: the whole path from a data set to spikes in Lava, and what it prints, writes and refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import call, json_of

from litesnn.compiler.genotype import load_genotype
from litesnn.display.search_page import render_search

QUICK = (
    "--dataset",
    "digits",
    "--epochs",
    2,
    "--samples",
    240,
    "--channels",
    8,
    "--deploy-channels",
    8,
    "--threads",
    1,
)
SMALL = ("--set", "levels=0,1", "--set", "timesteps=3", "--set", "batch_size=30")


def test_search_train_compile_and_every_spike_is_the_same(tmp_path: Path) -> None:
    """The shipped commands, nothing by hand between them, on the digits; two samples go through Lava."""
    found = json_of("search", "litesnn", *QUICK, *SMALL, "-o", tmp_path / "found")
    genotype = tmp_path / "found" / "genotype.json"
    assert found["output"] == str(genotype)
    assert {p.name for p in (tmp_path / "found").iterdir()} == {
        "genotype.json",
        "history.csv",
        "history.json",
        "report.html",
        "run.json",
    }
    trained = tmp_path / "trained.json"
    training = ("--epochs", 4, "--fixed-epochs", 1, "--optimizer", "adam", "--lr", 0.01, "--threads", 1)
    record = json_of("train", genotype, "--dataset", "digits", "-o", trained, *training)
    assert record["accuracy_fixed"] > 0.5
    spec = load_genotype(trained).spec
    assert spec.search is not None
    assert spec.search.method == "litesnn"
    result = json_of("compile", trained, "--profile", "loihi2", "-o", tmp_path / "program", "--samples", 2)
    assert result["mismatching_spikes"] == 0
    assert {"pytorch", "exact", "lava"} <= set(result["accuracy"])
    assert result["accuracy"]["exact"] == pytest.approx(record["accuracy_fixed"], abs=1e-6)
    report = json.loads((tmp_path / "program" / "report.json").read_text())
    counts, info = report["costs"]["paper"], json_of("info", trained)["accounting"]
    assert counts["syn_ops"] > 0
    assert counts["energy"] > 0
    assert {name: counts[name] for name in ("model_size", "ann_macs")} == {
        name: info[name] for name in ("model_size", "ann_macs")
    }


def test_the_same_seed_finds_the_same_and_another_does_not(tmp_path: Path) -> None:
    for folder, seed in (("a", 3), ("b", 3), ("c", 4)):
        json_of("search", "litesnn", *QUICK, *SMALL, "--epochs", 1, "--seed", seed, "-o", tmp_path / folder)
    a, b, c = ((tmp_path / folder / "history.json").read_bytes() for folder in "abc")
    assert a == b
    assert a != c
    page = (tmp_path / "a" / "report.html").read_text()
    assert page == render_search(json.loads(a))
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_sweep_writes_a_table(tmp_path: Path) -> None:
    quick = ("search", "litesnn", *QUICK, *SMALL, "--epochs", 1, "--samples", 60, "-o", tmp_path)
    found = json_of(*quick, "--sweep", "0:0", "--sweep", "1e-3:1e-5")
    assert [(point["lambda_mem"], point["lambda_comp"]) for point in found["points"]] == [(0, 0), (1e-3, 1e-5)]
    assert json.loads((tmp_path / "sweep.json").read_text())["points"] == found["points"]
    assert load_genotype(tmp_path / "sweep-1" / "genotype.json").spec.search is not None
    stamp = (tmp_path / "sweep-0" / "history.json").stat().st_mtime_ns
    shown = call(*quick, "--sweep", "0:0", "--sweep", "1e-3:1e-5", "--resume")
    assert "lambda mem" in shown.output
    assert (tmp_path / "sweep-0" / "history.json").stat().st_mtime_ns == stamp, "what is done is not repeated"


def test_a_chips_cores_are_on_the_page(tmp_path: Path) -> None:
    quick = ("search", "litesnn", *QUICK, *SMALL, "--epochs", 1, "--samples", 60)
    found = json_of(*quick, "--cost", "loihi2", "--lambda-cores", 0.1, "-o", tmp_path / "chip")
    assert all(1 <= row["cores"] < 20 for row in found["epochs"])
    assert "cores of the chip" in (tmp_path / "chip" / "report.html").read_text()
    paper = json_of(*quick, "-o", tmp_path / "paper")
    assert {row["cores"] for row in paper["epochs"]} == {0.0}
    assert "cores of the chip" not in (tmp_path / "paper" / "report.html").read_text()


def test_a_sequential_design_goes_through_to_the_deployed_network(tmp_path: Path) -> None:
    """Search and training one thing after the other, as the search's last line says."""
    found = tmp_path / "found"
    shown = call("search", "litesnn", *QUICK, *SMALL, "--epochs", 4, "--samples", 60, "--sequential", "-o", found)
    steps = json.loads((found / "history.json").read_text())["settings"]["timesteps"]
    assert f"--sequential {steps}" in " ".join(shown.output.split())
    trained = json_of(
        *("train", found / "genotype.json", "--dataset", "digits", "-o", tmp_path / "trained.json", "--epochs", 4),
        *("--fixed-epochs", 1, "--sequential", steps),
    )
    assert trained["settings"]["sequential"] == steps
    assert [row["evaluation"] for row in trained["history"]] == ["float"] * 4 + ["fixed"]
    assert load_genotype(tmp_path / "trained.json").tensors is not None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--preset", "huge"), "preset: found 'huge'; allowed: tiny"),
        (("--dataset", "letters"), "data set: found 'letters'"),
        (("--set", "keep=2"), "keep: found 2.0; allowed"),
        (("--set", "keep=much"), "keep: found 'much'"),
        (("--set", "size=1"), "setting: found 'size'; allowed: nodes"),
        (("--set", "keep"), "found 'keep'; allowed: NAME=VALUE"),
        (("--set", "cost=abacus"), "cost: found 'abacus'"),
        (("--lambda-cores", 0.1), "lambda_cores: found 0.1 with cost 'paper'"),
        (("--channels", 9), "channels: found 9 for 2 nodes"),
        (("--sweep", "1e-9"), "allowed: LAMBDA_MEM:LAMBDA_COMP"),
        (("--device", "abacus"), "device: found 'abacus'"),
        (("--max-memory", "much"), "max_memory: found 'much'; allowed: bytes, or a number with KB"),
        (("--max-cores", 1, "--profile", "abacus"), "profile: found 'abacus'; allowed: ecp5-85f, loihi1, loihi2"),
        (("--sweep", "cores=few"), "allowed: LAMBDA_MEM:LAMBDA_COMP, cores=N, or figure3"),
    ],
)
def test_wrong_input_ends_in_one_message_and_nothing_is_written(
    tmp_path: Path, arguments: tuple[object, ...], message: str
) -> None:
    result = call("search", "litesnn", "--dataset", "digits", "-o", tmp_path / "out", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr if result.stderr_bytes else result.output
    assert not (tmp_path / "out").exists()


def test_cell_searches_refuse_limits_by_name(tmp_path: Path) -> None:
    result = call("search", "snasnet", "--dataset", "digits", "-o", tmp_path / "out", "--max-cores", 3)
    assert result.exit_code == 2
    assert "--max-cores: found for snasnet; allowed: litesnn search litesnn" in result.stderr


def test_torchrun_shares_a_search_among_processes_and_prints_it_once(tmp_path: Path) -> None:
    """The command of docs/training.md; `python -m litesnn` is what torchrun starts. Both find the prices of widths."""
    options = ("--epochs", "1", "--samples", "60", "--channels", "4", "--deploy-channels", "4", "--threads", "1")
    options += ("--max-cores", "1", "--widths", "0.5,1")
    command = (
        "-m",
        "litesnn",
        "search",
        "litesnn",
        "--dataset",
        "digits",
        *options,
        *SMALL,
        "-o",
        tmp_path / "found",
        "--json",
    )
    launcher = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    done = subprocess.run([*map(str, (*launcher, *command))], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["epochs"]) == 1
    spec = load_genotype(tmp_path / "found" / "genotype.json").spec
    assert spec.search is not None
    assert spec.search.settings["processes"] == 2
    assert spec.search.settings["widths"] == [0.5, 1]
    assert (tmp_path / "found" / "report.html").exists()
