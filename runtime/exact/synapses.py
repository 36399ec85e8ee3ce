"""Synaptic currents: the blocks into one population as a few exact tensor kernels.

Blocks that carry parts of one edge (both signs, high and low bytes) are added into one kernel before anything runs, since
their integers add up to the edge's weights. Sums are computed in float32 while they provably stay below 2^24, the largest
range in which float32 holds every integer, and in float64 (2^53) otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from litesnn.compiler.graph import Conv2d, Dense, Geometry, Graph, Pool, Population, SynapseBlock

FLOAT32_EXACT = 2**24


@dataclass(frozen=True)
class Projection:
    """All synapses from one source with one delay: `weights` as the kernel of `geometry`, integer-valued."""

    source: str
    delay: int
    geometry: Geometry
    weights: Tensor
    out_shape: tuple[int, int, int]

    def currents(self, spikes: Tensor) -> Tensor:
        """Synaptic sums (M, C, H, W) int64 in weight units, from source values (M, C, H, W)."""
        values = spikes.to(self.weights.dtype)
        geometry = self.geometry
        if isinstance(geometry, Conv2d):
            sums = _conv2d(values, self.weights, geometry.stride, geometry.padding, geometry.dilation)
        elif isinstance(geometry, Dense):
            sums = (values.flatten(1) @ self.weights.T)[:, :, None, None]
        elif isinstance(geometry, Pool):
            sums = self._depthwise(values, geometry)
        else:
            sums = (self.weights @ values.flatten(1).T).T.reshape(-1, *self.out_shape)
        return sums.to(torch.int64)

    def _depthwise(self, values: Tensor, geometry: Pool) -> Tensor:
        sources = torch.as_tensor(geometry.sources, device=values.device)
        targets = torch.as_tensor(geometry.targets, device=values.device)
        values = values[:, sources]
        if geometry.kernel == (1, 1) and geometry.padding == 0:
            windows = values[:, :, :: geometry.stride, :: geometry.stride]
            windows = windows[:, :, : self.out_shape[1], : self.out_shape[2]] * self.weights[:, None, None]
        else:
            kernel = self.weights[:, None, None, None].expand(-1, 1, *geometry.kernel).contiguous()
            windows = _conv2d(values, kernel, geometry.stride, geometry.padding, groups=len(self.weights))
        sums = values.new_zeros((values.shape[0], *self.out_shape))
        return sums.index_add_(1, targets, windows)


def _conv2d(values: Tensor, kernel: Tensor, stride: int, padding: int, dilation: int = 1, groups: int = 1) -> Tensor:
    """Convolution by algorithms that only add products: cuDNN's Winograd, FFT and TF32 kernels would round."""
    with torch.backends.cudnn.flags(enabled=False):
        return functional.conv2d(values, kernel, None, stride, padding, dilation, groups)


def projections(graph: Graph, target: Population, device: torch.device) -> list[Projection]:
    """The kernels that make up all input of one population."""
    groups: dict[tuple[object, ...], list[SynapseBlock]] = {}
    for block in graph.into(target.name):
        groups.setdefault(_signature(block), []).append(block)
    return [_project(graph, target, blocks, device) for blocks in groups.values()]


def _signature(block: SynapseBlock) -> tuple[object, ...]:
    """Blocks with equal signatures differ in their codes only."""
    geometry = block.geometry
    layout = tuple(
        array.tobytes()
        for name, array in sorted(geometry.arrays().items())
        if name != "codes" and geometry.kind != "sparse"
    )
    params = tuple(sorted((key, str(value)) for key, value in geometry.params().items()))
    return (block.source, block.delay, geometry.kind, geometry.codes.shape, params, layout)


def _project(graph: Graph, target: Population, blocks: list[SynapseBlock], device: torch.device) -> Projection:
    source = graph[blocks[0].source]
    first = blocks[0].geometry
    peak = max(map(abs, source.sent))
    if first.kind == "sparse":
        matrix = sum(block.weights(source.shape, target.shape) for block in blocks).tocsr()
        dtype = _dtype(abs(matrix).sum(axis=1).max() * peak)
        entries = matrix.tocoo()
        weights = torch.sparse_coo_tensor(
            torch.as_tensor(np.stack([entries.row, entries.col]).astype(np.int64)),
            torch.as_tensor(entries.data, dtype=dtype),
            size=entries.shape,
            device=device,
        ).coalesce()
    else:
        integers = np.stack([block.geometry.codes.astype(np.int64) << block.exponent for block in blocks]).sum(axis=0)
        positive, negative = first.map_codes(lambda _: integers).sums(source.shape, target.shape)
        weights = torch.as_tensor(integers, dtype=_dtype((positive + negative).max() * peak), device=device)
    return Projection(blocks[0].source, blocks[0].delay, first, weights, target.shape)


def _dtype(largest_sum: int) -> torch.dtype:
    return torch.float32 if largest_sum < FLOAT32_EXACT else torch.float64
