"""What an edge reads: its sources side by side, after the maximum where it has one, some steps later where it is feedback.

Signals are (T, N, C, H, W).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from litesnn.compiler.genotype import EdgePlan
from litesnn.search.model.axes import fold_time, unfold_time


def side_by_side(plan: EdgePlan, parts: Sequence[Tensor]) -> Tensor:
    """The sources' spikes as one map, each after the edge's maximum where it has one."""
    maps = [spike_maximum(plan, part) for part in parts]
    return maps[0] if len(maps) == 1 else torch.cat(maps, dim=2)


def spike_maximum(plan: EdgePlan, part: Tensor) -> Tensor:
    """The maximum over the edge's window, or the spikes as they are where it has none."""
    if plan.max_window is None:
        return part
    return unfold_time(F.max_pool2d(fold_time(part), *plan.max_window), part)


def window_counts(plan: EdgePlan, part: Tensor) -> Tensor:
    """Spikes under each position of the edge's maximum."""
    assert plan.max_window is not None
    return unfold_time(F.avg_pool2d(fold_time(part), *plan.max_window, divisor_override=1), part)


def delayed(signal: Tensor, distance: int) -> Tensor:
    """The signal `distance` steps later; nothing arrives in the first steps of a sample."""
    if distance == 0:
        return signal
    return torch.cat([torch.zeros_like(signal[:distance]), signal[:-distance]])


def max_population(plan: EdgePlan, index: int) -> str:
    """Name of the maximum of an edge's source: `<edge>.max`, or `<edge>.max<i>` where the edge reads several."""
    return f"{plan.name}.max" if len(plan.sources) == 1 else f"{plan.name}.max{index}"
