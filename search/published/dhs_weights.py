"""Where the released LitE-SNN and SpikeDHS retraining code keeps its tensors, and how their normalized classifier is folded.

Names: `feature.stem0.snn_optimal.conv1.weight`, `feature.cells.2._ops.5.conv1.weight` (edges of a cell in the order of their
numbers), `.bn.*` beside them, `classifier.fc1.weight`, `classifier.bn.*`; LitE-SNN has `popup_scores` beside every weight.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch

from litesnn.compiler.genotype import Genotype
from litesnn.search.model.edges import Edge
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.published.weights import EdgeTensors, PublishedWeights, State, fill_weight
from litesnn.search.quantizer import natural_step, quantize

FOLDED_BITS = 8
_CLASSIFIER_NORM = ("weight", "bias", "running_mean", "running_var")
_NORM_EPS = 1e-5
_COUNTERS = {r".*\.num_batches_tracked": "counters of the normalizations"}
_AUXILIARY = {r"feature\.auxiliary_head\..*": "the auxiliary head, used in training alone"}
_SURROGATES = {
    r"feature\.stem0\.(alpha_diffb|snn_\d+\..*)": "copies of the stem for the search of surrogate gradients",
}


def litesnn_weights(genotype: Genotype, names: Mapping[str, object]) -> PublishedWeights:
    """LitE-SNN: pruned by scores; convolutions without bias, and a classifier whose bias its code never adds."""
    head = genotype.head.model_copy(update={"bits": FOLDED_BITS, "bias": True})
    unused = {r"classifier\.fc1\.bias": "the classifier's bias, which the released code does not add"}

    def fill_readout(model: SpikingModel, state: State) -> tuple[str, ...]:
        published_bits = genotype.head.bits
        return _fold_classifier(model, state, published_bits, state["classifier.fc1.popup_scores"], with_bias=False)

    return PublishedWeights(
        genotype=genotype.model_copy(update={"head": head}),
        edges=_edges(genotype, scores=True, bias=False),
        readout=fill_readout,
        readout_shapes=_classifier_shapes(genotype, "fc1.popup_scores"),
        ignored=_AUXILIARY | unused | _COUNTERS,
    )


def spikedhs_weights(genotype: Genotype, names: Mapping[str, object]) -> PublishedWeights:
    """SpikeDHS: floating-point weights, convolutions with bias."""

    def fill_readout(model: SpikingModel, state: State) -> tuple[str, ...]:
        return _fold_classifier(model, state, None, None, with_bias=True)

    head = genotype.head.model_copy(update={"bits": FOLDED_BITS, "bias": True, "keep": 1.0})
    shapes = _classifier_shapes(genotype) | {"classifier.fc1.bias": (genotype.head.classes,)}
    return PublishedWeights(
        genotype=genotype.model_copy(update={"head": head}),
        edges=_edges(genotype, scores=False, bias=True),
        readout=fill_readout,
        readout_shapes=shapes,
        ignored=_AUXILIARY | _SURROGATES | _COUNTERS,
    )


def _edges(genotype: Genotype, *, scores: bool, bias: bool) -> dict[str, EdgeTensors]:
    prefixes = {"stem.edge0": "feature.stem0.snn_optimal"}
    for i, cell in enumerate(genotype.cells):
        number = 0
        for j, node in enumerate(cell.nodes):
            for e, edge in enumerate(node.inputs):
                if edge.op != "skip":
                    prefixes[f"cell{i}.node{j}.edge{e}"] = f"feature.cells.{i}._ops.{number}"
                number += 1
    return {
        name: EdgeTensors(
            weight=f"{prefix}.conv1.weight",
            norm=f"{prefix}.bn",
            bias=f"{prefix}.conv1.bias" if bias else None,
            scores=f"{prefix}.conv1.popup_scores" if scores else None,
        )
        for name, prefix in prefixes.items()
    }


def _classifier_shapes(genotype: Genotype, *further: str) -> dict[str, tuple[int, ...]]:
    last = genotype.cells[-1]
    classes = genotype.head.classes
    shapes: dict[str, tuple[int, ...]] = {
        f"classifier.{name}": (classes, last.channels * len(last.nodes)) for name in ("fc1.weight", *further)
    }
    return shapes | {f"classifier.bn.{part}": (classes,) for part in _CLASSIFIER_NORM}


def _fold_classifier(
    model: SpikingModel, state: State, bits: int | None, scores: torch.Tensor | None, *, with_bias: bool
) -> tuple[str, ...]:
    """One gain per class goes into the weights, which are quantized again to 8 bits, and the offset into the bias."""
    readout = model.readout
    weight, mask = _classifier_weight(readout, state, bits, scores)
    gain_weight, offset, mean, variance = (state[f"classifier.bn.{part}"].double() for part in _CLASSIFIER_NORM)
    gain = gain_weight / torch.sqrt(variance + _NORM_EPS)
    folded = (weight * gain[:, None]).float()
    readout.load(folded, mask.to(torch.uint8))
    largest = float(folded.abs().max())
    step = 2 * max(largest, 1e-12) / (2**FOLDED_BITS - 1)
    readout.step.fill_(step)
    bias = state["classifier.fc1.bias"].double() if with_bias else torch.zeros_like(mean)
    assert model.readout_bias is not None
    model.readout_bias.copy_(offset + (bias - mean) * gain)
    error = float(((readout.codes() * readout.code_value() - folded.double() * mask).abs()).max())
    return (
        f"bounded: the classifier's normalization is folded into {FOLDED_BITS}-bit weights, each at most {error:.2g} off, "
        f"{error / max(largest, 1e-12):.2%} of the largest",
    )


def _classifier_weight(
    readout: Edge, state: State, bits: int | None, scores: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """The weights the published classifier multiplies with, float64, and its mask."""
    weight = state["classifier.fc1.weight"].double()
    if bits is None:
        return weight, torch.ones_like(weight)
    fill_weight(readout, weight, scores)
    return quantize(weight, natural_step(weight.float(), bits), bits), readout.mask.double()
