"""Steps of training and of search by the code of the first edition (commit 560ce7e), for `training_step.py --against`.

Runs in a checkout of that commit and answers every line with the seconds of one step: of `training_step.py`'s own networks and
settings, in float32, by names of modules as they were.
"""

from __future__ import annotations

import sys

import torch
from published_shape import published_genotype
from steps import BATCH, TIMESTEPS, Step, answer, batch_of, search, training

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


def cells() -> Step:
    """One step of the float phase of LitE-SNN's cells, 16 channels a node."""
    genotype = published_genotype(16, timesteps=TIMESTEPS)
    settings = TrainingSettings()
    trainee = Trainee(SpikingModel(genotype), 0.0, 0)
    trainee.model.evaluation = "float"
    trainee.train()
    optimizer = make_optimizer(trainee, settings, "float")
    return training(trainee, optimizer, *batch_of(genotype.input, BATCH), clip_norm=settings.clip_norm)


def searched() -> Step:
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
    return search(joint, supernet, x, y, stage=Stage("joint", 0, CHOICES))


STEPS = {"cells": cells, "search": searched}


def main() -> None:
    """Arguments: `STEP THREADS`."""
    name, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    answer(STEPS[name]())


if __name__ == "__main__":
    main()
