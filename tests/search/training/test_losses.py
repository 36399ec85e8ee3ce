import numpy as np
import pytest
import torch
from random_networks import random_input, random_trained_genotype
from sklearn.utils.class_weight import compute_class_weight
from torch.nn import functional as F

from litesnn.base.errors import TrainingError
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.training import PRESETS, TrainingSettings, preset
from litesnn.search.training.auxiliary import Trainee
from litesnn.search.training.loop import evaluate
from litesnn.search.training.losses import class_weights, entropy, model_loss, tet
from litesnn.search.training.samples import Samples


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


def test_balanced_weights_are_scikit_learns_and_let_classes_count_alike() -> None:
    y = torch.tensor([0] * 6 + [1] * 2 + [2])
    weights = class_weights("balanced", y, 3)
    assert weights is not None
    np.testing.assert_allclose(weights, compute_class_weight("balanced", classes=np.arange(3), y=y.numpy()), rtol=1e-6)
    assert class_weights("none", y, 3) is None
    logits = torch.randn(9, 3, generator=torch.Generator().manual_seed(0))
    by_class = [F.cross_entropy(logits[y == c], y[y == c]) for c in range(3)]
    torch.testing.assert_close(entropy(logits, y, weights), torch.stack(by_class).mean())
    # Processes that share a batch add up to its loss.
    shares = [entropy(logits[part], y[part], weights) * len(y[part]) / 9 for part in (slice(0, 5), slice(5, 9))]
    torch.testing.assert_close(sum(shares), entropy(logits, y, weights))


@pytest.mark.parametrize("loss", ["ce", "tet"])
def test_weights_reach_the_loss_and_what_is_kept(loss: str) -> None:
    loaded = random_trained_genotype(1, quantizer="any", timesteps=4)
    model = SpikingModel.from_genotype(loaded)
    classes = loaded.spec.head.classes
    x = torch.from_numpy(random_input(loaded, 12, 1).astype(np.int32))
    y = torch.tensor([0] * 9 + [1] * 3)
    weights = class_weights("balanced", y, 2)
    assert weights is not None
    weights = torch.cat([weights, torch.zeros(classes - 2)])
    trainee = Trainee(model, 0.0, 0, "32", loss, 0.5, weights)
    plain, signals = Trainee(model, 0.0, 0, "32", loss, 0.5), model.propagate(x)
    assert trainee.loss(x, y).item() == pytest.approx(model_loss(model, signals, y, loss, 0.5, weights).item())
    assert trainee.loss(x, y).item() != pytest.approx(plain.loss(x, y).item())
    assert trainee.state_dict().keys() == plain.state_dict().keys()
    accuracy, _ = evaluate(model, Samples(x, y), "float", class_weights=weights)
    with torch.no_grad():
        found = model(x).argmax(1)
    recalls = [(found[y == c] == c).float().mean().item() for c in (0, 1)]
    assert accuracy == pytest.approx(sum(recalls) / 2)


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
