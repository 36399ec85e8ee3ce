"""What is learnt when: everything at once after psi's warm-up, or one thing after the other (A + P + Q + T)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch.nn import functional as F

from litesnn.search.methods.lite.decode import Decoded, certain, decode
from litesnn.search.methods.lite.optimizers import CHOICES
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.supernet import Supernet
from litesnn.search.run.sequential import IN_FORCE, STAGES, stage_starts


@dataclass(frozen=True)
class Stage:
    """A stretch of epochs.

    Attributes
    ----------
    name : `warm-up`, `joint`, or one of `STAGES`
    first : its first epoch, from 0
    learnt : which of alpha, beta, gamma, score and psi are updated
    """

    name: str
    first: int
    learnt: tuple[str, ...]


def stages(settings: SearchSettings) -> tuple[Stage, ...]:
    """The stages of a search, in order."""
    if settings.sequential:
        learnt = (("alpha", "gamma"), ("score",), ("beta",), ("psi",))
        return tuple(Stage(*parts) for parts in zip(STAGES, stage_starts(settings.epochs), learnt, strict=True))
    joint = Stage("joint", settings.warm_up, CHOICES)
    if settings.warm_up == 0:
        return (joint,)
    return Stage("warm-up", 0, ("alpha", "beta", "gamma", "score")), joint


def stage_of(settings: SearchSettings, epoch: int) -> Stage:
    """The stage an epoch (from 0) belongs to."""
    return [stage for stage in stages(settings) if stage.first <= epoch][-1]


def enter(
    stage: Stage, supernet: Supernet, settings: SearchSettings, decoded: Callable[[], Decoded] | None = None
) -> None:
    """Hold what the stage does not decide: what earlier stages decided, as `decoded` says, or what stands for undecided.

    Everything follows from the supernet's parameters, which no longer change once they are decided: a resumed search enters
    the stage it was interrupted in and finds it as it was.
    """
    choices = supernet.choices
    choices.held_ops = choices.held_bits = choices.held_channels = choices.held_steps = None
    device = choices.psi.device
    if stage.name == "warm-up":
        choices.held_steps = torch.full((settings.timesteps,), 1 / settings.timesteps, device=device)
    if stage.name not in STAGES:
        return
    position = STAGES.index(stage.name)
    in_force = IN_FORCE[stage.name]
    supernet.compress(pruning=in_force.pruning, quantizing=in_force.quantizing)
    network = decode(supernet.space, choices, settings) if decoded is None else decoded()
    if position < 2:
        network = replace(network, bits=(max(settings.bits),) * len(network.bits))
    ops, bits, channels = certain(network, supernet.space, settings)
    if position >= 1:
        choices.held_ops = ops.to(device)
        choices.held_channels = channels.to(device)
    if position != 2:
        choices.held_bits = bits.to(device)
    if position < 3:
        last = torch.tensor(settings.timesteps - 1, device=device)
        choices.held_steps = F.one_hot(last, settings.timesteps).float()
