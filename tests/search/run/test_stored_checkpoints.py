"""Checkpoints that version 0.1.0 wrote, one of each kind, are gone on from: a run of weeks outlives an update."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from bar_images import bar_dataset, bar_genotype, bars

from litesnn.compiler.genotype import InputSpec
from litesnn.search.data import Dataset
from litesnn.search.methods.light import preset, search_cell
from litesnn.search.methods.lite import PAPER, search_genotype
from litesnn.search.training import TrainingSettings, train_genotype

STORED = Path(__file__).parents[2] / "data" / "litesnn-0.1.0" / "checkpoints"


def stored_state(name: str) -> dict[str, Any]:
    """The state that a stored checkpoint holds."""
    content = (STORED / name).read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    state: dict[str, Any] = json.loads(header["__metadata__"]["litesnn.checkpoint"])["state"]
    return state


def test_a_training_goes_on_in_its_fixed_phase(tmp_path: Path) -> None:
    settings = TrainingSettings(epochs=2, fixed_epochs=2, batch_size=16, optimizer="adam", lr=0.02, threads=1)
    shutil.copy(STORED / "training.safetensors", tmp_path / "out.json.checkpoint")
    path = bar_genotype(tmp_path)
    result = train_genotype(path, bar_dataset(), tmp_path / "out.json", settings, resume=True, progress=False)
    before = stored_state("training.safetensors")["history"]
    assert len(before) == 3
    assert [epoch.train_loss for epoch in result.history[:3]] == [epoch["train_loss"] for epoch in before]
    assert [(epoch.evaluation, epoch.epoch) for epoch in result.history][2:] == [("fixed", 1), ("fixed", 2)]
    assert not (tmp_path / "out.json.checkpoint").exists()


def test_a_joint_search_goes_on_with_its_second_epoch(tmp_path: Path) -> None:
    shape = {"nodes": 2, "channels": 4, "deploy_channels": 4, "levels": (0,), "timesteps": 2, "pool": "none"}
    settings = replace(PAPER, **shape, epochs=2, warm_up=1, batch_size=16, threads=1)  # type: ignore[arg-type]
    spec = InputSpec(shape=(1, 6, 6), std=(16.0,), scale=0.0625, minimum=0, maximum=16)
    data = Dataset("bars", *bars(32, 0), *bars(8, 1), num_classes=2, input_spec=spec)
    shutil.copy(STORED / "litesnn.safetensors", tmp_path / "search.checkpoint")
    history = search_genotype(data, tmp_path, settings, resume=True, progress=False).history
    (before,) = stored_state("litesnn.safetensors")["rows"]
    assert {
        **history["epochs"][0],
        **before,
        "decoded": {**history["epochs"][0]["decoded"], **before["decoded"]},
    } == history["epochs"][0]
    assert [row["epoch"] for row in history["epochs"]] == [1, 2]


def test_a_search_of_cells_goes_on_after_its_candidates(tmp_path: Path) -> None:
    small = {"channels": 2, "batch_size": 4, "repeats": 1, "timesteps": 2, "candidates": 30, "samples": 0, "threads": 1}
    settings = replace(preset("snasnet", "tiny"), **small)  # type: ignore[arg-type]
    rng = np.random.default_rng(0)
    x = rng.integers(0, 17, (16, 1, 4, 4)).astype(np.uint8)
    y = (np.arange(16) % 2).astype(np.int64)
    spec = InputSpec(shape=(1, 4, 4), std=(16.0,), scale=1 / 16, minimum=0, maximum=16)
    shutil.copy(STORED / "snasnet.safetensors", tmp_path / "search.checkpoint")
    history = search_cell(
        Dataset("noise", x, y, x[:4], y[:4], 2, spec), tmp_path, settings, resume=True, progress=False
    ).history
    before = stored_state("snasnet.safetensors")["rows"]
    assert history["rows"][: len(before)] == before
    assert (len(before), len(history["rows"])) == (20, 30)
