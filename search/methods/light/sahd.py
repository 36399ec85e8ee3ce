"""SAHD, the sparsity-aware Hamming distance score of SNASNet and LightSNN: how differently a batch makes an untrained network fire.

For the spikes X (B, N) of a layer of N neurons at one time step, with r_i the firing rate of sample i, d_ij the Hamming distance
of samples i and j and E_ij the distance to be expected at their rates:

    E_ij = N (r_i (1 - r_j) + (1 - r_i) r_j)          K_ij = N - 0.5 d_ij / (E_ij + 0.001)

The score is log |det K| of the mean K over all layers and steps, as the released programs compute it: every layer's distances
weigh the same, however wide it is. Higher is better; where K is singular (two samples that no neuron tells apart) it is -inf.
"""

from __future__ import annotations

import torch
from torch import Tensor

FLOOR = 1e-3
EXACT_COUNTS = 2**24
"""Whole numbers up to here are exact in float32, in which spikes are counted; a layer has fewer neurons."""


class SahdSum:
    """The sum of K over layers and steps, for several candidate networks at once.

    Leading axes are 1 where all candidates have spiked alike so far, or the number of candidates.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.kernels: Tensor | float = 0.0
        self.distances: Tensor | float = 0.0
        self.calls: Tensor | float = 0.0

    def add(self, spikes: Tensor, times: Tensor | float = 1.0) -> None:
        """Spikes 0 or 1, (K or 1, B, ...), of a layer at one step that stands `times` times in the network: a number, or (K,)."""
        x = spikes.flatten(2)
        assert x.shape[2] < EXACT_COUNTS
        common = (x @ x.mT).double()
        ones = common.diagonal(dim1=1, dim2=2)
        distance = ones[:, :, None] + ones[:, None, :] - 2 * common
        self._add(kernel(ones / x.shape[2], distance, x.shape[2]), distance, times)

    def add_silent(self, neurons: int, times: Tensor | float) -> None:
        """A layer of `neurons` that no input reaches: no distances, K_ij = N."""
        none = torch.zeros((1, 1, 1), dtype=torch.float64, device=self.device)
        self._add(none + neurons, none, times)

    def score(self) -> Tensor:
        """float64 (K,), or (1,) where nothing told the candidates apart."""
        assert isinstance(self.kernels, Tensor)
        assert isinstance(self.distances, Tensor)
        return log_determinant(self.kernels / _per_candidate(self.calls), self.distances)

    def _add(self, kernels: Tensor, distance: Tensor, times: Tensor | float) -> None:
        if isinstance(times, Tensor):
            times = times.to(self.device)
        weight = _per_candidate(times)
        self.kernels = self.kernels + kernels * weight
        self.distances = self.distances + distance * weight
        self.calls = self.calls + times


def kernel(rates: Tensor, distance: Tensor, neurons: int) -> Tensor:
    """K (.., B, B) of one layer at one step, from rates (.., B) and Hamming distances (.., B, B), in float64."""
    mine, others = rates[..., :, None], rates[..., None, :]
    expected = neurons * (mine * (1 - others) + (1 - mine) * others)
    similarity: Tensor = neurons - 0.5 * distance / (expected + FLOOR)
    return similarity


def log_determinant(kernels: Tensor, distances: Tensor) -> Tensor:
    """log |det K| of (K, B, B) in float64; -inf where K is singular.

    Parameters
    ----------
    distances : (K, B, B), the Hamming distances over all layers and steps: where two samples have none, two rows of K are equal
    """
    size = kernels.shape[1]
    apart = distances + torch.eye(size, dtype=distances.dtype, device=distances.device)
    alike = (apart.broadcast_to(kernels.shape) <= 0).flatten(1).any(1)
    values = torch.linalg.eigvalsh(kernels).abs()
    limit = size * torch.finfo(torch.float64).eps * values.amax(1)
    logarithm: Tensor = torch.linalg.slogdet(kernels)[1]
    return logarithm.masked_fill(alike | (values.amin(1) <= limit), -torch.inf)


def _per_candidate(value: Tensor | float) -> Tensor | float:
    return value[:, None, None] if isinstance(value, Tensor) else value
