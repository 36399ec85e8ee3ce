"""Steps, trainings and searches that share their batches among processes, small enough to be run in two of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from bar_images import bar_dataset
from interruptions import crash_after
from torch import Tensor, nn

from litesnn.compiler.genotype import load_genotype
from litesnn.search.methods.lite import SearchSettings, search_genotype
from litesnn.search.methods.lite.costs import PaperCost
from litesnn.search.methods.lite.epoch import JointOptimization
from litesnn.search.methods.lite.optimizers import Optimizers
from litesnn.search.methods.lite.preparation import make_space, split_halves
from litesnn.search.methods.lite.stages import enter, stage_of
from litesnn.search.methods.lite.supernet import Supernet
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.run.ranks import Ranks
from litesnn.search.run.synchronized_norm import synchronize_norms
from litesnn.search.training import EpochReport, TrainingSettings, train_genotype
from litesnn.search.training.auxiliary import Trainee
from litesnn.search.training.samples import quantized

SEARCH = SearchSettings(
    nodes=2,
    channels=4,
    deploy_channels=4,
    levels=(0, 1),
    timesteps=2,
    keep=0.5,
    pool="none",
    epochs=3,
    warm_up=1,
    lambda_mem=1e-6,
)
TRAINING = TrainingSettings(epochs=2, fixed_epochs=2, batch_size=15, optimizer="adam", lr=0.02, shift=1, threads=1)
Tensors = dict[str, Tensor]


def norm_step(ranks: Ranks) -> Tensors:
    """Outputs, gradients and statistics of a normalization of 7 samples: 4 in the first process, 3 in the second."""
    generator = torch.Generator().manual_seed(0)
    x = 3 + 2 * torch.randn(7, 3, 4, 4, generator=generator)
    layers = nn.Sequential(nn.BatchNorm2d(3))
    synchronize_norms(layers, ranks)
    norm = layers[0]
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([0.5, 1.0, -2.0]))
    mine = ranks.share(x).clone().requires_grad_()
    y = layers(mine)
    (y.tanh() * ranks.share(torch.arange(7.0))[:, None, None, None]).sum().backward()
    ranks.total_gradients(layers.parameters())
    assert mine.grad is not None
    return {"x": x, "y": y.detach(), "of_x": mine.grad, "of_weight": norm.weight.grad, "of_bias": norm.bias.grad} | {
        f"stored_{name}": value for name, value in norm.named_buffers()
    }


def training_step(ranks: Ranks, genotype: Path) -> Tensors:
    """Gradients and statistics of one batch of 31 samples, auxiliary head included."""
    trainee = Trainee(SpikingModel.from_genotype(load_genotype(genotype)), 0.4, 0)
    synchronize_norms(trainee, ranks)
    trainee.train()
    data = bar_dataset()
    batch = quantized(data.input_spec, data.x_train[:31], data.y_train[:31])
    mine = ranks.share(batch.y)
    (trainee.loss(ranks.share(batch.x), mine) * (len(mine) / len(batch.y))).backward()
    ranks.total_gradients(trainee.parameters())
    gradients = {name: p.grad for name, p in trainee.named_parameters() if p.grad is not None}
    return gradients | {name: b for name, b in trainee.named_buffers() if "running" in name}


def search_step(ranks: Ranks) -> Tensors:
    """Parameters after one update of weights and one of choices."""
    data = bar_dataset()
    space = make_space(data, SEARCH, SEARCH.channels)
    supernet = Supernet(space, data.input_spec, SEARCH)
    synchronize_norms(supernet, ranks)
    run = JointOptimization(
        supernet, PaperCost(space, SEARCH), Optimizers.of(supernet, SEARCH), split_halves(data, SEARCH), SEARCH, ranks
    )
    stage = stage_of(SEARCH, 1)
    enter(stage, supernet, SEARCH)
    halves = run.halves
    run.update_weights(halves.weights.x[:21], halves.weights.y[:21])
    run.update_choices(halves.choices.x[:21], halves.choices.y[:21], stage)
    return {name: p.detach().clone() for name, p in supernet.named_parameters()}


def training(ranks: Ranks, genotype: Path, target: Path, resume: bool, stop: int) -> list[dict[str, Any]]:
    """A training whose first process crashes after `stop` epochs (0: none does)."""
    seen: list[EpochReport] = []
    crash = crash_after(stop)

    def watched(report: EpochReport) -> None:
        seen.append(report)
        crash(report)

    result = train_genotype(genotype, bar_dataset(), target, TRAINING, resume=resume, progress=False, on_epoch=watched)
    assert ranks.first or not seen
    return [vars(report) for report in result.history]


def search(ranks: Ranks, folder: Path) -> dict[str, Any]:
    """The history of a search."""
    return search_genotype(bar_dataset(), folder, replace(SEARCH, threads=1), progress=False).history


def everything(ranks: Ranks, genotype: Path, folder: Path) -> dict[str, Any]:
    """All of the above, nothing interrupted."""
    return {
        "norm": norm_step(ranks),
        "training step": training_step(ranks, genotype),
        "search step": search_step(ranks),
        "search": search(ranks, folder / "found"),
        "training": training(ranks, genotype, folder / "whole.json", False, 0),
    }
