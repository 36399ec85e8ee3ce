from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from bar_images import bar_dataset, bar_genotype
from command_line import call, refused
from interruptions import Interrupted, check_resumed_training, crash_after
from random_networks import random_input, random_trained_genotype
from scipy.special import rel_entr, softmax

from litesnn.base.errors import GenotypeError, TrainingError
from litesnn.compiler.genotype import QuantizerSpec, load_genotype, save_genotype
from litesnn.search.model.reference import run_reference
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.training import TrainingSettings, train_genotype
from litesnn.search.training.auxiliary import Trainee
from litesnn.search.training.teachers import Teachers

SETTINGS = TrainingSettings(epochs=8, fixed_epochs=0, batch_size=16, optimizer="adam", lr=0.01, shift=1)


@pytest.fixture(scope="module", params=["quantized", "float"])
def taught(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A trained teacher, one of quantized ends and one of floating ones."""
    folder = tmp_path_factory.mktemp("teacher")
    spec = load_genotype(bar_genotype(folder)).spec.model_copy(update={"quantizer": QuantizerSpec(ends=request.param)})
    save_genotype(spec, None, folder / "untrained.json")
    return train_genotype(folder / "untrained.json", bar_dataset(), folder / "teacher.json", SETTINGS).path


@pytest.mark.parametrize("evaluation", ["float", "fixed"])
def test_the_loss_is_hintons(evaluation: str) -> None:
    """Against scipy's relative entropy: the mean of two teachers, temperature 3, a weight of 0.25."""
    loaded = random_trained_genotype(2)
    x = torch.from_numpy(random_input(loaded, 5, 0).astype(np.int32))
    y = torch.tensor([0, 1, 0, 1, 0])
    models = [SpikingModel.from_genotype(random_trained_genotype(2), 0).eval() for _ in range(2)]
    with torch.no_grad():
        for parameter in models[1].parameters():
            parameter.mul_(1.5)
    student = SpikingModel.from_genotype(loaded, 0)
    student.evaluation = evaluation
    trainee = Trainee(student, 0.0, 0, teachers=Teachers(tuple(models), weight=0.25, temperature=3.0)).eval()
    plain = Trainee(student, 0.0, 0).eval()
    with torch.no_grad():
        found, labels = float(trainee.loss(x, y)), float(plain.loss(x, y))
        own = softmax(student(x).double().numpy() / 3, axis=1)
        said = np.mean([softmax(model(x).double().numpy() / 3, axis=1) for model in models], axis=0)
    assert found == pytest.approx(0.75 * labels + 0.25 * 9 * rel_entr(said, own).sum(1).mean(), rel=1e-4)


def test_a_network_learns_from_its_teacher_what_labels_do_not_say(tmp_path: Path, taught: Path) -> None:
    data = bar_dataset()
    wrong = replace(data, y_train=1 - data.y_train)
    settings = replace(SETTINGS, distill_weight=1.0, distill_temperature=1.0)
    result = train_genotype(bar_genotype(tmp_path), wrong, tmp_path / "out.json", settings, teachers=[taught])
    trace = run_reference(load_genotype(result.path), data.x_test, "fixed", record=False)
    assert (trace.readout.argmax(1) == data.y_test).mean() >= 0.9
    (told,) = result.record.settings["teachers"]
    assert told.startswith(f"{load_genotype(taught).spec.name} ")


def test_a_training_with_a_teacher_goes_on_with_that_one_alone(tmp_path: Path, taught: Path) -> None:
    settings = replace(SETTINGS, epochs=2, fixed_epochs=1)
    check_resumed_training(bar_genotype(tmp_path), bar_dataset(), settings, tmp_path, 1, teachers=[taught])
    with pytest.raises(Interrupted):
        train_genotype(
            bar_genotype(tmp_path),
            bar_dataset(),
            tmp_path / "a.json",
            settings,
            teachers=[taught],
            on_epoch=crash_after(1),
        )
    with pytest.raises(TrainingError, match="belongs to another training .*teachers"):
        train_genotype(bar_genotype(tmp_path), bar_dataset(), tmp_path / "a.json", settings, resume=True)


def test_teachers_that_do_not_fit_are_refused(tmp_path: Path, taught: Path) -> None:
    path, data = bar_genotype(tmp_path), bar_dataset()
    with pytest.raises(GenotypeError, match="has no weights yet"):
        train_genotype(path, data, tmp_path / "out.json", SETTINGS, teachers=[path])
    other = load_genotype(taught)
    spec = other.spec.model_copy(update={"input": other.spec.input.model_copy(update={"scale": 0.5})})
    with pytest.raises(TrainingError, match="its input is prepared otherwise"):
        train_genotype(path, data, tmp_path / "out.json", SETTINGS, teachers=[replace(other, spec=spec)])
    spec = other.spec.model_copy(update={"head": other.spec.head.model_copy(update={"classes": 3})})
    with pytest.raises(TrainingError, match=r"found head\.classes = 3; allowed: 2, as the network that is trained"):
        train_genotype(path, data, tmp_path / "out.json", SETTINGS, teachers=[replace(other, spec=spec)])
    assert not (tmp_path / "out.json").exists()


def test_a_weight_without_a_teacher_is_refused(tmp_path: Path) -> None:
    result = call("train", bar_genotype(tmp_path), "--dataset", "digits", "--distill-weight", 0.5)
    refused(result, "--distill-weight: found without --teacher; it says how a teacher is imitated")
