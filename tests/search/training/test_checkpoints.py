"""`--resume` reads files too: a checkpoint of another version, cut, or with a state that no run leaves is refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bar_images import bar_dataset, bar_genotype
from interruptions import Interrupted, crash_after
from mutations import checkpoint, mutants
from torch import Tensor

from litesnn.base.errors import LiteSNNError, RunError, SearchError, TrainingError
from litesnn.compiler.genotype import load_genotype
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.sweeping import points_of
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.run.checkpoint import read_checkpoint
from litesnn.search.run.found import find_runs
from litesnn.search.settings.overrides import with_settings
from litesnn.search.training import TrainingSettings, train_genotype
from litesnn.search.training.auxiliary import Trainee
from litesnn.search.training.checkpoint import StoredStanding, restore
from litesnn.search.training.loop import make_optimizer

SETTINGS = TrainingSettings(epochs=1, fixed_epochs=2, batch_size=16, optimizer="adam", lr=0.02)
Change = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a genotype and the checkpoint of a training that ended in its fixed phase."""
    folder = tmp_path_factory.mktemp("interrupted")
    with pytest.raises(Interrupted):
        train_genotype(bar_genotype(folder), bar_dataset(), folder / "out.json", SETTINGS, on_epoch=crash_after(2))
    return folder


def document(content: bytes) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """The header of the file, the checkpoint's own in it, and the tensors' bytes."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    return header, json.loads(header["__metadata__"]["litesnn.checkpoint"]), content[8 + length :]


def stored(path: Path, identity: dict[str, Any]) -> dict[str, Tensor]:
    """The tensors of a training's checkpoint, whose state is one."""
    state, tensors = read_checkpoint(path, identity, "training", TrainingError, StoredStanding)
    state.standing(tensors, path)
    return tensors


def changed(content: bytes, change: Change) -> bytes:
    header, own, data = document(content)
    change(own)
    header["__metadata__"]["litesnn.checkpoint"] = json.dumps(own)
    raw = json.dumps(header).encode()
    return len(raw).to_bytes(8, "little") + raw + data


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda own: own.update(version=1), "not of this version of LiteSNN"),
        (lambda own: own.pop("identity"), "does not say which training it belongs to"),
        (lambda own: own.pop("state"), "state"),
        (lambda own: own["state"].pop("history"), "state.history: Field required"),
        (lambda own: own["state"].update(epoch="one"), "state.epoch: Input should be a valid integer"),
        (lambda own: own["state"].update(epoch=10**9), "found epoch 1000000000 of phase 'fixed'"),
        (lambda own: own["state"].update(evaluation="analog"), "state.evaluation: Input should be 'float' or 'fixed'"),
        (lambda own: own["state"].update(history=[]), "a history of 0 epochs, which no epoch of this training leaves"),
        (lambda own: own["state"].update(best=None), "lacks the best weights or their accuracy"),
    ],
)
def test_states_that_no_training_leaves_are_refused(change: Change, message: str, interrupted: Path) -> None:
    good = interrupted / "out.json.checkpoint"
    target = interrupted / "other.json"
    (interrupted / "other.json.checkpoint").write_bytes(changed(good.read_bytes(), change))
    with pytest.raises(TrainingError) as refused:
        train_genotype(interrupted / "bars.json", bar_dataset(), target, SETTINGS, resume=True)
    assert message in str(refused.value)
    assert "without resuming" in str(refused.value)


def test_mutated_checkpoints_are_restored_or_refused(interrupted: Path, tmp_path: Path) -> None:
    good = (interrupted / "out.json.checkpoint").read_bytes()
    identity = document(good)[1]["identity"]
    model = SpikingModel.from_genotype(load_genotype(interrupted / "bars.json"), 0)
    trainee = Trainee(model, 0.0, 0, "32", "ce", 0.0)
    (tmp_path / "c").write_bytes(good)
    restore(stored(tmp_path / "c", identity), trainee, make_optimizer(trainee, SETTINGS, "fixed"))
    refused = 0
    for content in mutants(good, checkpoint, 60):
        (tmp_path / "c").write_bytes(content)
        try:
            restore(stored(tmp_path / "c", identity), trainee, make_optimizer(trainee, SETTINGS, "fixed"))
        except LiteSNNError:
            refused += 1
    assert refused > 30


def test_cut_and_foreign_files_are_no_checkpoints(interrupted: Path, tmp_path: Path) -> None:
    good = (interrupted / "out.json.checkpoint").read_bytes()
    for content in (b"", good[:100], good[:-1], good + b"x", b"version https://git-lfs.github.com/spec/v1\n"):
        (tmp_path / "c").write_bytes(content)
        with pytest.raises(SearchError, match="not a checkpoint: .*without resuming"):
            read_checkpoint(tmp_path / "c", {}, "search", SearchError, dict)


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "not valid JSON"), ("[]", "not a history"), ('{"format": "litesnn.search", "version": 9}', "not a history")],
)
def test_a_sweep_names_a_history_that_no_search_wrote(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "history.json").write_text(content)
    with pytest.raises(RunError, match=message):
        find_runs(tmp_path)


def test_a_sweep_refuses_a_history_without_its_last_epoch(tmp_path: Path) -> None:
    whole = {"format": "litesnn.search", "version": 1, "settings": SearchSettings().as_dict(), "epochs": []}
    (tmp_path / "history.json").write_text(json.dumps({**whole, "method": "litesnn", "dataset": "bars"}))
    with pytest.raises(SearchError, match="not a whole history"):
        points_of(tmp_path, find_runs(tmp_path), whole=False)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("channels", "1e9", "channels: found"),
        ("channels", "1000000000", "channels: found 1000000000; allowed: up to 16384"),
        ("timesteps", "1000000000", "timesteps: found 1000000000; allowed: up to 4096"),
        ("seed", "9" * 400, "seed: found a number of 400 digits"),
        ("seed", "9" * 5000, "seed: found"),
        ("epochs", "[" * 5000, "epochs: found"),
        ("lr", "NaN", "lr: found nan; allowed: a finite number"),
        ("lr", "1e999", "lr: found inf; allowed: a finite number"),
        ("lr", "9" * 400, "lr: found"),
        ("levels", "0," * 65 + "0", "levels: found 66 entries; allowed: up to 64"),
        ("bits", "", "bits: found"),
    ],
)
def test_settings_as_text_are_bounded(name: str, text: str, message: str) -> None:
    with pytest.raises(SearchError) as refused:
        with_settings(SearchSettings(), {name: text})
    assert message in str(refused.value)
