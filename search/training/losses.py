"""Losses of a training: cross-entropy of the mean logits, or of every step's by itself (TET, Deng et al., ICLR 2022).

TET: `(1 - lambda) * mean_t CE(o_t, y) + lambda * mean (o_t - 1)^2`; the second term keeps the outputs of the steps together.
With weights of classes every sample's cross-entropy counts as much as its class does.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.settings.shared import ClassWeights
from litesnn.search.training.settings import LossName

_TARGET = 1.0


def class_weights(name: ClassWeights, y: Tensor, classes: int) -> Tensor | None:
    """Weights (classes,) for training labels y (N,), whose mean over the samples is 1; None where all count alike.

    `balanced`: N / (classes * samples of the class), as scikit-learn's `class_weight` has it.
    """
    if name == "none":
        return None
    counts = torch.bincount(y, minlength=classes).clamp(min=1)
    weights: Tensor = len(y) / (classes * counts.to(torch.float32))
    return weights


def entropy(logits: Tensor, y: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean cross-entropy of logits (N, classes) and labels (N,), each sample's times the weight of its class.

    Divided by N, not by the sum of the weights, so that processes that share a batch add up to its loss.
    """
    if weights is None:
        return F.cross_entropy(logits, y)
    return (F.cross_entropy(logits, y, reduction="none") * weights[y]).mean()


def model_loss(
    model: SpikingModel,
    signals: dict[str, Tensor],
    y: Tensor,
    name: LossName,
    tet_lambda: float,
    weights: Tensor | None = None,
) -> Tensor:
    """Loss of what `propagate` returned for labels y (N,), in the model's evaluation."""
    if name == "ce":
        return entropy(model.logits(signals), y, weights)
    return tet(model.step_logits(signals), y, tet_lambda, weights)


def tet(outputs: Tensor, y: Tensor, weight: float, weights: Tensor | None = None) -> Tensor:
    """TET of outputs (T, N, classes) and labels (N,); `weight` is lambda, `weights` those of classes."""
    steps = len(outputs)
    by_step = entropy(outputs.flatten(0, 1), y.repeat(steps), weights)
    loss: Tensor = (1 - weight) * by_step + weight * ((outputs - _TARGET) ** 2).mean()
    return loss
