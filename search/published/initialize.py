"""Random weights for a genotype without any, so that it can be compiled and costed before it is trained."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from litesnn.compiler.genotype import Genotype, TrainingRecord, resolve
from litesnn.search.model.dead_channels import silence_dead_channels
from litesnn.search.model.export import export_document, export_tensors
from litesnn.search.model.membrane_units import choose_membrane_exps
from litesnn.search.model.spiking_model import SpikingModel

SAMPLES = 2
SPIKE_RATE = 0.3


def initialize(genotype: Genotype, seed: int) -> tuple[Genotype, dict[str, npt.NDArray[np.generic]]]:
    """Seeded random weights; normalization statistics come from random inputs, so that populations fire."""
    model = SpikingModel(genotype, resolve(genotype), seed)
    norms = [node.norm(owner) for node in model.node_list() for owner in node.norm_owners()]
    with torch.no_grad():
        for norm in norms:
            # None: the mean over the steps of a loop, which is normalized step by step.
            norm.momentum = None  # type: ignore[assignment]
            norm.weight.fill_(
                genotype.neuron.threshold
            )  # a current's deviation is the threshold: one neuron in six fires
        model.train()
        model(_random_inputs(genotype, seed))
    model.eval()
    silence_dead_channels(model)
    choose_membrane_exps(model)
    record = TrainingRecord(seed=seed, settings={"weights": "random, not trained"})
    return export_document(model, record), export_tensors(model)


def _random_inputs(genotype: Genotype, seed: int) -> Tensor:
    rng = np.random.default_rng(seed)
    spec = genotype.input
    if spec.encoding == "spikes":
        return torch.from_numpy((rng.random((SAMPLES, genotype.timesteps, *spec.shape)) < SPIKE_RATE).astype(np.int32))
    return torch.from_numpy(rng.integers(spec.minimum, spec.maximum + 1, (SAMPLES, *spec.shape)).astype(np.int32))
