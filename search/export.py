"""From a model to a genotype: the document with its steps and membrane exponents, and the tensors beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from litesnn.compiler.genotype import Genotype, TrainingRecord
from litesnn.compiler.genotype.topology import NORM_TENSORS
from litesnn.search.model import SpikingModel


def export_document(model: SpikingModel, record: TrainingRecord | None = None) -> Genotype:
    """The model's genotype with every `step` and `membrane_exp` as the model holds them, and a training record."""
    genotype = model.genotype
    steps = {edge.plan.name: float(edge.step) for edge in model.edge_list()}
    exps = {node.plan.name: int(node.membrane_exp) for node in model.node_list()}
    updates: dict[str, Any] = {"training": record, "weights": None}
    if genotype.stem is not None:
        updates["stem"] = genotype.stem.model_copy(update={"step": steps["stem.edge0"], "membrane_exp": exps["stem"]})
    cells = []
    for i, cell in enumerate(genotype.cells):
        nodes = []
        for j, node in enumerate(cell.nodes):
            name = f"cell{i}.node{j}"
            inputs = tuple(
                edge.model_copy(update={"step": steps[f"{name}.edge{e}"]}) for e, edge in enumerate(node.inputs)
            )
            nodes.append(node.model_copy(update={"inputs": inputs, "membrane_exp": exps[name]}))
        cells.append(cell.model_copy(update={"nodes": tuple(nodes)}))
    updates["cells"] = tuple(cells)
    head: dict[str, Any] = {"step": steps["readout.edge0"]}
    if model.topology.pool is not None:
        head["membrane_exp"] = int(model.pool_exp)
    updates["head"] = genotype.head.model_copy(update=head)
    return genotype.model_copy(update=updates)


def export_tensors(model: SpikingModel) -> dict[str, npt.NDArray[np.generic]]:
    """The tensors of the genotype: weights before quantization, masks in use, normalization, readout bias."""
    tensors: dict[str, npt.NDArray[np.generic]] = {}
    for edge in model.edge_list():
        if edge.plan.weighted:
            tensors[f"{edge.plan.name}.weight"] = _numpy(edge.weight)
            tensors[f"{edge.plan.name}.mask"] = _numpy(edge.mask)
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
