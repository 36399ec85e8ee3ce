"""Where the released AutoSNN code keeps its tensors.

Names: `conv_stem.0.weight`, `conv_stem.1.*`; `layers.3.conv1.weight`, `.bn1.*`, `.conv2`, `.bn2`, `.downsample.0`, `.1` (a
residual that changes width), or `.conv`, `.bn` (a skip that does); `fc.1.weight`; `w` of every PLIF neuron, tau = 1 / sigmoid(w).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import Genotype
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.published.weights import EdgeTensors, PublishedWeights, State

_COUNTERS = {r".*\.num_batches_tracked": "counters of the normalizations"}
_NEURONS = {r"(.*\.)?(spike_neuron\w*|fc\.2)\.w": "time constants of the neurons (all are the genotype's decay)"}


def autosnn_weights(genotype: Genotype, names: Mapping[str, object]) -> PublishedWeights:
    """The layers' tensors, and a readout that averages each class's outputs: exact, with 1-bit weights."""

    def check(state: State) -> None:
        for name, tensor in state.items():
            if name.endswith(".w") and tensor.numel() == 1:
                _check_decay(name, 1 - float(torch.sigmoid(tensor.double())), genotype)

    return PublishedWeights(
        genotype=genotype.model_copy(update={"head": genotype.head.model_copy(update={"bits": 1})}),
        edges=_edges(genotype, names),
        readout=_average_votes,
        readout_shapes={},
        ignored=_NEURONS | _COUNTERS,
        check=check,
    )


def _check_decay(name: str, decay: float, genotype: Genotype) -> None:
    if round(4096 * decay) != genotype.neuron.decay_mantissa:
        tau = 1 / (1 - decay)
        raise GenotypeError(
            f"{name}: found tau {tau:.6g}, a decay of {decay:.6g}; allowed: {genotype.neuron.decay:.6g}, one decay for all "
            f"populations (--decay {decay:.6g} --threshold {tau:.6g} where all share it; networks that trained a time constant "
            "per layer cannot be taken over)"
        )


def _edges(genotype: Genotype, names: Mapping[str, object]) -> dict[str, EdgeTensors]:
    layers = sorted(
        {int(name.split(".")[1]) for name in names if name.startswith("layers.") and name.endswith(".weight")}
    )
    *blocks, _votes = genotype.cells
    edges = {"stem.edge0": EdgeTensors(weight="conv_stem.0.weight", norm="conv_stem.1")}
    for i, cell in enumerate(blocks):
        prefix = f"layers.{layers[i] if i < len(layers) else '?'}"
        if len(cell.nodes) == 1:
            edges[f"cell{i}.node0.edge0"] = EdgeTensors(f"{prefix}.conv.weight", f"{prefix}.bn")
            continue
        for j in (0, 1):
            edges[f"cell{i}.node{j}.edge0"] = EdgeTensors(f"{prefix}.conv{j + 1}.weight", f"{prefix}.bn{j + 1}")
        if any(edge.op == "conv1x1" for edge in cell.nodes[1].inputs):
            edges[f"cell{i}.node1.edge1"] = EdgeTensors(f"{prefix}.downsample.0.weight", f"{prefix}.downsample.1")
    edges[f"cell{len(blocks)}.node0.edge0"] = EdgeTensors("fc.1.weight")
    return edges


def _average_votes(model: SpikingModel, state: State) -> tuple[str, ...]:
    readout = model.readout
    classes, outputs = readout.plan.weight_shape
    votes = outputs // classes
    mask = torch.eye(classes).repeat_interleave(votes, dim=1)
    readout.load(mask / votes, mask.to(torch.uint8))
    readout.step.fill_(2 / votes)
    return (f"exact: the average of {votes} outputs per class is a readout of equal weights",)
