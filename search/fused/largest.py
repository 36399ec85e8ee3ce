"""Masks of the largest scores, by the kernels where they are of float32 on a CPU: `litesnn.search.model.pruning.largest`."""

from __future__ import annotations

import torch
from torch import Tensor

from litesnn.kernels import library
from litesnn.search.fused.parts import for_each
from litesnn.search.model.pruning import largest as plain_largest
from litesnn.search.model.pruning import pruned_count


def largest(score: Tensor, keep: float) -> Tensor:
    """Where the scores (K, n) of the largest magnitudes of each row stand, as bool: all but the `pruned_count` smallest (ties: lowest index)."""
    kernels = library() if score.device.type == "cpu" and score.dtype == torch.float32 else None
    rows, size = score.shape
    pruned = pruned_count(size, keep)
    if kernels is None or pruned == 0:
        return plain_largest(score.abs(), keep)
    selection, values = kernels.selection, score.detach().contiguous()
    kept = torch.empty_like(values, dtype=torch.bool)

    def compute(row: int) -> None:
        selection.largest(values.data_ptr(), row, size, pruned, kept.data_ptr())

    for_each(compute, range(rows))
    return kept
