"""Wrong arrays, labels, profiles, programs, outputs and options end in one message, code 2 and nothing written."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import SHIPPED, call, everything, refused

from litesnn.commands.compile import compile_app


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((5, 1, 4, 4), int), "found shape (5, 1, 4, 4); allowed: (N, C, H, W) held for all steps, with N >= 1 and (C, H, W) = (2, 4, 4)"),
        (np.zeros((2, 4, 4), int), "found shape (2, 4, 4)"),
        (np.zeros((0, 2, 4, 4), int), "found shape (0, 2, 4, 4)"),
        (np.full((1, 2, 4, 4), 128), "found values 128 .. 128; allowed: -128 .. 127"),
        (np.full((1, 2, 4, 4), 0.5), "found float64 values that are not whole numbers"),
        (np.full((1, 2, 4, 4), np.nan), "not whole numbers"),
        (np.full((1, 2, 4, 4), "a"), "found elements of type '<U1'"),
        (np.array([{"a": 1}], dtype=object), "not a plain .npy array"),
    ],
    ids=str,
)  # fmt: skip
def test_wrong_input_arrays_are_refused_everywhere(
    array: Any, message: str, genotype: Path, program: Path, tmp_path: Path
) -> None:
    np.save(tmp_path / "bad.npy", array, allow_pickle=True)
    before = everything(tmp_path)
    bad = ["--input", tmp_path / "bad.npy"]
    refused(call(genotype, *bad, "-o", tmp_path / "out", "--no-lava", entry=compile_app), message)
    refused(call("run", program, *bad, "-o", tmp_path / "y.npz"), message)
    refused(call("verify", program, *bad, "--no-lava"), message)
    assert everything(tmp_path) == before


def test_arrays_that_are_none_are_refused(program: Path, tmp_path: Path) -> None:
    (tmp_path / "text.npy").write_text("1 2 3")
    np.savez(tmp_path / "many.npz", a=np.zeros(3))
    for name, message in (
        ("text.npy", "not a plain .npy array"),
        ("many.npz", "found an .npz archive"),
        ("no.npy", "no such file"),
    ):
        refused(call("run", program, "--input", tmp_path / name, "-o", tmp_path / "y.npz"), message)
    assert not (tmp_path / "y.npz").exists()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.zeros(4, int), "labels: found int64 (4,); allowed: whole numbers (5,)"),
        (np.full(5, 4), "labels: found classes 4 .. 4; allowed: 0 .. 3"),
        (np.full(5, 0.5), "labels: found values that are not whole numbers"),
    ],
)
def test_labels_must_fit_the_samples(labels: Any, message: str, program: Path, inputs: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "y.npy", labels)
    refused(call("verify", program, "--input", inputs, "--labels", tmp_path / "y.npy", "--no-lava"), message)
    refused(call("verify", program, "--labels", tmp_path / "y.npy", "--no-lava"), "--labels needs --input")


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        ("loihi3", "profile: found 'loihi3'; allowed: ecp5-85f, loihi1, loihi2, or a path to a .toml file"),
        ("none.toml", "no such profile file"),
        ("empty.toml", "problem(s)"),
        ("broken.toml", "not valid TOML"),
        ("extra.toml", "warp"),
    ],
)
def test_profiles_that_are_none_are_refused(
    profile: str, message: str, genotype: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.toml").write_text("")
    (tmp_path / "broken.toml").write_text("name = ")
    (tmp_path / "extra.toml").write_text(SHIPPED.read_text() + "\n[warp]\nspeed = 9\n")
    before = everything(tmp_path)
    refused(call(genotype, "--profile", profile, "--no-lava", entry=compile_app), message)
    refused(call("check", genotype, "--profile", profile), message)
    refused(call("profiles", profile), message)
    assert everything(tmp_path) == before


@pytest.mark.parametrize("command", ["verify", "info", "check"])
def test_an_altered_program_is_refused(command: str, program: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(program, copy)
    (copy / "graph.json").write_text((copy / "graph.json").read_text() + " ")
    refused(call(command, copy), "graph.json: wrong SHA-256")


def test_output_that_cannot_be_written_is_refused_before_any_work(
    genotype: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError("work was done before the output was checked")

    monkeypatch.setattr("litesnn.jobs.compile.compile", work)
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("years")
    before = everything(tmp_path)
    for place, message in (
        (tmp_path / "file" / "out", "is not a folder you can write to; choose another -o"),
        (tmp_path / "file", "exists and is not a LiteSNN program"),
        (tmp_path / "full", "exists and is not a LiteSNN program"),
    ):
        refused(call(genotype, "-o", place, "--no-lava", entry=compile_app), message)
    assert everything(tmp_path) == before


def test_wrong_options_exit_2(genotype: Path, program: Path) -> None:
    assert call(genotype, "--warp", entry=compile_app).exit_code == 2
    assert call(genotype, "--samples", -1, entry=compile_app).exit_code == 2
    assert call(genotype, "--sign", "both", entry=compile_app).exit_code == 2
    assert call("run", program).exit_code == 2
    assert call("fly").exit_code == 2
