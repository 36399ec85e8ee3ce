"""Channels whose current never changes: pruned away, or fed by silent neurons.

Their running variance falls to nothing and `weight / sqrt(running_var + eps)` blows up a signal that is not there: the unit of
the accumulator becomes coarser than the threshold, so rounding alone could decide whether they fire. A gain of 0 says the
same in floating point (the normalized current is the bias) and leaves threshold and bias at full resolution on the chip.
"""

from __future__ import annotations

import torch
from torch import nn

from litesnn.search.model.spiking_model import SpikingModel

DEAD_FRACTION = 0.01
"""A channel is dead where its running variance is below this fraction of the normalization's eps."""


def silence_dead_channels(model: SpikingModel) -> int:
    """Set the gain of every dead channel to 0; returns how many there were."""
    count = 0
    with torch.no_grad():
        for node in model.node_list():
            for owner in node.norm_owners():
                count += _silence(node.norm(owner))
    return count


def _silence(norm: nn.BatchNorm2d) -> int:
    assert norm.running_var is not None
    dead = (norm.running_var < DEAD_FRACTION * norm.eps) & (norm.weight != 0)
    norm.weight[dead] = 0
    return int(dead.sum())
