"""Two processes on halves of every batch do what one does on whole batches; they resume, and neither outlives the other."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from bar_images import bar_genotype
from shared_batches import everything, training
from two_processes import in_two_processes

from litesnn.compiler.genotype import load_genotype
from litesnn.search.run.ranks import ALONE, Ranks

STEPS = ("norm", "training step", "search step")


def test_two_halves_of_a_batch_are_one_batch_and_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    """One test, because starting processes takes longer than all they do."""
    genotype, folders = bar_genotype(tmp_path), [tmp_path / name for name in ("one", "two", "crashed", "resumed")]
    for folder in folders:
        folder.mkdir()
    alone = everything(ALONE, genotype, folders[0])
    both = in_two_processes(folders[1], everything, genotype, folders[1])
    assert isinstance(both[0], dict), both[0]
    shares = {name: [found["norm"].pop(name) for found in both] for name in ("y", "of_x")}
    for name, (first, second) in shares.items():
        whole = alone["norm"].pop(name)
        torch.testing.assert_close(torch.cat([first, second]), torch.cat([whole[::2], whole[1::2]]), msg=name)
    for step in STEPS:
        assert both[0][step].keys() == alone[step].keys()
        for name, whole in alone[step].items():
            torch.testing.assert_close(both[0][step][name], whole, rtol=1e-4, atol=1e-5, msg=f"{step}: {name}")
            assert torch.equal(both[0][step][name], both[1][step][name]), f"{step}: {name} differs between processes"
    assert both[0]["search"] == both[1]["search"]
    assert both[0]["training"] == both[1]["training"]
    losses = [found["search"]["epochs"][0]["loss_ce"] for found in (both[0], alone)]
    assert losses[0] == pytest.approx(losses[1], rel=0.02)
    record = load_genotype(folders[1] / "whole.json").spec.training
    assert record is not None
    assert record.settings["processes"] == 2

    crashed = in_two_processes(folders[2], training, genotype, tmp_path / "parts.json", False, 1)
    assert "Interrupted" in crashed[0]
    assert "TrainingError: process 2 of 2 lost the others" in crashed[1]
    resumed = in_two_processes(folders[3], training, genotype, tmp_path / "parts.json", True, 0)
    assert resumed == [both[0]["training"]] * 2
    weights = [
        path.with_suffix(".safetensors").read_bytes() for path in (tmp_path / "parts.json", folders[1] / "whole.json")
    ]
    assert weights[0] == weights[1]


def test_shares_cover_every_sample_once() -> None:
    assert [Ranks(rank, 3).share(torch.arange(7)).tolist() for rank in range(3)] == [[0, 3, 6], [1, 4], [2, 5]]
    assert ALONE.share(torch.arange(3)).tolist() == [0, 1, 2]


def test_a_checkpoint_says_how_many_processes_wrote_it() -> None:
    assert ALONE.identity == {}
    assert Ranks(1, 2).identity == {"processes": 2}
