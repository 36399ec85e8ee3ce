from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from bar_images import bar_dataset, bar_genotype
from interruptions import Interrupted, check_resumed_training, crash_after

from litesnn.base.errors import DataError, OutputError, TrainingError
from litesnn.compiler.genotype import NeuronReset, load_genotype
from litesnn.search.model.reference import run_reference
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.training import TrainingSettings, train_genotype
from litesnn.search.training.augmentation import Augmentation
from litesnn.search.training.auxiliary import Trainee
from litesnn.search.training.samples import augment

SETTINGS = TrainingSettings(epochs=2, fixed_epochs=2, batch_size=16, optimizer="adam", lr=0.02, shift=1)


@pytest.mark.parametrize("norm", ["node", "edge"])
def test_a_small_problem_is_learnt_and_the_record_is_true(tmp_path: Path, norm: str) -> None:
    settings = replace(SETTINGS, lr=0.01, epochs=8)
    result = train_genotype(bar_genotype(tmp_path, norm), bar_dataset(), tmp_path / "out.json", settings)
    assert [report.evaluation for report in result.history] == ["float"] * 8 + ["fixed"] * 2
    assert result.record.accuracy_fixed is not None
    assert result.record.accuracy_fixed >= 0.9
    loaded = load_genotype(tmp_path / "out.json")
    assert loaded.spec.training == result.record
    assert loaded.spec.training.settings["lr"] == 0.01
    assert set(loaded.spec.training.versions) == {"litesnn", "python", "torch"}
    for evaluation, recorded in (("float", result.record.accuracy_float), ("fixed", result.record.accuracy_fixed)):
        trace = run_reference(loaded, bar_dataset().x_test, evaluation, record=False)
        assert (trace.readout.argmax(1) == bar_dataset().y_test).mean() == pytest.approx(recorded)
    mask = loaded.trained["cell0.node0.edge0.mask"]
    assert int((mask == 0).sum()) == mask.size // 2
    assert not (tmp_path / "out.json.checkpoint").exists()


@pytest.mark.parametrize("reset", ["subtract", "subtract_next"])
def test_a_reset_is_chosen_trained_with_and_kept(tmp_path: Path, reset: NeuronReset) -> None:
    settings = replace(SETTINGS, lr=0.01, epochs=8, reset=reset, auxiliary=0.4)
    result = train_genotype(bar_genotype(tmp_path), bar_dataset(), tmp_path / "out.json", settings)
    assert result.genotype.neuron.reset == reset
    assert result.record.accuracy_fixed is not None
    assert result.record.accuracy_fixed >= 0.9
    loaded = load_genotype(tmp_path / "out.json")
    trace = run_reference(loaded, bar_dataset().x_test, "fixed", record=False)
    assert (trace.readout.argmax(1) == bar_dataset().y_test).mean() == pytest.approx(result.record.accuracy_fixed)
    again = train_genotype(
        tmp_path / "out.json", bar_dataset(), tmp_path / "zero.json", replace(settings, epochs=1, reset="zero")
    )
    assert again.genotype.neuron == load_genotype(bar_genotype(tmp_path)).spec.neuron


def test_a_gradient_is_chosen_trained_with_and_kept(tmp_path: Path) -> None:
    settings = replace(SETTINGS, epochs=1, fixed_epochs=0)
    paths = [tmp_path / f"{gradient}.json" for gradient in ("identity", "scaled")]
    for path, gradient in zip(paths, ("identity", "scaled"), strict=True):
        train_genotype(bar_genotype(tmp_path), bar_dataset(), path, replace(settings, straight_through=gradient))
    plain, scaled = (load_genotype(path) for path in paths)
    assert plain.spec.quantizer is None
    assert scaled.spec.quantizer is not None
    assert (scaled.spec.quantizer.method, scaled.spec.quantizer.straight_through) == ("lite", "scaled")
    assert any(not np.array_equal(values, scaled.trained[name]) for name, values in plain.trained.items())


@pytest.mark.parametrize(("stop", "auxiliary"), [(1, 0.0), (1, 0.4), (2, 0.0), (3, 0.4), (4, 0.0)])
def test_a_resumed_training_equals_an_uninterrupted_one(tmp_path: Path, stop: int, auxiliary: float) -> None:
    """Interrupted within the float phase, between the phases, within the fixed phase, and after the last epoch."""
    settings = replace(SETTINGS, auxiliary=auxiliary)
    check_resumed_training(bar_genotype(tmp_path), bar_dataset(), settings, tmp_path, stop)


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    path, data = bar_genotype(tmp_path), bar_dataset()
    with pytest.raises(Interrupted):
        train_genotype(path, data, tmp_path / "out.json", SETTINGS, on_epoch=crash_after(1))
    with pytest.raises(TrainingError, match=r"belongs to another training .*seed: found 0, now 7"):
        train_genotype(path, data, tmp_path / "out.json", replace(SETTINGS, seed=7), resume=True)
    (tmp_path / "out.json.checkpoint").write_bytes(b"garbage")
    with pytest.raises(OutputError, match="is not a checkpoint that LiteSNN wrote"):
        train_genotype(path, data, tmp_path / "out.json", SETTINGS, resume=True)


def test_a_loss_that_is_not_finite_stops_with_place_and_rate(tmp_path: Path) -> None:
    settings = replace(SETTINGS, optimizer="sgd", lr=1e38, clip_norm=1e38, batch_size=32)
    with pytest.raises(
        TrainingError, match=r"the loss became (nan|inf) in float epoch \d+, batch \d+, at learning rate"
    ):
        train_genotype(bar_genotype(tmp_path), bar_dataset(), tmp_path / "out.json", settings)


