"""Training one compression after the other: what each stage has in force, what it hands on, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from bar_images import bar_dataset, bar_genotype
from interruptions import check_resumed_training

from litesnn.base.errors import TrainingError
from litesnn.compiler.genotype import load_genotype, save_genotype
from litesnn.search.model.compression import Compression
from litesnn.search.model.reference import run_reference
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.training import TrainingSettings, phases, train_genotype
from litesnn.search.training.auxiliary import Trainee

SETTINGS = TrainingSettings(epochs=8, fixed_epochs=2, batch_size=16, optimizer="adam", lr=0.01, shift=1, sequential=5)


@pytest.mark.parametrize("auxiliary", [0.0, 0.4])
def test_each_stage_has_in_force_what_it_decides_and_what_is_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, auxiliary: float
) -> None:
    seen: list[tuple[str, int, bool, bool]] = []
    masks: list[torch.Tensor] = []
    whole_epoch = phases.train_epoch

    def watched(trainee: Trainee, *rest: object) -> float:
        model = trainee.model
        assert len({edge.compression for edge in model.edge_list()}) == 1
        edge = model.node("cell0.node0").edge_list()[0]
        values = edge.values()
        assert values is not None
        codes = (edge.codes() * edge.code_value()).to(values.dtype)
        dense = bool((values != 0).all())
        seen.append((str(rest[3]), model.timesteps, dense, bool(torch.equal(values, codes))))
        loss: float = whole_epoch(trainee, *rest)  # type: ignore[arg-type]
        masks.append(edge.mask.clone())
        return loss

    monkeypatch.setattr(phases, "train_epoch", watched)
    path = bar_genotype(tmp_path)
    own = load_genotype(path).spec.timesteps
    assert own < SETTINGS.sequential
    result = train_genotype(path, bar_dataset(), tmp_path / "out.json", replace(SETTINGS, auxiliary=auxiliary))
    stages = [(5, True, False), (5, False, False), (5, False, True), (own, False, True)]
    assert seen == [("float", *stage) for stage in stages for _ in range(2)] + [("fixed", own, False, True)] * 2
    decided = masks[3]
    assert all(torch.equal(mask, decided) for mask in masks[3:]), "what pruning decided is final"
    assert result.record.accuracy_fixed is not None
    assert result.record.accuracy_fixed >= 0.9
    assert result.genotype.timesteps == own
    trace = run_reference(load_genotype(tmp_path / "out.json"), bar_dataset().x_test, "fixed", record=False)
    assert (trace.readout.argmax(1) == bar_dataset().y_test).mean() == pytest.approx(result.record.accuracy_fixed)


@pytest.mark.parametrize("stop", [1, 3, 4, 7, 9])
def test_a_resumed_sequential_training_equals_an_uninterrupted_one(tmp_path: Path, stop: int) -> None:
    """Interrupted within a stage, at the end of one, and in the fixed phase."""
    check_resumed_training(bar_genotype(tmp_path), bar_dataset(), SETTINGS, tmp_path, stop)


def test_without_quantizing_an_edge_passes_its_weights_and_their_gradient(tmp_path: Path) -> None:
    model = SpikingModel.from_genotype(load_genotype(bar_genotype(tmp_path)))
    edge = model.edge_list()[1]
    for compression, kept in (
        (Compression(False, False, False), torch.ones_like(edge.mask)),
        (Compression(True, False, False), edge.mask),
    ):
        model.compress(compression)
        values = edge.values(refresh=True)
        assert values is not None
        assert torch.equal(values, edge.weight.double() * kept)
        (gradient,) = torch.autograd.grad(values.sum(), edge.weight)
        assert torch.equal(gradient, kept.float())
    model.compress()
    codes = edge.values()
    assert codes is not None
    assert torch.equal(codes, edge.codes() * edge.code_value())


def test_what_cannot_be_compressed_step_by_step_is_refused(tmp_path: Path) -> None:
    path, data = bar_genotype(tmp_path), bar_dataset()
    with pytest.raises(TrainingError, match=r"epochs: found 3; allowed for a sequential training: 4 or more"):
        replace(SETTINGS, epochs=3)
    with pytest.raises(TrainingError, match=r"sequential: found 1 steps; allowed: the genotype's 3 or more"):
        train_genotype(path, data, tmp_path / "out.json", replace(SETTINGS, sequential=1))
    loaded = load_genotype(path)
    assert loaded.spec.quantizer is None
    document = loaded.spec.model_dump(mode="json")
    document["quantizer"] = {"method": "rescaw", "ends": "float"}
    floating = type(loaded.spec).model_validate(document)
    save_genotype(floating, None, tmp_path / "floating.json")
    with pytest.raises(TrainingError, match=r"sequential: found quantizer\.ends 'float'"):
        train_genotype(tmp_path / "floating.json", data, tmp_path / "out.json", SETTINGS)
    assert not (tmp_path / "out.json").exists()
