"""One epoch of training and the evaluation after it."""

from __future__ import annotations

from math import cos, isfinite, pi

import torch
from torch import Tensor
from torch.nn import functional as F

from litesnn.base.errors import TrainingError
from litesnn.search.model.evaluation import Evaluation
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.run.following import Tick, silent
from litesnn.search.run.ranks import ALONE, Ranks
from litesnn.search.training.auxiliary import Trainee
from litesnn.search.training.samples import Samples, batches
from litesnn.search.training.settings import TrainingSettings

_EVALUATION_BATCH = 256


def make_optimizer(trainee: Trainee, settings: TrainingSettings, evaluation: Evaluation) -> torch.optim.Optimizer:
    """Optimizer of a phase: weight decay on tensors with more than one axis only; scores and auxiliary rest in the fixed phase."""
    trained = trainee if evaluation == "float" else trainee.model
    named = [
        (name, p) for name, p in trained.named_parameters() if evaluation == "float" or not name.endswith(".score")
    ]
    groups = [
        {"params": [p for _, p in named if p.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [p for _, p in named if p.ndim <= 1], "weight_decay": 0.0},
    ]
    _, lr = settings.phase(evaluation)
    if settings.optimizer == "adam":
        return torch.optim.AdamW(groups, lr=lr)
    return torch.optim.SGD(groups, lr=lr, momentum=0.9)


def epoch_seed(seed: int, evaluation: Evaluation, epoch: int) -> int:
    """Seed of the shuffling and augmentation of one epoch, so that a resumed training needs no generator state."""
    return (seed * 2 + (evaluation == "fixed")) * 1_000_003 + epoch


def train_epoch(
    trainee: Trainee,
    optimizer: torch.optim.Optimizer,
    samples: Samples,
    settings: TrainingSettings,
    evaluation: Evaluation,
    epoch: int,
    ranks: Ranks = ALONE,
    tick: Tick = silent,
) -> float:
    """Train one epoch (0-based) in an evaluation; returns the mean loss. Batches are shared among the processes; `tick` after each.

    Raises
    ------
    TrainingError
        Where the loss is not finite.
    """
    trainee.model.evaluation = evaluation
    trainee.train()
    generator = torch.Generator().manual_seed(epoch_seed(settings.seed, evaluation, epoch))
    epochs, peak = settings.phase(evaluation)
    count = -(-len(samples.y) // settings.batch_size)
    total, seen = 0.0, 0
    drawn = batches(samples, settings.batch_size, settings.augmentation, generator, least=ranks.count)
    for index, (x, y) in enumerate(drawn):
        progress = (epoch + index / count) / epochs
        for group in optimizer.param_groups:
            group["lr"] = peak * (1 + cos(pi * progress)) / 2
        mine = ranks.share(y)
        loss = trainee.loss(ranks.share(x), mine) * (len(mine) / len(y))
        value = ranks.total(loss).item()
        if not isfinite(value):
            raise TrainingError(
                f"the loss became {value} in {evaluation} epoch {epoch + 1}, batch {index + 1}, at learning rate "
                f"{optimizer.param_groups[0]['lr']:.3g}; try a lower one"
            )
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        ranks.total_gradients(trainee.parameters())
        torch.nn.utils.clip_grad_norm_(trainee.parameters(), settings.clip_norm)
        optimizer.step()
        total, seen = total + value * len(y), seen + len(y)
        tick((index + 1) / count)
    return total / max(seen, 1)


def evaluate(
    model: SpikingModel,
    samples: Samples,
    evaluation: Evaluation,
    ranks: Ranks = ALONE,
    class_weights: Tensor | None = None,
) -> tuple[float, float]:
    """Accuracy (fraction) and mean cross-entropy of the stored weights, in an evaluation; each process runs its share.

    With weights of classes (classes,) both are means over samples so weighted.
    """
    model.evaluation = evaluation
    model.eval()
    sums = torch.zeros(2, dtype=torch.float64, device=samples.y.device)
    mine = [ranks.share(part) for part in (samples.x, samples.y)]
    with torch.no_grad():
        for start in range(0, len(mine[1]), _EVALUATION_BATCH):
            x, y = (part[start : start + _EVALUATION_BATCH] for part in mine)
            logits = model(x)
            if class_weights is None:
                sums[0] += (logits.argmax(1) == y).sum()
                sums[1] += F.cross_entropy(logits, y, reduction="sum")
            else:
                sums[0] += class_weights[y[logits.argmax(1) == y]].sum()
                sums[1] += (F.cross_entropy(logits, y, reduction="none") * class_weights[y]).sum()
    correct, loss = ranks.total(sums).tolist()
    total = float(len(samples.y)) if class_weights is None else class_weights[samples.y].sum(dtype=torch.float64).item()
    return correct / total, loss / total
