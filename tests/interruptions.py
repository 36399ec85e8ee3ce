"""Runs that are stopped between two epochs, as if the process had died, and go on from their checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from litesnn.base.errors import RunError
from litesnn.search.data import Dataset
from litesnn.search.run.files import RunFiles
from litesnn.search.run.found import find_runs
from litesnn.search.run.journal import read_journal
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


def same_files(one: RunFiles, other: RunFiles) -> None:
    """Two runs wrote the same history and the same table, to the byte; the second one's journal tells of two sessions."""
    for place in ("history", "table"):
        assert getattr(one, place).read_bytes() == getattr(other, place).read_bytes(), place
    whole, parts = (read_journal(files.journal, RunError) for files in (one, other))
    assert (whole.state, whole.done, whole.total) == (parts.state, parts.done, parts.total)
    assert whole.state == "done"
    assert len(whole.sessions) == 1
    first, second = parts.sessions
    assert 0 == first.first < first.last == second.first <= second.last == parts.done


def check_resumed_training(
    path: Path, data: Dataset, settings: TrainingSettings, folder: Path, stop: int, **told: Any
) -> None:
    """A training that died after `stop` epochs and went on has the curve and the bytes of one that did not."""
    whole = train_genotype(path, data, folder / "whole.json", settings, **told)
    with pytest.raises(Interrupted):
        train_genotype(path, data, folder / "parts.json", settings, on_epoch=crash_after(stop), **told)
    assert not (folder / "parts.json").exists()
    stopped = find_runs(folder / "parts.json")[0]
    assert (stopped.state, stopped.done, stopped.history) == ("stopped", stop, None)
    assert stopped.table is not None
    assert len(stopped.table.rows) == stop
    parts = train_genotype(path, data, folder / "parts.json", settings, resume=True, **told)
    same_files(*(RunFiles.of_training(folder / f"{name}.json") for name in ("whole", "parts")))
    assert parts.history == whole.history
    assert (folder / "parts.safetensors").read_bytes() == (folder / "whole.safetensors").read_bytes()
