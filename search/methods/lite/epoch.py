"""One epoch of the two-step joint optimization (LitE-SNN, section 3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from math import isfinite

import torch
from torch import Tensor, nn

from litesnn.base.errors import SearchError
from litesnn.search.methods.lite.budget import Budget
from litesnn.search.methods.lite.costs import PaperCost
from litesnn.search.methods.lite.losses import expected_loss, running_mean
from litesnn.search.methods.lite.optimizers import Optimizers
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.stages import Stage
from litesnn.search.methods.lite.supernet import Supernet
from litesnn.search.run.following import Tick, silent
from litesnn.search.run.ranks import ALONE, Ranks
from litesnn.search.training.augmentation import Augmentation
from litesnn.search.training.losses import class_weights
from litesnn.search.training.samples import Samples, batches


@dataclass(frozen=True)
class Halves:
    """Samples that weights learn from, and samples that choices learn from; the same ones where nothing is held out."""

    weights: Samples
    choices: Samples

    def to(self, device: torch.device) -> Halves:
        """The same on another device."""
        return Halves(self.weights.to(device), self.choices.to(device))


@dataclass
class EpochMeans:
    """Means over one epoch: the cross-entropy, what is charged (bits, operations of a sample, cores), what exceeds the limits, and the
    accuracy at every number of steps on the choices' batches, before their update; `rates` (cells, sources, T) as `Activity`; `masks_changed`
    is the number of mask entries that flipped."""

    ce: float = 0.0
    memory: float = 0.0
    operations: float = 0.0
    cores: float = 0.0
    excess: float = 0.0
    accuracy: tuple[float, ...] = ()
    rates: Tensor = field(default_factory=lambda: torch.zeros(()))
    masks_changed: int = 0


@dataclass(frozen=True)
class ChoicesUpdate:
    """What one update of choices saw before it: the terms of the loss, rates, and right answers at every number of steps, (T,)."""

    ce: float
    memory: float
    operations: float
    cores: float
    excess: float
    rates: Tensor
    hits: Tensor


_AVERAGED = ("ce", "memory", "operations", "cores", "excess", "rates")


class JointOptimization:
    """The two steps of one search; processes share every batch, and make the same updates."""

    def __init__(
        self,
        supernet: Supernet,
        cost: PaperCost,
        optimizers: Optimizers,
        halves: Halves,
        settings: SearchSettings,
        ranks: Ranks = ALONE,
        budget: Budget | None = None,
    ) -> None:
        self.budget = budget
        self.supernet = supernet
        self.cost = cost
        self.optimizers = optimizers
        self.halves = halves
        self.settings = settings
        self.ranks = ranks
        self.class_weights = class_weights(settings.class_weights, halves.weights.y, supernet.space.classes)

    def run_epoch(self, epoch: int, stage: Stage, tick: Tick = silent) -> EpochMeans:
        """One epoch, from 0: for each batch of the weights' half one update of weights, then one of choices; `tick` after each.

        Raises
        ------
        SearchError
            Where a loss is not finite.
        """
        settings = self.settings
        self.supernet.train()
        means, correct, seen = EpochMeans(), torch.zeros(settings.timesteps), 0
        count = -(-len(self.halves.weights.y) // settings.batch_size)
        widths = torch.Generator().manual_seed(settings.seed * 1_000_003 - 1 - epoch)
        for index, (mine, others) in enumerate(self._pairs(epoch)):
            self.optimizers.anneal(settings, (epoch + index / count) / settings.epochs)
            self._train_only(weights=True)
            self.supernet.choices.draw_channels(widths)
            self.update_weights(*mine)
            self._train_only(weights=False)
            self.supernet.choices.draw_channels(widths)
            update = self.update_choices(*others, stage)
            means.masks_changed += self.supernet.refresh_masks()
            if not isfinite(update.ce):
                raise SearchError(
                    f"the loss became {update.ce} in epoch {epoch + 1}, batch {index + 1}; try a lower learning rate (lr, score_lr)"
                )
            size = len(others[1])
            correct, seen = correct + update.hits, seen + size
            for name in _AVERAGED:
                setattr(means, name, getattr(means, name) + getattr(update, name) * size)
            tick((index + 1) / count)
        for name in _AVERAGED:
            setattr(means, name, getattr(means, name) / seen)
        means.accuracy = tuple((correct / seen).tolist())
        return means

    def update_weights(self, x: Tensor, y: Tensor) -> None:
        """First step. Memory and operations have no gradient to weights, so Loss_CE alone gives that of Eq. 15."""
        self._train_only(weights=True)
        mine = self.ranks.share(y)
        activity = self.supernet(self.ranks.share(x))
        loss = expected_loss(activity.logits, mine, self.supernet.choices.steps(), self.class_weights) * (
            len(mine) / len(y)
        )
        self.optimizers.weights.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.ranks.total_gradients(self.supernet.weights())
        torch.nn.utils.clip_grad_norm_(self.supernet.weights(), self.settings.clip_norm)
        self.optimizers.weights.step()

    def update_choices(self, x: Tensor, y: Tensor, stage: Stage) -> ChoicesUpdate:
        """Second step, through the updated weights, on Eq. 15."""
        self._train_only(weights=False)
        choices, settings = self.supernet.choices, self.settings
        mine = self.ranks.share(y)
        share = len(mine) / len(y)
        activity = self.supernet(self.ranks.share(x))
        ce = expected_loss(activity.logits, mine, choices.steps(), self.class_weights) * share
        rates = self.ranks.total(activity.rates * share)
        memory = self.cost.memory(choices)
        operations = self.cost.operations(choices, rates)
        cores = self.cost.cores(choices)
        price = settings.lambda_mem * memory + settings.lambda_comp * settings.comp_samples * operations
        price = price + settings.lambda_cores * cores
        excess = memory.new_zeros(()) if self.budget is None else self.budget.excess(self.budget.expected(choices))
        price = price + settings.lambda_budget * excess
        loss = ce + price / self.ranks.count
        learnt: dict[str, Sequence[nn.Parameter]] = {
            "alpha": [choices.alpha],
            "beta": [choices.beta],
            "gamma": [] if choices.gamma is None else [choices.gamma],
            "psi": [choices.psi],
            "score": self.supernet.learnt_scores(),
        }
        for parameter in chain(*learnt.values()):
            parameter.grad = None
        wanted = [parameter for name in stage.learnt for parameter in learnt[name]]
        loss.backward(inputs=[p for p in wanted if self._reached(p)])  # type: ignore[no-untyped-call]
        self.ranks.total_gradients(wanted)
        self.optimizers.step_choices(stage.learnt)
        with torch.no_grad():
            hits = self.ranks.total((running_mean(activity.logits).argmax(2) == mine).sum(1)).cpu()
        return ChoicesUpdate(
            ce=self.ranks.total(ce).item(),
            memory=memory.item(),
            operations=operations.item(),
            cores=cores.item(),
            excess=excess.item(),
            rates=rates.cpu(),
            hits=hits,
        )

    def _reached(self, parameter: Tensor) -> bool:
        """Whether the loss depends on a parameter: choices that are held give it no gradient."""
        choices = self.supernet.choices
        held = (
            (choices.alpha, choices.held_ops),
            (choices.beta, choices.held_bits),
            (choices.gamma, choices.held_channels),
            (choices.psi, choices.held_steps),
        )
        return all(parameter is not p or value is None for p, value in held)

    def _train_only(self, *, weights: bool) -> None:
        trained = {id(p) for p in self.supernet.weights()}
        for parameter in self.supernet.parameters():
            parameter.requires_grad_((id(parameter) in trained) == weights)

    def _pairs(self, epoch: int) -> Iterable[tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]]:
        """Batches for the two steps; where nothing is held out both are the same batch."""
        first = self._batches(self.halves.weights, 2 * epoch)
        if self.halves.choices is self.halves.weights:
            return ((batch, batch) for batch in first)
        second = chain.from_iterable(self._batches(self.halves.choices, 2 * epoch + 1) for _ in repeat(None))
        return zip(first, second, strict=False)

    def _batches(self, samples: Samples, draw: int) -> Iterable[tuple[Tensor, Tensor]]:
        """Shuffled by seed and draw, so that a resumed search needs no generator state."""
        settings = self.settings
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + draw)
        augmentation = Augmentation(settings.shift, settings.flip, settings.cutout)
        return batches(samples, settings.batch_size, augmentation, generator, least=self.ranks.count)
