"""Steps of training and of search by the code of the first edition (commit 560ce7e), for `training_step.py --against`.

Runs in a checkout of that commit and answers every line with the seconds of one step: of `training_step.py`'s own networks and
settings, in float32, by names of modules as they were.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import torch
from published_shape import published_genotype
from torch import nn

from litesnn.compiler.genotype import InputSpec
from litesnn.search.lite.costs import PaperCost
from litesnn.search.lite.epoch import Halves, JointOptimization
from litesnn.search.lite.optimizers import CHOICES, Optimizers
from litesnn.search.lite.settings import SearchSettings
from litesnn.search.lite.stages import Stage
from litesnn.search.lite.supernet import Supernet
from litesnn.search.model import SpikingModel
from litesnn.search.spaces import SpikeDhsSpace
from litesnn.search.training.auxiliary import Trainee
from litesnn.search.training.loop import make_optimizer
from litesnn.search.training.samples import Samples
from litesnn.search.training.settings import TrainingSettings

TIMESTEPS, BATCH = 4, 16


def batch_of(spec: InputSpec, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Seeded random samples and labels, as `training_step.py` has them."""
    generator = torch.Generator().manual_seed(0)
    shape = (size, *spec.shape)
    x = torch.randint(spec.minimum, spec.maximum + 1, shape, generator=generator, dtype=torch.int16)
    return x, torch.randint(0, 10, (size,), generator=generator)


def cells() -> Callable[[], object]:
    """One step of the float phase of LitE-SNN's cells, 16 channels a node."""
    genotype = published_genotype(16, timesteps=TIMESTEPS)
    settings = TrainingSettings()
    trainee = Trainee(SpikingModel(genotype), 0.0, 0)
    trainee.model.evaluation = "float"
    trainee.train()
    optimizer = make_optimizer(trainee, settings, "float")
    x, y = batch_of(genotype.input, BATCH)

    def step() -> None:
        loss = trainee.loss(x, y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(trainee.parameters(), settings.clip_norm)
        optimizer.step()

    return step


def search() -> Callable[[], object]:
    """Both updates of LitE-SNN's joint optimization, 24 channels, 16 x 16."""
    settings = SearchSettings(channels=24, batch_size=8, warm_up=0)
    space = SpikeDhsSpace((3, 16, 16), 10, nodes=settings.nodes, channels=settings.channels, levels=settings.levels)
    spec = InputSpec(shape=(3, 16, 16))
    supernet = Supernet(space, spec, settings)
    x, y = batch_of(spec, settings.batch_size)
    samples = Samples(x, y)
    joint = JointOptimization(
        supernet,
        PaperCost(space, settings),
        Optimizers.of(supernet, settings),
        halves=Halves(samples, samples),
        settings=settings,
    )
    stage = Stage("joint", 0, CHOICES)

    def step() -> None:
        joint.update_weights(x, y)
        joint.update_choices(x, y, stage)
        supernet.refresh_masks()

    return step


STEPS = {"cells": cells, "search": search}


def main() -> None:
    """Answer every line of the input: `STEP THREADS`."""
    name, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    step = STEPS[name]()
    for _ in sys.stdin:
        start = time.perf_counter()
        step()
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
