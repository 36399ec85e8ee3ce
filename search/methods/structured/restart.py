"""QP-SNN's form of inheritance: only the weights below the readout stay; normalization and readout begin anew."""

from __future__ import annotations

import torch

from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.genotype.edit import edited
from litesnn.search.model.export import export_document, export_tensors
from litesnn.search.model.membrane_units import choose_membrane_exps
from litesnn.search.model.spiking_model import SpikingModel


def restarted(loaded: LoadedGenotype, seed: int) -> LoadedGenotype:
    """The genotype with fresh normalization (gain 1, offset 0, statistics 0 and 1) and a fresh readout; it must be fine-tuned."""
    model = SpikingModel.from_genotype(loaded)
    with torch.no_grad():
        for node in model.node_list():
            for owner in node.norm_owners():
                node.norm(owner).reset_parameters()
        head = loaded.spec.head.model_copy(update={"step": None})
        model.readout = SpikingModel(loaded.spec.model_copy(update={"head": head}), seed=seed).readout
        if model.readout_bias is not None:
            model.readout_bias.zero_()
    choose_membrane_exps(model)
    return edited(export_document(model, loaded.spec.training), export_tensors(model))
