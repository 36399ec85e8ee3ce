"""Depthwise windows of one weight per channel: pooling, skips and shortcuts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from litesnn.compiler.graph import Pool, per_axis
from litesnn.runtime.exact.tensors.layout import Shape


class DepthwisePool:
    """Strided copies for single pixels, a depthwise convolution for windows."""

    name = "pooling"

    def __init__(
        self,
        geometry: Pool,
        weights: npt.NDArray[np.int64],
        out_shape: Shape,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        self.geometry, self.out_shape = geometry, out_shape
        self.sources = torch.as_tensor(geometry.sources, device=device)
        self.targets = torch.as_tensor(geometry.targets, device=device)
        self.weights = torch.as_tensor(weights, dtype=dtype, device=device)[:, None, None]
        self.single = geometry.kernel == (1, 1) and per_axis(geometry.padding) == (0, 0)
        identity = np.arange(out_shape[0])
        self.in_place = np.array_equal(geometry.targets, identity)
        self.whole = self.in_place and np.array_equal(geometry.sources, identity)
        self.plain = bool((weights == 1).all())

    def promising(self, words: Tensor) -> bool:
        """See `Kernel.promising`."""
        return True

    def __call__(self, words: Tensor) -> Tensor:
        """See `Kernel.__call__`."""
        values = words if self.whole and words.shape[1] == self.out_shape[0] else words.index_select(1, self.sources)
        windows = self._windows(values)
        if self.in_place:
            return windows
        sums = words.new_zeros((len(words), *self.out_shape))
        return sums.index_add_(1, self.targets, windows)

    def _windows(self, values: Tensor) -> Tensor:
        geometry = self.geometry
        if self.single:
            down, across = per_axis(geometry.stride)
            pixels = values[:, :, ::down, ::across]
            pixels = pixels[:, :, : self.out_shape[1], : self.out_shape[2]]
            return pixels.clone() if self.plain else pixels * self.weights
        taps = self.weights[..., None].expand(-1, 1, *geometry.kernel).contiguous()
        return functional.conv2d(values, taps, None, geometry.stride, geometry.padding, groups=len(taps))
