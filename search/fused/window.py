"""What Dspike's way back needs of tanh: of the neurons inside its window, where alone its slope is not 0."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from litesnn.kernels.neurons import ROOM
from litesnn.search.model.surrogate import Surrogate


def tangents(surrogate: Surrogate, count: int, distances: Callable[[float, int], int]) -> Tensor | None:
    """tanh of the distances of `count` neurons and steps at most; None where the surrogate is another one.

    `distances` takes the surrogate's width and an address, writes those inside, and returns how many.
    """
    if surrogate.shape != "dspike":
        return None
    found = torch.empty(count + ROOM)
    found[: distances(surrogate.width, found.data_ptr())].tanh_()
    return found