def test_training_goes_on_from_weights(tmp_path: Path) -> None:
    path, data = bar_genotype(tmp_path), bar_dataset()
    train_genotype(path, data, tmp_path / "first.json", replace(SETTINGS, epochs=6))
    before = load_genotype(tmp_path / "first.json")
    none = replace(SETTINGS, epochs=0, fixed_epochs=0)
    again = train_genotype(tmp_path / "first.json", data, tmp_path / "again.json", none)
    assert before.spec.training is not None
    assert again.record.accuracy_fixed == before.spec.training.accuracy_fixed


def test_what_does_not_fit_is_refused_before_training(tmp_path: Path) -> None:
    path, data = bar_genotype(tmp_path), bar_dataset()
    with pytest.raises(TrainingError, match="device: found 'abacus'"):
        train_genotype(path, data, tmp_path / "out.json", device="abacus")
    with pytest.raises(OutputError, match=r"ends in \.json"):
        train_genotype(path, data, tmp_path / "out")
    with pytest.raises(DataError, match=r"has 3 classes; found head\.classes = 2"):
        train_genotype(path, replace(data, num_classes=3), tmp_path / "out.json")
    with pytest.raises(DataError, match="found samples of shape"):
        train_genotype(
            path, replace(data, x_train=data.x_train[:, :, 1:], x_test=data.x_test[:, :, 1:]), tmp_path / "o.json"
        )
    with pytest.raises(DataError, match="allowed: digits"):
        train_genotype(path, "letters", tmp_path / "out.json")
    with pytest.raises(TrainingError, match="lr: found 0"):
        replace(SETTINGS, lr=0)


def test_shifts_move_whole_images_and_fill_with_zero() -> None:
    x = torch.arange(1, 17, dtype=torch.int16).reshape(1, 1, 4, 4).repeat(64, 1, 1, 1)
    shifted = augment(x, Augmentation(shift=1), torch.Generator().manual_seed(0))
    assert shifted.dtype == torch.int16
    assert shifted.is_contiguous()
    padded = torch.nn.functional.pad(x[0, 0], (1, 1, 1, 1))
    allowed = {tuple(padded[i : i + 4, j : j + 4].flatten().tolist()) for i in range(3) for j in range(3)}
    found = {tuple(image.flatten().tolist()) for image in shifted}
    assert found == allowed


def test_shifts_of_sounds_move_in_time_and_repeat_the_frame_at_the_border() -> None:
    x = torch.arange(1, 17, dtype=torch.int16).reshape(1, 1, 4, 4).repeat(64, 1, 1, 1)
    shifted = augment(x, Augmentation(shift=1), torch.Generator().manual_seed(0), sounds=True)
    assert shifted.dtype == torch.int16
    assert shifted.is_contiguous()
    longer = torch.nn.functional.pad(x[:1].double(), (1, 1, 0, 0), mode="replicate")[0, 0].to(torch.int16)
    assert {tuple(image.flatten().tolist()) for image in shifted} == {
        tuple(longer[:, start : start + 4].flatten().tolist()) for start in range(3)
    }


def test_cutout_clears_one_square_and_nothing_else() -> None:
    x = torch.ones(200, 2, 6, 7, dtype=torch.int16)
    cut = augment(x, Augmentation(cutout=3), torch.Generator().manual_seed(0))
    assert cut.dtype == torch.int16
    assert torch.equal(cut[:, 0], cut[:, 1])
    sizes = set()
    for image in cut[:, 0] == 0:
        rows, columns = image.any(1).nonzero().flatten(), image.any(0).nonzero().flatten()
        assert bool(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all())
        assert int(image.sum()) == len(rows) * len(columns)
        sizes.add((len(rows), len(columns)))
    assert sizes == {(rows, columns) for rows in (2, 3) for columns in (2, 3)}


def test_the_auxiliary_head_trains_the_cells_and_is_not_deployed(tmp_path: Path) -> None:
    loaded = load_genotype(bar_genotype(tmp_path))
    model = SpikingModel.from_genotype(loaded)
    with_head, without = Trainee(model, 0.4, 0), Trainee(model, 0.0, 0)
    assert without.auxiliary is None
    assert with_head.auxiliary is not None
    assert with_head.auxiliary.sources == ["cell0.node0", "cell0.node1"]
    x, y = (torch.from_numpy(part[:16].astype(np.int64)) for part in (bar_dataset().x_train, bar_dataset().y_train))
    model.train()
    signals = model.propagate(x)
    separate = torch.nn.functional.cross_entropy(with_head.auxiliary(signals), y)
    expected = torch.nn.functional.cross_entropy(model.logits(signals), y) + 0.4 * separate
    torch.testing.assert_close(with_head.loss(x, y), expected)
    separate.backward()
    assert model.node_list()[-1].edge_list()[0].weight.grad is not None
    assert model.readout.weight.grad is None
    model.evaluation = "fixed"
    torch.testing.assert_close(with_head.loss(x, y), without.loss(x, y))
    train_genotype(bar_genotype(tmp_path), bar_dataset(), tmp_path / "out.json", replace(SETTINGS, auxiliary=0.4))
    assert not any("aux" in name for name in load_genotype(tmp_path / "out.json").trained)
