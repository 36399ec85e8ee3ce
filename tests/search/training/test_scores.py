"""Scores cost what they are worth: layers that keep every weight learn none."""

from __future__ import annotations

import torch
from random_networks import random_trained_genotype

from litesnn.search.model.pruning import pruned_count
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.training.auxiliary import Trainee
from litesnn.search.training.loop import make_optimizer
from litesnn.search.training.settings import TrainingSettings


def test_optimizers_hold_nothing_for_scores_that_prune_nothing() -> None:
    learnt, resting = 0, 0
    for seed in range(8):
        model = SpikingModel(random_trained_genotype(seed).spec)
        trainee = Trainee(model, 0.0, 0)
        optimizer = make_optimizer(trainee, TrainingSettings(), "float")
        shape = model.genotype.input.shape
        steps = () if model.genotype.input.encoding == "direct" else (model.genotype.timesteps,)
        trainee.train()
        loss = trainee.loss(torch.ones(2, *steps, *shape, dtype=torch.int32), torch.zeros(2, dtype=torch.int64))
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        for edge in (edge for edge in model.edge_list() if edge.plan.weighted):
            prunes = pruned_count(edge.weight.numel(), edge.plan.keep) > 0
            held = edge.score.grad is not None or edge.score in optimizer.state
            assert prunes or not held
            learnt, resting = learnt + held, resting + (not prunes)
    assert learnt > 0
    assert resting > 0
