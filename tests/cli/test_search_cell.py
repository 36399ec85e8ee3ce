"""`litesnn search lightsnn|snasnet`: what they print, write and refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import call
from recorded_events import archive_arrays

from litesnn.compiler.genotype import EventFrames, load_genotype
from litesnn.display.cell_search_page import render_cell_search

QUICK = ("--dataset", "digits", "--channels", 3, "--batch-size", 6, "--threads", 1, "--set", "repeats=1")


@pytest.mark.parametrize(("method", "more"), [("lightsnn", ()), ("snasnet", ("--candidates", 6, "--forward-only"))])
def test_a_search_prints_and_writes_what_it_found(tmp_path: Path, method: str, more: tuple[object, ...]) -> None:
    arguments = ("search", method, *QUICK, *more, "-o", tmp_path)
    result = call(*arguments, "--json")
    assert result.exit_code == 0, result.output
    printed: dict[str, Any] = json.loads(result.stdout)
    history = (tmp_path / "history.json").read_bytes()
    assert {**json.loads(history), "output": str(tmp_path / "genotype.json")} == printed
    assert printed["method"] == method
    genotype = load_genotype(tmp_path / "genotype.json").spec
    page = (tmp_path / "report.html").read_text()
    assert page == render_cell_search(json.loads(history), genotype)
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert call(*arguments).exit_code == 0
    assert (tmp_path / "history.json").read_bytes() == history, "the same seed finds the same"
    words = call(*arguments).output
    assert "evaluations" in words
    assert "x3 <- x" in words


def test_recordings_are_searched_with_a_frame_per_step(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "nmnist.npz", **archive_arrays())
    quick = ("--channels", 2, "--batch-size", 4, "--threads", 1, "--set", "repeats=1", "--set", "pool=max")
    events = ("--dataset", "nmnist", "--data-dir", tmp_path, "--frames", 3)
    result = call("search", "snasnet", *events, *quick, "--candidates", 1, "-o", tmp_path / "found")
    assert result.exit_code == 0, result.output
    spec = load_genotype(tmp_path / "found" / "genotype.json").spec
    assert spec.timesteps == 3
    assert spec.input.preprocessing == EventFrames(frames=3)
    assert f"--dataset nmnist --data-dir {tmp_path}" in " ".join(result.output.split()), (
        "the next command finds the data"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--preset", "huge"), "preset: found 'huge'"),
        (("--set", "method=snasnet"), "--set method: found 'snasnet'; it is the name of the command, lightsnn"),
        (("--set", "bits"), "--set: found 'bits'; allowed: NAME=VALUE, e.g. skips=spikes"),
        (("--set", "pool=median"), "pool: found 'median'"),
        (("--device", "tpu"), "device: found 'tpu'"),
        (("--frames", 3), "digits: found preprocessing 'event_frames'; allowed: none"),
    ],
)
def test_wrong_options_are_refused(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    result = call("search", "lightsnn", *QUICK, *arguments, "-o", tmp_path)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert not (tmp_path / "genotype.json").exists()
