"""Batch normalization of one time step after the other, for loops.

A loop cannot know the statistics of all its steps before it walks them. With those of each step alone, training would see every
step centred, and evaluation, which has one mean and variance for all, another network. So the statistics of the step are corrected
to the running ones, as batch renormalization does (Ioffe, "Batch Renormalization", 2017): gradients are those of the step's
statistics, values those of evaluation. The correction grows from nothing while the running statistics settle.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from litesnn.search.model.axes import per_channel

SETTLING = 50
"""Batches until the correction is whole."""
_AXES = (0, 1, 3, 4)


def step_norm(norm: nn.BatchNorm2d, current: Tensor, steps: int) -> Tensor:
    """Normalize the current of one step (1, N, C, H, W) in training; the running statistics become those of all `steps` together."""
    mean, var = current.mean(_AXES), current.var(_AXES, unbiased=False)
    with torch.no_grad():
        _track(norm, mean, var, steps)
        assert norm.running_mean is not None
        assert norm.running_var is not None
        assert norm.num_batches_tracked is not None
        trust = torch.clamp(norm.num_batches_tracked / (SETTLING * steps), max=1)
        spread = torch.sqrt(norm.running_var + norm.eps)
        stretch = 1 + trust * (torch.sqrt(var + norm.eps) / spread - 1)
        shift = trust * (mean - norm.running_mean) / spread
    normal = (current - per_channel(mean)) / per_channel(torch.sqrt(var + norm.eps))
    corrected = normal * per_channel(stretch) + per_channel(shift)
    return corrected * per_channel(norm.weight) + per_channel(norm.bias)


def _track(norm: nn.BatchNorm2d, mean: Tensor, var: Tensor, steps: int) -> None:
    """Move the running statistics; the variance includes how far the means of the steps lie apart."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    assert norm.num_batches_tracked is not None
    norm.num_batches_tracked += 1
    share = 1 / norm.num_batches_tracked if norm.momentum is None else norm.momentum / steps
    drift = mean - norm.running_mean
    norm.running_mean += share * drift
    norm.running_var += share * (var + (1 - share) * drift**2 - norm.running_var)
