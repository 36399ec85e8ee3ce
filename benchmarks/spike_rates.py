"""Random networks that spike as trained ones do: normalization fitted to random inputs."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch

from litesnn.compiler.genotype import LoadedGenotype, load_genotype, save_genotype
from litesnn.samples import random_inputs
from litesnn.search.export import export_document, export_tensors
from litesnn.search.membrane_units import choose_membrane_exps
from litesnn.search.model import SpikingModel

# Normalized currents are about N(0, 1); with this gain some 20 % of neurons pass the threshold of 1 in a step, leak included.
GAIN = 0.6


def with_real_rates(loaded: LoadedGenotype, samples: int = 4, seed: int = 0) -> LoadedGenotype:
    """The network with running statistics of its own currents, and a gain at which some 20 % of neurons spike."""
    model = SpikingModel.from_genotype(loaded)
    norms = [norm for node in model.node_list() for norm in node.norms.values()]
    with torch.no_grad():
        for norm in norms:
            norm.weight.fill_(GAIN)
            norm.momentum = 1.0
        model.train()
        model(torch.from_numpy(random_inputs(loaded.spec, samples, seed).astype(np.int32)))
    model.eval()
    choose_membrane_exps(model)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.json"
        save_genotype(export_document(model), export_tensors(model), path)
        return load_genotype(path)
