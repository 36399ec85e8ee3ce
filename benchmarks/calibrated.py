"""Random networks that spike as trained ones do.

With random weights and arbitrary normalization, half of all neurons would fire at every step. Here the statistics of every
normalization are set from what arrives at it, layer after layer, as training does, with variance 1 and a mean at which the wanted
share of currents lets a resting neuron spike in the end. LitE-SNN's published operation counts imply rates of 12 to 15 % per step
(docs/sources.md).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from litesnn.compiler.genotype import LoadedGenotype
from litesnn.search.model.spiking_model import SpikingModel

SMALLEST_VARIANCE = 1e-3  # of channels that always get the same current


def calibrated(loaded: LoadedGenotype, share: float = 0.16, samples: int = 4, seed: int = 0) -> LoadedGenotype:
    """The genotype with normalization statistics from random inputs; weights and masks stay as they are.

    `share` : of currents that make a resting neuron spike; resets keep the rate of spikes somewhat below it.
    """
    model = SpikingModel.from_genotype(loaded)
    neuron = loaded.spec.neuron
    # A constant current c lifts the membrane to c / (1 - decay).
    enough = neuron.threshold * (1 - neuron.decay)

    def take_statistics(norm: nn.Module, arguments: tuple[Any, ...]) -> None:
        (current,) = arguments
        variance, mean = torch.var_mean(current, dim=(0, 2, 3))
        deviation = variance.clamp(min=SMALLEST_VARIANCE).sqrt()
        whitened = (current - mean[:, None, None]) / deviation[:, None, None]
        reached = whitened.flatten().sort().values[int((1 - share) * whitened.numel())]
        norm.get_buffer("running_mean").copy_(mean + deviation * (reached - enough))
        norm.get_buffer("running_var").copy_(deviation**2)

    for node in model.node_list():
        for norm in node.norms.values():
            norm.register_forward_pre_hook(take_statistics)
    spec = loaded.spec.input
    values = np.random.default_rng(seed).integers(spec.minimum, spec.maximum + 1, (samples, *spec.shape))
    with torch.no_grad():
        model.run(torch.from_numpy(values.astype(np.int32)))
    tensors = dict(loaded.trained)
    for node in model.node_list():
        for owner in node.norm_owners():
            norm = node.norm(owner)
            for part in ("running_mean", "running_var"):
                tensors[f"{owner}.norm.{part}"] = getattr(norm, part).numpy().copy()
    return LoadedGenotype(loaded.spec, loaded.topology, tensors, b"")
