"""Steps that `training_step.py` measures, of whatever code: what they compute on, what one is, and the process that does them.

Nothing here knows more of LiteSNN than `InputSpec`, so that the first edition's code is measured by the same lines.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from litesnn.compiler.genotype import InputSpec

Step = Callable[[], object]
TIMESTEPS, BATCH = 4, 16


def batch_of(spec: InputSpec, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Seeded random samples and labels."""
    generator = torch.Generator().manual_seed(0)
    shape = (size, *spec.shape)
    x = torch.randint(spec.minimum, spec.maximum + 1, shape, generator=generator, dtype=torch.int16)
    return x, torch.randint(0, 10, (size,), generator=generator)


def training(
    trainee: Any, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor, clip_norm: float
) -> Step:
    """A step of a training, of the project's `Trainee`."""

    def step() -> None:
        loss = trainee.loss(x, y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(trainee.parameters(), clip_norm)
        optimizer.step()

    return step


def search(joint: Any, supernet: Any, x: torch.Tensor, y: torch.Tensor, stage: Any) -> Step:
    """Both updates of LitE-SNN's joint optimization, and the masks after them."""

    def step() -> None:
        joint.update_weights(x, y)
        joint.update_choices(x, y, stage)
        supernet.refresh_masks()

    return step


def answer(step: Step) -> None:
    """Answer every line of the input with the seconds of one step."""
    for _ in sys.stdin:
        start = time.perf_counter()
        step()
        print(time.perf_counter() - start, flush=True)
