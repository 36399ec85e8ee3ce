"""`litesnn prune`: from a trained network to fewer cores with the same spikes in every engine, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import call, json_of

from litesnn.base.errors import PruningError
from litesnn.compiler.genotype import load_genotype
from litesnn.search.methods.structured import parse_size

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits" / "genotype.json"


def test_prune_fine_tune_compile_and_every_spike_is_the_same(tmp_path: Path) -> None:
    """One command on the shipped LitE-SNN network; what follows is training and compiling as ever."""
    pruned, tuned, program = tmp_path / "pruned.json", tmp_path / "tuned.json", tmp_path / "program"
    found = json_of("prune", EXAMPLE, "--rates", 0.75, "--samples", 64, "-o", pruned)
    assert found["method"] == "svs"
    assert (found["dataset"], found["samples"]) == ("digits", 64)
    assert found["channels"]["stem"] == [12, 3]
    json_of("train", pruned, "--dataset", "digits", "--epochs", 1, "--fixed-epochs", 1, "--threads", 1, "-o", tuned)
    np.save(tmp_path / "x.npy", np.random.default_rng(0).integers(0, 17, (2, 1, 8, 8)))
    options = ("--input", tmp_path / "x.npy", "--samples", 1)
    result = json_of("compile", tuned, "--profile", "loihi2", "-o", program, *options)
    assert result["mismatching_spikes"] == 0
    record = json.loads((program / "report.json").read_text())["pruning"]
    assert record == json_of("info", tuned)["pruning"]
    assert record[0]["channels"] == found["channels"]
    page = (program / "report.html").read_text()
    assert '<section id="pruning"' in page
    assert "channels 100 → 25" in page
    assert "channels 100 → 25" in call("info", tuned).output
    assert "channels 100 → 25" in call("info", program).output


def test_the_table_names_what_goes_together(tmp_path: Path) -> None:
    result = call("prune", EXAMPLE, "--method", "l1", "--rates", "*=0.5,stem=0.25", "-o", tmp_path / "out.json")
    assert result.exit_code == 0, result.output
    assert "stem = cell0.node0" in result.output
    assert "channels 100 → 56" in result.output
    assert load_genotype(tmp_path / "out.json").topology.nodes[0].shape[0] == 9


def test_samples_come_from_a_file_too_and_the_same_seed_draws_the_same(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.random.default_rng(0).integers(0, 17, (40, 1, 8, 8)))
    for name, seed in (("a", 1), ("b", 1)):
        data = ("--input", tmp_path / "x.npy", "--samples", 20, "--seed", seed)
        found = json_of("prune", EXAMPLE, "--method", "sca", "--rates", 0.5, *data, "-o", tmp_path / f"{name}.json")
        assert (found["dataset"], found["samples"]) == ("x.npy", 20)
    a, b = ((tmp_path / f"{name}.safetensors").read_bytes() for name in "ab")
    assert a == b


def test_what_is_left_is_recalibrated_on_training_samples_and_says_so(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    found = json_of("prune", EXAMPLE, "--method", "l1", "--rates", 0.5, "--recalibrate", 100, "-o", out)
    assert (found["recalibrated"], found["samples"]) == (100, None)
    assert json_of("info", out)["pruning"][0]["recalibrated"] == 100
    json_of("prune", EXAMPLE, "--method", "l1", "--rates", 0.5, "-o", out)
    assert "recalibrated" not in json.loads(out.read_text())["pruning"][0]


def test_a_size_chooses_the_rates(tmp_path: Path) -> None:
    found = json_of("prune", EXAMPLE, "--method", "l1", "--target-size", "1KiB", "-o", tmp_path / "out.json")
    assert 800 < found["model_size"][1] <= 1024


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "give --rates, --target-size, --target-cores, --max-cores, --max-memory or --max-drop"),
        (("--rates", "2"), "allowed: a fraction"),
        (("--rates", "vgg16-tiny-4.65m"), "13 rates"),
        (("--target-size", "many"), "allowed: bytes"),
        (("--target-size", "10B"), "smallest reachable"),
        (("--target-cores", 1), "needs a chip"),
        (("--rates", "0.5", "--recalibrate", 1), "found 1 sample(s); allowed: 2 or more"),
        (
            ("--rates", "0.5", "--recalibrate", 64, "--inherit", "weights"),
            "--recalibrate: found with --inherit weights",
        ),
        (("--rates", "0.5", "--method", "svs", "--dataset", "nothing"), "data set: found 'nothing'"),
        (("--rates", "0.5", "--method", "svs", "--dataset", "digits", "--input", "x.npy"), "allowed: one of them"),
        (("--rates", "0.5", "-o", "out.txt"), "ends in .json"),
    ],
)
def test_what_it_refuses_is_said_and_nothing_is_written(options, message: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = call("prune", EXAMPLE, "--method", "l1", *options)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "size"),
    [("20000", 20000), ("20KB", 20e3), ("1.61 MB", 1.61e6), ("16KiB", 16384), ("2mib", 2 * 2**20), ("1e3 B", 1e3)],
)
def test_sizes(text: str, size: float) -> None:
    assert parse_size(text) == pytest.approx(size)


@pytest.mark.parametrize("text", ["", "KB", "-1KB", "1TB", "1 2", "nan", "inf MB"])
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(PruningError, match="--target-size: found"):
        parse_size(text)
