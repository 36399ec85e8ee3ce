import numpy as np
import pytest
import torch
from random_networks import random_input, random_trained_genotype
from torch.nn import functional as F

from litesnn.base.errors import TrainingError
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.training import PRESETS, TrainingSettings, preset
from litesnn.search.training.losses import model_loss, tet


def test_tet_by_hand() -> None:
    """Two steps, two classes: mean of the steps' cross-entropies, and the mean square distance to 1."""
    outputs = torch.tensor([[[1.0, 1.0]], [[3.0, 1.0]]])
    entropy = (np.log(2) + np.log(1 + np.exp(-2.0))) / 2
    assert float(tet(outputs, torch.tensor([0]), 0.25)) == pytest.approx(0.75 * entropy + 0.25 * 4 / 4)


@pytest.mark.parametrize("evaluation", ["float", "fixed"])
@pytest.mark.parametrize("seed", range(4))
def test_logits_are_the_mean_of_the_steps(seed: int, evaluation: str) -> None:
    loaded = random_trained_genotype(seed, quantizer="any", timesteps=4)
    model = SpikingModel.from_genotype(loaded)
    model.evaluation = evaluation
    signals = model.propagate(torch.from_numpy(random_input(loaded, 3, seed).astype(np.int32)))
    steps = model.step_logits(signals)
    assert steps.shape[:2] == (4, 3)
    torch.testing.assert_close(steps.mean(0), model.logits(signals), rtol=1e-4, atol=1e-5)
    y = torch.tensor([0, 1, 0])
    torch.testing.assert_close(model_loss(model, signals, y, "ce", 0.0), F.cross_entropy(model.logits(signals), y))
    torch.testing.assert_close(model_loss(model, signals, y, "tet", 0.5), tet(steps, y, 0.5))


def test_presets_are_the_papers() -> None:
    chosen = preset("qp-cifar")
    assert (chosen.epochs, chosen.batch_size, chosen.lr, chosen.optimizer) == (300, 256, 0.1, "sgd")
    tuned = preset("qp-cifar-finetune")
    assert (tuned.epochs, tuned.lr, tuned.optimizer) == (150, 0.001, "adam")
    names = {name.removesuffix("-finetune") for name in PRESETS}
    assert names == {"lite-cifar", "snasnet", "lightsnn", "qp-cifar", "qp-imagenet", "qp-dvs"}
    assert {PRESETS[name].straight_through for name in PRESETS if name.startswith("qp-")} == {"scaled"}
    lite, snas = preset("lite-cifar"), preset("snasnet")
    assert (lite.epochs, lite.batch_size, lite.lr, lite.auxiliary, lite.cutout) == (200, 50, 0.025, 0.4, 16)
    assert (snas.epochs, snas.batch_size, snas.lr, snas.weight_decay, snas.cutout) == (300, 64, 0.1, 5e-4, 0)


def test_unknown_presets_and_losses_are_refused() -> None:
    with pytest.raises(TrainingError, match="preset: found 'qp'; allowed: lite-cifar, snasnet, lightsnn, qp-cifar"):
        preset("qp")
    with pytest.raises(TrainingError, match="loss: found 'mse'; allowed: ce, tet"):
        TrainingSettings(loss="mse")
    with pytest.raises(TrainingError, match="tet_lambda: found 2"):
        TrainingSettings(tet_lambda=2)
