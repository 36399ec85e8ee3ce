"""From a model to a genotype: the document with its steps and membrane exponents, and the tensors beside it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from torch import Tensor

from litesnn.compiler.genotype import Genotype, TrainingRecord, with_numbers
from litesnn.compiler.genotype.topology import NORM_TENSORS
from litesnn.search.model.spiking_model import SpikingModel


def export_document(model: SpikingModel, record: TrainingRecord | None = None) -> Genotype:
    """The model's genotype with every `step` and `membrane_exp` as the model holds them, and a training record."""
    steps = {edge.plan.name: None if edge.quantizer.per_channel else float(edge.step) for edge in model.edge_list()}
    exps = {node.plan.name: int(node.membrane_exp) for node in model.node_list()} | {"pool": int(model.pool_exp)}
    filled = with_numbers(model.genotype, steps.__getitem__, exps.__getitem__)
    return filled.model_copy(update={"training": record, "weights": None})


def export_tensors(model: SpikingModel) -> dict[str, npt.NDArray[np.generic]]:
    """The tensors of the genotype: weights before quantization, masks in use, normalization, steps per channel, readout bias."""
    tensors: dict[str, npt.NDArray[np.generic]] = {}
    for edge in model.edge_list():
        if edge.plan.weighted:
            tensors[f"{edge.plan.name}.weight"] = _numpy(edge.weight)
            tensors[f"{edge.plan.name}.mask"] = _numpy(edge.mask)
        if edge.quantizer.per_channel:
            tensors[f"{edge.plan.name}.step"] = _numpy(edge.step)
    for node in model.node_list():
        for owner in node.norm_owners():
            for part in NORM_TENSORS:
                tensors[f"{owner}.norm.{part}"] = _numpy(getattr(node.norm(owner), part))
    if model.readout_bias is not None:
        tensors["readout.bias"] = _numpy(model.readout_bias)
    return tensors


def _numpy(tensor: Tensor) -> npt.NDArray[np.generic]:
    array: npt.NDArray[np.generic] = tensor.detach().cpu().numpy().copy()
    return array
