"""How much a channel matters: one score for each output channel of every population, the lowest go first.

- `svs` (QP-SNN, Eq. 11 to 13): rank of the spike map averaged over time, (H, W), mean over samples. Where means are equal the
  mean sum of singular values decides.
- `sca` (Li et al., ICML 2024): mean over samples and steps of the L1 norm of the membrane before its reset.
- `l1`: mean magnitude of the quantized weights that feed the channel, pruned ones counted as zero.
- `random`: seeded, the baseline.

Activations are those of the `float` evaluation in eval mode: real-valued membranes that can be compared between channels.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import LoadedGenotype, check_integers
from litesnn.search.methods.structured.settings import Scoring, Threshold
from litesnn.search.model.spiking_model import SpikingModel

Scores = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]

SVS_EPSILON = 1e-6
"""QP-SNN's absolute threshold below which a singular value counts as zero."""


def channel_scores(
    loaded: LoadedGenotype,
    scoring: Scoring,
    inputs: npt.NDArray[np.generic] | None = None,
    progress: Progress | None = None,
) -> dict[str, Scores]:
    """Scores of all channels: population -> (C, 2), the score and what decides between equal ones (0 but for `svs`).

    Parameters
    ----------
    inputs : integers (N, C, H, W) or spikes (N, T, C, H, W), for `svs` and `sca`

    Raises
    ------
    GenotypeError
        Without weights.
    DataError
        Where the method needs samples and there are none, or they do not fit.
    """
    loaded.trained  # noqa: B018 - refuses an untrained genotype
    if scoring.method == "random":
        generator = np.random.default_rng(scoring.seed)
        return {node.name: _untied(generator.random(node.shape[0])) for node in loaded.topology.nodes}
    model = SpikingModel.from_genotype(loaded)
    if scoring.method == "l1":
        return {node.plan.name: _untied(_weight_magnitudes(model, node.plan.name)) for node in model.node_list()}
    if inputs is None or len(inputs) == 0:
        raise DataError(
            f"method '{scoring.method}' scores activations; it needs samples: --dataset NAME or --input X.npy"
        )
    return _activation_scores(model, scoring, check_integers(loaded.spec.input, inputs), progress)


def spike_map_ranks(spikes: Tensor, threshold: Threshold = "absolute") -> tuple[Tensor, Tensor]:
    """Rank of the maps averaged over time and the sum of their singular values, both (N, C) float64, of spikes (T, N, C, H, W).

    Singular values are those of the spike counts, whole numbers, divided by T: averaging rounds nothing.
    """
    steps, height, width = spikes.shape[0], spikes.shape[3], spikes.shape[4]
    values = torch.linalg.svdvals(spikes.sum(0, dtype=torch.float64)) / steps
    floor = torch.full_like(values[..., :1], SVS_EPSILON)
    if threshold == "numerical":
        floor = max(height, width) * torch.finfo(torch.float64).eps * values[..., :1]
    return (values > floor).sum(-1).double(), values.sum(-1)


def membrane_magnitudes(membranes: Tensor) -> Tensor:
    """L1 norm over (H, W), mean over T, of membranes (T, N, C, H, W): (N, C) float64."""
    return membranes.abs().sum((3, 4), dtype=torch.float64).mean(0)


class _Sums:
    """Recorder that adds up, sample by sample, the scores of every node."""

    def __init__(self, names: set[str], scoring: Scoring) -> None:
        self._names = names
        self._scoring = scoring
        self.totals: dict[str, Scores] = {}

    def __call__(self, name: str, spikes: Tensor, membranes: Tensor) -> None:
        if name not in self._names:
            return
        if self._scoring.method == "svs":
            score, tie = spike_map_ranks(spikes, self._scoring.threshold)
        else:
            score = membrane_magnitudes(membranes)
            tie = torch.zeros_like(score)
        batch = torch.stack([score.sum(0), tie.sum(0)], dim=1).numpy()
        self.totals[name] = self.totals.get(name, 0.0) + batch


def _activation_scores(
    model: SpikingModel, scoring: Scoring, inputs: npt.NDArray[np.generic], progress: Progress | None
) -> dict[str, Scores]:
    sums = _Sums({node.plan.name for node in model.node_list()}, scoring)
    for start in range(0, len(inputs), scoring.batch_size):
        with torch.no_grad():
            model.propagate(torch.from_numpy(inputs[start : start + scoring.batch_size].astype(np.int32)), sums)
        if progress is not None:
            progress(min(start + scoring.batch_size, len(inputs)), len(inputs))
    return {name: total / len(inputs) for name, total in sums.totals.items()}


def _weight_magnitudes(model: SpikingModel, name: str) -> Scores:
    """(C,) mean |quantized weight| over all weights that feed a channel."""
    node = next(node for node in model.node_list() if node.plan.name == name)
    total, count = np.zeros(node.plan.shape[0]), 0
    for edge in node.edge_list():
        values = edge.values()
        if values is not None:
            magnitudes = values.detach().abs().flatten(1)
            total += magnitudes.sum(1).numpy()
            count += magnitudes.shape[1]
    return total / max(count, 1)


def _untied(scores: Scores) -> Scores:
    return np.stack([scores, np.zeros_like(scores)], axis=1)
