"""The optimizers of the joint optimization: weights, alpha, beta with scores and gamma, and psi."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import cos, pi

import torch

from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.supernet import Supernet

CHOICES = ("alpha", "beta", "gamma", "score", "psi")
_MOMENTUM = 0.9


@dataclass(frozen=True)
class Optimizers:
    """SGD on weights and psi, Adam on alpha, and on beta, scores and gamma."""

    weights: torch.optim.SGD
    alpha: torch.optim.Adam
    beta_and_scores: torch.optim.Adam
    psi: torch.optim.SGD

    @classmethod
    def of(cls, supernet: Supernet, settings: SearchSettings) -> Optimizers:
        """For a supernet at the start of a search."""
        choices, decay = supernet.choices, settings.choice_decay
        weights = supernet.weights()
        groups = [
            {"params": [p for p in weights if p.ndim > 1], "weight_decay": settings.weight_decay},
            {"params": [p for p in weights if p.ndim <= 1], "weight_decay": 0.0},
        ]
        adam = [
            {"params": [choices.beta], "lr": settings.beta_lr},
            {"params": supernet.scores(), "lr": settings.score_lr},
        ]
        if choices.gamma is not None:
            adam.append({"params": [choices.gamma], "lr": settings.width_lr})
        return cls(
            torch.optim.SGD(groups, lr=settings.lr, momentum=_MOMENTUM),
            torch.optim.Adam([choices.alpha], lr=settings.alpha_lr, weight_decay=decay),
            torch.optim.Adam(adam, weight_decay=decay),
            torch.optim.SGD([choices.psi], lr=settings.psi_lr, momentum=_MOMENTUM, weight_decay=settings.weight_decay),
        )

    def named(self) -> Iterator[tuple[str, torch.optim.Optimizer]]:
        """By name, for checkpoints."""
        yield from vars(self).items()

    def anneal(self, settings: SearchSettings, progress: float) -> None:
        """Rates of the two SGDs at a fraction of the search, along a cosine."""
        share = (1 + cos(pi * progress)) / 2
        for group in self.weights.param_groups:
            group["lr"] = settings.lr_min + max(settings.lr - settings.lr_min, 0.0) * share
        for group in self.psi.param_groups:
            group["lr"] = settings.psi_lr * share

    def step_choices(self, learnt: Collection[str]) -> None:
        """Update the choices that are being learnt; a parameter without gradient rests."""
        if "alpha" in learnt:
            self.alpha.step()
        if not {"beta", "gamma", "score"}.isdisjoint(learnt):
            self.beta_and_scores.step()
        if "psi" in learnt:
            self.psi.step()
