"""Scoring candidates on batches of the training set: the mean SAHD over some random batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from litesnn.search.data import Dataset
from litesnn.search.methods.light.mixture import Mixture
from litesnn.search.methods.light.network import CandidateNetwork, Skeleton
from litesnn.search.methods.light.settings import CellSearchSettings
from litesnn.search.training.samples import Samples, quantized, stratified_split

ELEMENTS_AT_ONCE = 2**21
"""Numbers in the largest tensor of a pass, where the user does not say how many candidates are computed together: what fits a CPU's
caches is computed fastest there."""


class Scorer:
    """Scores candidates on batches drawn by seed.

    Parameters
    ----------
    inputs : integers (N, C, H, W), or spikes (N, T, C, H, W), as the network takes them
    """

    def __init__(self, inputs: Tensor, scale: float, settings: CellSearchSettings, device: torch.device) -> None:
        self.inputs, self.scale, self.settings, self.device = inputs, scale, settings, device
        self.skeleton = skeleton_of(settings, inputs)

    def network(self, *seeds: int) -> CandidateNetwork:
        """Random weights for these seeds."""
        seed = int(np.random.SeedSequence((self.settings.seed, 0, *seeds)).generate_state(1)[0])
        return CandidateNetwork(self.skeleton, self.settings.operations, self.settings.norm, seed).to(self.device)

    def stems(self, network: CandidateNetwork, *seeds: int) -> list[list[Tensor]]:
        """Stem currents of each repeat's batch."""
        return [network.stem_currents(batch) for batch in self.batches(*seeds)]

    def batches(self, *seeds: int) -> list[Tensor]:
        """The batch of each repeat, in real units; the same seeds draw the same."""
        rng = np.random.default_rng((self.settings.seed, 1, *seeds))
        size = min(self.settings.batch_size, len(self.inputs))
        chosen = (torch.from_numpy(rng.permutation(len(self.inputs))[:size]) for _ in range(self.settings.repeats))
        return [self.inputs[rows].to(self.device).float() * self.scale for rows in chosen]

    def scores(self, network: CandidateNetwork, stems: list[list[Tensor]], live: Tensor) -> list[float]:
        """Mean scores of K candidates that share their weights; `live` is (K, 12, operations)."""
        mixture = Mixture(self.settings.operations, live, self.device)
        mean: Tensor = torch.stack([network.scores(stem, mixture) for stem in stems]).mean(0)
        return [float(score) for score in mean]

    def chunks(self, removals: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
        """Candidates in the parts that are computed together."""
        height, width = self.skeleton.map_size(self.settings.stem_pool)
        largest = 3 * self.skeleton.channels * height * width * min(self.settings.batch_size, len(self.inputs))
        size = self.settings.at_once or max(1, ELEMENTS_AT_ONCE // largest)
        for first in range(0, len(removals), size):
            yield removals[first : first + size]


def skeleton_of(settings: CellSearchSettings, inputs: Tensor) -> Skeleton:
    """The network's sizes for such inputs; frames of events decide the number of steps."""
    channels, height, width = inputs.shape[-3:]
    return Skeleton(
        input_shape=(channels, height, width),
        channels=settings.channels,
        timesteps=inputs.shape[1] if inputs.ndim == 5 else settings.timesteps,
        stem_pool=settings.stem_pool,
        last_pool=settings.last_pool,
        pool=settings.pool,
        hidden=settings.hidden,
    )


def training_samples(data: Dataset, settings: CellSearchSettings) -> Samples:
    """The training set as the network takes it, or `settings.samples` of it."""
    samples = quantized(data.input_spec, data.x_train, data.y_train)
    if 0 < settings.samples < len(samples.y):
        _, samples = stratified_split(samples, settings.samples, settings.seed, data.name)
    return samples
