"""Windows that join channels one by one: pooling, skips and shortcuts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from litesnn.compiler.graph.geometry.by_channel import ByChannel
from litesnn.runtime.exact.tensors.layout import Shape

Ints = npt.NDArray[np.int64]


class ChannelWindows:
    """Strided copies for single pixels, a depthwise convolution for windows."""

    name = "pooling"

    def __init__(
        self, geometry: ByChannel, weights: Ints, out_shape: Shape, dtype: torch.dtype, device: torch.device
    ) -> None:
        self.out_shape = out_shape
        self.sources = torch.as_tensor(geometry.sources, device=device)
        self.targets = torch.as_tensor(geometry.targets, device=device)
        kernels, self.stride, self.padding, self.dilation = zip(*geometry.axes, strict=True)
        taps = np.broadcast_to(weights.reshape(len(weights), *weights.shape[1:] or (1, 1)), (len(weights), *kernels))
        self.taps = torch.as_tensor(np.array(taps), dtype=dtype, device=device)
        self.single = kernels == (1, 1) and self.padding == (0, 0)
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
        if self.single:
            pixels = values[:, :, :: self.stride[0], :: self.stride[1]]
            pixels = pixels[:, :, : self.out_shape[1], : self.out_shape[2]]
            return pixels.clone() if self.plain else pixels * self.taps
        taps = self.taps[:, None]
        return functional.conv2d(values, taps, None, self.stride, self.padding, self.dilation, groups=len(taps))
