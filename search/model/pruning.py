"""Pruning by importance scores: one trained score per weight, the largest kept, masks recomputed at every forward pass.

Source: the sub-network selection of LitE-SNN, which is that of Hydra and "hidden networks" (docs/sources.md).
"""

from __future__ import annotations

from math import sqrt

import torch
from torch import Tensor

from litesnn.search.quantizer.straight_through import straight_through


def initial_scores(weight: Tensor) -> Tensor:
    """Scores `sqrt(6 / fan_in) * W / max|W|`, so that the first mask is magnitude pruning; shape of `weight`."""
    fan_in = weight.numel() // weight.shape[0]
    largest = weight.detach().abs().max().clamp_min(torch.finfo(weight.dtype).tiny)
    return sqrt(6 / fan_in) * weight.detach() / largest


def scores_of_mask(weight: Tensor, mask: Tensor) -> Tensor:
    """Scores that reproduce a given mask: magnitude scores, those of pruned weights scaled below every kept one."""
    scores = initial_scores(weight)
    kept = mask.bool()
    if bool(kept.all()) or not bool(kept.any()):
        return scores
    floor = scores.abs().max() * 1e-3
    scores = torch.where(kept & (scores.abs() < floor), torch.where(scores < 0, -floor, floor), scores)
    largest_pruned = scores[~kept].abs().max().clamp_min(torch.finfo(weight.dtype).tiny)
    shrink = 0.5 * scores[kept].abs().min() / largest_pruned
    return torch.where(kept, scores, scores * shrink.clamp_max(1.0))


def pruned_count(numel: int, keep: float) -> int:
    """How many weights of a tensor are pruned: int((1 - keep) * numel)."""
    return int((1 - keep) * numel)


def top_mask(scores: Tensor, keep: float) -> Tensor:
    """Mask of 0 (the `pruned_count` smallest |scores|; ties: lowest index) and 1, in the type of `scores`.

    The gradient passes straight to |scores|, thus `sign(scores) * gradient` to the scores; there is none where nothing is pruned.
    """
    if pruned_count(scores.numel(), keep) == 0:
        return torch.ones_like(scores)
    magnitude = scores.abs()
    with torch.no_grad():
        mask = largest(magnitude.flatten(), keep).to(scores.dtype)
    return straight_through(magnitude, mask.reshape(scores.shape))


def largest(magnitude: Tensor, keep: float) -> Tensor:
    """Where the largest values of each row (..., n) stand, as bool: all but the `pruned_count` smallest (ties: lowest index).

    What a stable sort would prune, found by the largest of the pruned values alone; NaN counts as larger than any number.
    """
    size = magnitude.shape[-1]
    pruned = pruned_count(size, keep)
    if pruned == 0:
        return torch.ones_like(magnitude, dtype=torch.bool)
    cut = magnitude.kthvalue(pruned, dim=-1, keepdim=True).values
    kept = torch.logical_not(magnitude <= cut)
    wanting = size - pruned - kept.sum(-1, keepdim=True)
    if bool(wanting.any()):
        tied = magnitude == cut
        from_behind = tied.flip(-1).cumsum(-1).flip(-1)
        kept |= tied & (from_behind <= wanting)
    return kept
