"""Windows of pooling and convolutions: sums over them, what they are pulled back to, and kernels put into square ones."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
import torch
from torch.nn import functional

from litesnn.compiler.frontends.real.nodes import Shape
from litesnn.compiler.genotype.ops import OPS
from litesnn.jobs.from_torch.neurons.reading import Floats, Refused

Pair = tuple[int, int]
KERNELS = tuple(OPS[name].kernel for name in ("conv1x1", "conv3x3", "conv5x5"))


@dataclass(frozen=True)
class Window:
    """(height, width) of a window, its strides, and the zeros around the map."""

    kernel: Pair
    stride: Pair
    padding: Pair

    @property
    def trivial(self) -> bool:
        """Whether it leaves a map as it is."""
        return self.kernel == (1, 1) and self.stride == (1, 1) and self.padding == (0, 0)


def gathered(values: Floats, window: Window) -> Floats:
    """Sums over the windows of maps (..., H, W)."""
    sums: Floats = _sums(torch.from_numpy(values), window).numpy()
    return sums


def pulled_back(weights: Floats, window: Window, source: Shape) -> Floats:
    """Weights (O, C, h, w) of window sums, as weights (O, *source) of what is summed."""
    zeros = torch.zeros(len(weights), *source, dtype=torch.float64, requires_grad=True)
    total = (_sums(zeros, window) * torch.from_numpy(weights)).sum()
    (found,) = torch.autograd.grad(total, zeros)
    spread: Floats = found.numpy()
    return spread


def _sums(maps: torch.Tensor, window: Window) -> torch.Tensor:
    means = functional.avg_pool2d(maps, window.kernel, window.stride, window.padding)
    return means * prod(window.kernel)


def spread(weight: Floats, dilation: Pair) -> Floats:
    """A dilated kernel (O, C, k_h, k_w) with its zeros written out."""
    high, wide = ((taps - 1) * step + 1 for taps, step in zip(weight.shape[2:], dilation, strict=True))
    found = np.zeros((*weight.shape[:2], high, wide))
    found[:, :, :: dilation[0], :: dilation[1]] = weight
    return found


def squared(weight: Floats, window: Window, source: Shape, shape: Shape) -> tuple[Floats, int]:
    """A kernel (O, C, k_h, k_w) in the smallest square one of a genotype, and the stride: zeros where it has no taps.

    Raises
    ------
    Refused
        Where no convolution of a genotype, which pads to keep the size, computes the same.
    """
    sides = source[1:]
    stride = max(step if side > 1 else 1 for step, side in zip(window.stride, sides, strict=True))
    strides = all(step == stride or side == 1 for step, side in zip(window.stride, sides, strict=True))
    if strides and shape[1:] == tuple(-(-side // stride) for side in sides):
        for kernel in KERNELS:
            before = [kernel // 2 - padding for padding in window.padding]
            after = [kernel - first - taps for first, taps in zip(before, window.kernel, strict=True)]
            if min(*before, *after) >= 0:
                (top, left), (bottom, right) = before, after
                return np.pad(weight, ((0, 0), (0, 0), (top, bottom), (left, right))), stride
    raise Refused(
        f"convolves {source[1:]} to {shape[1:]} by {window.kernel} with stride {window.stride} and padding {window.padding}; allowed: "
        "kernels of up to 5 x 5 in maps that are padded to keep their size, or that size divided by the stride"
    )
