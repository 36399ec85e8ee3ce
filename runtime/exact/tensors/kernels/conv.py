"""Convolutions: dense over every pixel, or event-driven over the windows that hold a spike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from litesnn.compiler.graph import Conv2d
from litesnn.runtime.exact.tensors.layout import Shape

Ints = npt.NDArray[np.int64]


class DenseConv:
    """Every pixel by the library's convolution; input channels that no weight reads are left out."""

    name = "convolution"

    def __init__(self, geometry: Conv2d, weights: Ints, dtype: torch.dtype, device: torch.device) -> None:
        self.geometry = geometry
        read = np.flatnonzero(weights.any(axis=(0, 2, 3)))
        self.read = None if len(read) == weights.shape[1] else torch.as_tensor(read, device=device)
        kernel = torch.as_tensor(weights[:, read], dtype=dtype, device=device)
        self.kernel = kernel.contiguous(memory_format=torch.channels_last)

    def promising(self, words: Tensor) -> bool:
        """See `Kernel.promising`."""
        return True

    def __call__(self, words: Tensor) -> Tensor:
        """See `Kernel.__call__`."""
        geometry = self.geometry
        values = words if self.read is None else words.index_select(1, self.read)
        return functional.conv2d(values, self.kernel, None, geometry.stride, geometry.padding, geometry.dilation)


class ActiveWindows:
    """Only output pixels whose window holds a spike: their windows are gathered into one matrix product."""

    name = "active windows"
    LARGEST_SHARE = 0.3
    """Share of active windows above which gathering cannot win."""

    def __init__(
        self, geometry: Conv2d, weights: Ints, out_shape: Shape, dtype: torch.dtype, device: torch.device
    ) -> None:
        self.geometry, self.out_shape = geometry, out_shape
        self.window = weights.shape[2:]
        rows = weights.transpose(2, 3, 1, 0).reshape(-1, weights.shape[0])
        self.rows = torch.as_tensor(rows, dtype=dtype, device=device)

    def promising(self, words: Tensor) -> bool:
        """See `Kernel.promising`."""
        return float(self._active(words).float().mean()) < self.LARGEST_SHARE

    def __call__(self, words: Tensor) -> Tensor:
        """See `Kernel.__call__`."""
        channels, height, width = self.out_shape
        (_, stride_y, border_y, dilation_y), (_, stride_x, border_x, dilation_x) = self.geometry.axes
        sums = words.new_zeros((len(words), height, width, channels))
        image, y, x = self._active(words).nonzero(as_tuple=True)
        padded = functional.pad(words.permute(0, 2, 3, 1), (0, 0, border_x, border_x, border_y, border_y))
        first = (image * padded.shape[1] + y * stride_y) * padded.shape[2] + x * stride_x
        taps = [
            ky * dilation_y * padded.shape[2] + kx * dilation_x
            for ky in range(self.window[0])
            for kx in range(self.window[1])
        ]
        pixels = first[:, None] + torch.tensor(taps, device=words.device)
        windows = padded.reshape(-1, padded.shape[3])[pixels].flatten(1)
        sums[image, y, x] = windows @ self.rows
        return sums.permute(0, 3, 1, 2)

    def _active(self, words: Tensor) -> Tensor:
        """Output pixels with a spike in their window: (M, H, W) bool."""
        geometry = self.geometry
        spiking = (words != 0).any(dim=1, keepdim=True).to(words.dtype)
        taps = words.new_ones((1, 1, *self.window))
        counts = functional.conv2d(spiking, taps, None, geometry.stride, geometry.padding, geometry.dilation)
        return counts[:, 0] != 0
