"""Weights of a .net file as geometries with delays.

SLAYER's axes are the graph's: maps (channels, height, width), kernels (C_out, C_in, kH, kW), flattened in that order. (netx turns
them into (width, height, channels) and flips kernels; the sums are the same.) A delay stands at the synapses into a layer, as
netx puts it: blocks are split by delay, and weights that are 0 do not exist in any of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from litesnn.compiler.frontends.net.fields import Ints
from litesnn.compiler.frontends.net.layers import Conv, Pool, Shape
from litesnn.compiler.frontends.net.populations import Place
from litesnn.compiler.graph import Conv2d, Dense, Geometry, Sparse
from litesnn.compiler.graph import Pool as PoolGeometry

DELAY_MAX = 4095  # longer than any trained; what a synapse of the chip does not hold is relayed or clamped by a pass
WEIGHT_MAX = 2**16

Codes = npt.NDArray[np.int32]
Delayed = tuple[Geometry, int]


def dense_blocks(at: Place, weight: Ints, delays: Ints) -> Iterator[Delayed]:
    """All to all, weight (out, in); delays that broadcast over it, as `synaptic_delays` gives them."""
    codes = _codes(at, weight)
    if (delays == delays.flat[0]).all():
        yield Dense(codes), int(delays.flat[0])
        return
    spread = np.broadcast_to(delays, weight.shape)
    for steps in np.unique(spread[codes != 0]):
        yield Sparse.from_matrix(csr_matrix(np.where(spread == steps, codes, 0))), int(steps)


def conv_blocks(at: Place, layer: Conv, in_shape: Shape) -> Iterator[Delayed]:
    """A convolution; delay one for all or per output channel. Groups are kernels with zeros between the groups."""
    outputs, per_group, height, width = layer.weight.shape
    if per_group * layer.groups != in_shape[0]:
        at.refuse(
            f"kernels read {per_group * layer.groups} channels; the layer before has {in_shape[0]} (shape {in_shape})"
        )
    kernel = np.zeros((layer.groups, outputs // layer.groups, layer.groups, per_group, height, width), np.int64)
    for group in range(layer.groups):
        kernel[group, :, group] = layer.weight.reshape(layer.groups, -1, per_group, height, width)[group]
    codes = _codes(at, kernel.reshape(outputs, in_shape[0], height, width))
    delays = _delays(at, layer.delay, (1, outputs))
    for steps in np.unique(delays):
        part = np.where((delays == steps).reshape(-1, 1, 1, 1), codes, 0).astype(np.int32)
        yield Conv2d(part, *layer.window), int(steps)


def pool_blocks(at: Place, layer: Pool, in_shape: Shape) -> Iterator[Delayed]:
    """SLAYER's pooling: the same kernel over every channel; sides that it does not divide are padded with zeros at their end.

    SLAYER lays all channels below each other before it pools. Windows that overlap, leave gaps or start in the padding would
    reach from one channel into the next, which no chip's network means: refused.
    """
    kernel = (int(layer.weight.shape[0]), int(layer.weight.shape[1]))
    padded = [side + side % size for side, size in zip(in_shape[1:], kernel, strict=True)]
    divided = all(side % size == 0 for side, size in zip(padded, kernel, strict=True))
    stride, padding, dilation = layer.window
    if stride != kernel or padding != (0, 0) or dilation != (1, 1) or not divided:
        at.refuse(
            f"pooling with kernel {kernel}, stride {stride}, padding {padding}, dilation {dilation} on maps of "
            f"{in_shape[1:]}: SLAYER then mixes channels; supported: stride equal to the kernel, sides that it divides"
        )
    codes = _codes(at, layer.weight)
    delays = _delays(at, layer.delay, (1, in_shape[0]))
    for steps in np.unique(delays):
        channels = np.flatnonzero(np.broadcast_to(delays == steps, (in_shape[0],)))
        yield _pool(codes, channels, in_shape, tuple(padded) == in_shape[1:]), int(steps)


def average_block(at: Place, in_shape: Shape) -> Delayed:
    """Sums of equal groups of neighbouring neurons: the mean without its division."""
    size = int(np.prod(in_shape))
    outputs = at.shape[0]
    if size % outputs:
        at.refuse(f"averages {size} neurons in {outputs} groups; allowed: a number of groups that divides them")
    groups = np.arange(size) // (size // outputs)
    return Sparse.from_matrix(csr_matrix((np.ones(size, np.int32), (groups, np.arange(size))), (outputs, size))), 0


def _pool(codes: Codes, channels: Ints, in_shape: Shape, even: bool) -> Geometry:
    """Windows side by side over some channels; a constant kernel that needs no padding is a `Pool`."""
    kernel = (int(codes.shape[0]), int(codes.shape[1]))
    if even and (codes == codes[0, 0]).all():
        return PoolGeometry(np.full(len(channels), codes[0, 0], np.int32), channels, channels, kernel, kernel)
    whole = np.zeros((in_shape[0], in_shape[0], *kernel), np.int32)
    whole[channels, channels] = codes
    if even:
        return Conv2d(whole, kernel)
    padded = (in_shape[0], in_shape[1] + in_shape[1] % kernel[0], in_shape[2] + in_shape[2] % kernel[1])
    reached = (in_shape[0], padded[1] // kernel[0], padded[2] // kernel[1])
    inside = np.zeros(padded, bool)
    inside[:, : in_shape[1], : in_shape[2]] = True
    return Sparse.from_matrix(Conv2d(whole, kernel).matrix(padded, reached)[:, inside.ravel()])


def _codes(at: Place, weight: Ints) -> Codes:
    if np.abs(weight).max() > WEIGHT_MAX:
        at.refuse(f"weights up to {int(np.abs(weight).max())}; allowed: {WEIGHT_MAX} in magnitude")
    return weight.astype(np.int32)


def synaptic_delays(at: Place, shape: tuple[int, ...], delay: Ints | None) -> Ints:
    """Delays that broadcast over (out, in); what fits outputs and inputs alike is taken for outputs, as netx does."""
    delays = _delays(at, delay, (1, shape[0], shape[1], shape[0] * shape[1]))
    if delays.size == 1:
        return delays.reshape(1, 1)
    if delays.size == shape[0] * shape[1]:
        return delays.reshape(shape)
    return delays.reshape(-1, 1) if delays.size == shape[0] else delays.reshape(1, -1)


def _delays(at: Place, delay: Ints | None, sizes: tuple[int, ...]) -> Ints:
    if delay is None:
        return np.zeros(1, np.int64)
    if delay.min() < 0 or delay.max() > DELAY_MAX:
        at.refuse(f"delays {int(delay.min())} .. {int(delay.max())}; allowed: 0 .. {DELAY_MAX}")
    if delay.size not in sizes:
        at.refuse(f"{delay.size} delays; allowed: {', '.join(map(str, sizes))}")
    return delay.reshape(-1)
