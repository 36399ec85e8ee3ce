"""Losses of a training: cross-entropy of the mean logits, or of every step's by itself (TET, Deng et al., ICLR 2022).

TET: `(1 - lambda) * mean_t CE(o_t, y) + lambda * mean (o_t - 1)^2`; the second term keeps the outputs of the steps together.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.training.settings import LossName

_TARGET = 1.0


def model_loss(model: SpikingModel, signals: dict[str, Tensor], y: Tensor, name: LossName, tet_lambda: float) -> Tensor:
    """Loss of what `propagate` returned for labels y (N,), in the model's evaluation."""
    if name == "ce":
        return F.cross_entropy(model.logits(signals), y)
    return tet(model.step_logits(signals), y, tet_lambda)


def tet(outputs: Tensor, y: Tensor, weight: float) -> Tensor:
    """TET of outputs (T, N, classes) and labels (N,); `weight` is lambda."""
    steps = len(outputs)
    entropy = F.cross_entropy(outputs.flatten(0, 1), y.repeat(steps))
    loss: Tensor = (1 - weight) * entropy + weight * ((outputs - _TARGET) ** 2).mean()
    return loss
