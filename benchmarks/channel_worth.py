"""What each channel of a trained network is worth by itself: the loss without it, and how often it spikes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.stats import spearmanr

from litesnn.compiler.genotype import LoadedGenotype
from litesnn.search.methods.structured import channel_groups
from litesnn.search.methods.structured.criteria import Scores
from litesnn.search.methods.structured.select import Kept, group_scores
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.training.auxiliary import Trainee
from litesnn.search.training.loop import evaluate
from litesnn.search.training.samples import Samples

SILENT = -1e3
"""Offset of a normalization with gain 0: its channel never reaches the threshold."""


def fast(model: SpikingModel) -> SpikingModel:
    """The model with the kernels of a training."""
    return Trainee(model, 0.0, 0).model


def silenced(loaded: LoadedGenotype, kept: Mapping[str, npt.NDArray[np.int64]]) -> SpikingModel:
    """The whole network whose other channels never spike."""
    model = SpikingModel.from_genotype(loaded)
    with torch.no_grad():
        for node in model.node_list():
            gone = np.setdiff1d(np.arange(node.plan.shape[0]), kept[node.plan.name])
            for owner in node.norm_owners():
                node.norm(owner).weight[gone], node.norm(owner).bias[gone] = 0.0, SILENT
    return fast(model)


def spike_rates(loaded: LoadedGenotype, inputs: npt.NDArray[np.generic]) -> dict[str, Scores]:
    """Spikes per neuron and step of every channel, as `channel_scores` has scores."""
    found: dict[str, Scores] = {}

    def record(name: str, spikes: torch.Tensor, membranes: torch.Tensor) -> None:
        rates = spikes.mean((0, 1, 3, 4)).double().numpy()
        found[name] = np.stack([rates, np.zeros_like(rates)], axis=1)

    with torch.no_grad():
        SpikingModel.from_genotype(loaded).eval().propagate(torch.from_numpy(inputs.astype(np.int32)), record)
    return found


def measured_worth(loaded: LoadedGenotype, samples: Samples, scores: Mapping[str, dict[str, Scores]]) -> dict[str, Any]:
    """Loss on samples, and for every group what it rises by without each set of its channels, beside scores by criterion."""
    everything: Kept = {node.name: np.arange(node.shape[0]) for node in loaded.topology.nodes}
    whole = evaluate(silenced(loaded, everything), samples, "float")[1]
    rows = []
    for group in channel_groups(loaded.topology):
        worth = []
        for members in group.sets:
            kept = dict(everything)
            for name, index in members:
                kept[name] = np.setdiff1d(kept[name], [index])
            worth.append(evaluate(silenced(loaded, kept), samples, "float")[1] - whole)
        ranked = {name: group_scores(group, each)[:, 0] for name, each in scores.items()}
        rows.append({"group": group.name, "worth": worth, "scores": {n: s.tolist() for n, s in ranked.items()}})
        print(f"{group.name:>14}: " + ", ".join(_told(ranked, worth)), flush=True)
    return {"loss": whole, "groups": rows}


def worth_scores(loaded: LoadedGenotype, found: Mapping[str, Any]) -> dict[str, Scores]:
    """What `measured_worth` found as scores: a set's worth for each of its members."""
    scores = {node.name: np.zeros((node.shape[0], 2)) for node in loaded.topology.nodes}
    for group, row in zip(channel_groups(loaded.topology), found["groups"], strict=True):
        for members, worth in zip(group.sets, row["worth"], strict=True):
            for name, index in members:
                scores[name][index, 0] = worth
    return scores


def _told(ranked: Mapping[str, npt.NDArray[np.float64]], worth: list[float]) -> Iterator[str]:
    for name, each in ranked.items():
        yield f"{name} {spearmanr(each, worth).statistic:.2f}"
    svs = ranked["svs"]
    yield f"svs {svs.min():.2f} to {svs.max():.2f}, {len(np.unique(svs))} of {len(svs)} distinct"
    yield f"svs with spikes {spearmanr(svs, ranked['spikes']).statistic:.2f}"
