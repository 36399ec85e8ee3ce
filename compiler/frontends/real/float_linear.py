"""Linear nodes in floating point, one step at a time; see `float_run`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.real.nodes import Conv2d, Flatten, Linear, Node, Pool2d, Scale, Shape, broadcast
from litesnn.compiler.frontends.real.shapes import conv_padding
from litesnn.compiler.frontends.real.wired import shape3

Floats = npt.NDArray[np.float64]


def linear(node: Node, values: Floats, shape: Shape) -> Floats:
    """What a node without neurons sends, (N, *shape), of what arrives."""
    if isinstance(node, Linear):
        result: Floats = values.reshape(len(values), -1) @ node.weight.T
        return result if node.bias is None else result + node.bias
    if isinstance(node, Conv2d):
        return _convolved(node, values.reshape(len(values), *shape3(values.shape[1:]))).reshape(-1, *shape)
    if isinstance(node, Pool2d):
        pads = ((node.padding[0],) * 2, (node.padding[1],) * 2)
        windows = _windows(values, node.kernel, node.stride, (1, 1), pads)
        pooled: Floats = windows.sum(axis=(-2, -1))
        return pooled if node.type == "SumPool2d" else pooled / (node.kernel[0] * node.kernel[1])
    if isinstance(node, Scale):
        return values * broadcast(node.scale, shape)
    if isinstance(node, Flatten):
        return values.reshape(len(values), *shape)
    return values


def _convolved(node: Conv2d, values: Floats) -> Floats:
    windows = _windows(values, node.weight.shape[2:], node.stride, node.dilation, conv_padding(node))
    groups = node.groups
    split = windows.reshape(len(values), groups, -1, *windows.shape[2:])
    weight = node.weight.reshape(groups, -1, *node.weight.shape[1:])
    result = np.einsum("ngchwyx,gocyx->ngohw", split, weight, optimize=True)
    joined: Floats = result.reshape(len(values), -1, *result.shape[3:])
    return joined if node.bias is None else joined + node.bias[:, None, None]


def _windows(
    values: Floats,
    kernel: tuple[int, ...],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: tuple[tuple[int, int], tuple[int, int]],
) -> Floats:
    """(N, C, H_out, W_out, kH, kW)."""
    padded = np.pad(values, ((0, 0), (0, 0), *padding))
    reach = tuple(d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True))
    windows = np.lib.stride_tricks.sliding_window_view(padded, reach, axis=(2, 3))  # type: ignore[call-overload]
    found: Floats = windows[:, :, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]
    return found
