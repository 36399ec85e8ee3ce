"""How maps lie in memory: channels last, the layout in which CPU convolutions need no reordering.

All tensors of maps are (.., C, H, W) by their indices and (.., H, W, C) in memory.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Shape = tuple[int, int, int]


def maps(steps: int, lanes: int, shape: Shape, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Room for maps (steps, lanes, C, H, W), not yet filled."""
    channels, height, width = shape
    return torch.empty((steps, lanes, height, width, channels), dtype=dtype, device=device).permute(0, 1, 4, 2, 3)


def laid_out(values: Tensor) -> Tensor:
    """The same maps (steps, lanes, C, H, W), channels last in memory."""
    return values.permute(0, 1, 3, 4, 2).contiguous().permute(0, 1, 4, 2, 3)


def per_neuron(values: npt.NDArray[np.int64], shape: Shape, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Values per channel (C,) spread over the map (1, C, H, W)."""
    spread = torch.as_tensor(values, dtype=dtype, device=device).expand(1, shape[1], shape[2], shape[0])
    return spread.contiguous().permute(0, 3, 1, 2)
