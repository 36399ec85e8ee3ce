"""Runs that are stopped between two epochs, as if the process had died, and go on from their checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from litesnn.search.data import Dataset
from litesnn.search.training import TrainingSettings, train_genotype


class Interrupted(Exception):
    """Stands for a crash."""


def crash_after(stop: int) -> Callable[[object], None]:
    """A callback that raises on its `stop`-th call."""
    calls = 0

    def crash(report: object) -> None:
        nonlocal calls
        calls += 1
        if calls == stop:
            raise Interrupted

    return crash


def check_resumed_training(path: Path, data: Dataset, settings: TrainingSettings, folder: Path, stop: int) -> None:
    """A training that died after `stop` epochs and went on has the curve and the bytes of one that did not."""
    whole = train_genotype(path, data, folder / "whole.json", settings)
    with pytest.raises(Interrupted):
        train_genotype(path, data, folder / "parts.json", settings, on_epoch=crash_after(stop))
    assert not (folder / "parts.json").exists()
    parts = train_genotype(path, data, folder / "parts.json", settings, resume=True)
    assert parts.history == whole.history
    assert (folder / "parts.safetensors").read_bytes() == (folder / "whole.safetensors").read_bytes()
