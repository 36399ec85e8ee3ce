"""The terms of the search's loss that depend on time: LitE-SNN, Eq. 14 and 16 to 17."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def running_mean(logits: Tensor) -> Tensor:
    """Mean of the first t steps at position t - 1; (T, N, classes)."""
    counts = torch.arange(1, len(logits) + 1, dtype=logits.dtype, device=logits.device)
    return logits.cumsum(0) / counts[:, None, None]


def step_losses(logits: Tensor, labels: Tensor, class_weights: Tensor | None = None) -> Tensor:
    """CE^(t) for every number of steps, (T,): the cross-entropy of the running mean, each sample's times the weight of its class."""
    means = running_mean(logits)
    repeated = labels.repeat(len(means))
    losses = F.cross_entropy(means.flatten(0, 1), repeated, reduction="none").reshape(len(means), -1)
    return (losses if class_weights is None else losses * class_weights[labels]).mean(1)


def expected_loss(logits: Tensor, labels: Tensor, steps: Tensor, class_weights: Tensor | None = None) -> Tensor:
    """Loss_CE (Eq. 17): CE^(t) weighted by the probability of t steps."""
    return (steps * step_losses(logits, labels, class_weights)).sum()


def expected_rate(rates: Tensor, steps: Tensor) -> Tensor:
    """S (Eq. 14): `sum_t p_t * sum_(t' <= t) s(t')` of rates (..., T), returned as (...)."""
    reached = steps.flip(0).cumsum(0).flip(0)
    return (rates * reached).sum(-1)
