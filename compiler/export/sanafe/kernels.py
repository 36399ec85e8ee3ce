"""Convolutions as SANA-FE's own hyperedges: one kernel instead of a line for every synapse.

SANA-FE's `conv2d` knows neither padding nor dilation nor weights that are not there. A kernel without zeros is the same synapses; one
with zeros adds synapses of weight 0, which cost what others cost, and is written only where single lines would be too many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Conv2d, Graph, Source, SynapseBlock, per_axis

SYNAPSES_MAX = 2_000_000
"""Synapses that are written as lines: 640,000 take 58 MB, and SANA-FE 36 s and 1.4 GB to load."""


@dataclass(frozen=True, eq=False)
class Kernel:
    """Blocks between two populations that are one convolution: their weights' sum (C_out, C_in, kH, kW)."""

    blocks: tuple[SynapseBlock, ...]
    weights: npt.NDArray[np.int64]
    stride: tuple[int, int]

    @property
    def zeros(self) -> int:
        """Weights of the kernel that are 0."""
        return int(self.weights.size - np.count_nonzero(self.weights))

    def lines(self, graph: Graph, start: str, end: str) -> Iterator[str]:
        """The hyperedge from group `start` to `end`."""
        first = self.blocks[0]
        channels, height, width = graph[first.source].shape
        outputs, _, rows, columns = self.weights.shape
        values = self.weights.transpose(2, 3, 1, 0).ravel().tolist()
        delays = [f"        delay: {[first.delay] * len(values)}"] if first.delay else []
        yield from (
            f"    - {start} -> {end}:",
            "        type: conv2d",
            f"        input_height: {height}",
            f"        input_width: {width}",
            f"        input_channels: {channels}",
            f"        kernel_height: {rows}",
            f"        kernel_width: {columns}",
            f"        kernel_count: {outputs}",
            f"        stride_height: {self.stride[0]}",
            f"        stride_width: {self.stride[1]}",
            f"        weight: {values}",
            *delays,
        )


def kernels(graph: Graph) -> list[Kernel]:
    """The convolutions of a graph that are written as such."""
    found = [kernel for kernel in map(_kernel, _between(graph)) if kernel is not None and not _graded(graph, kernel)]
    many = line_synapses(graph, ()) > SYNAPSES_MAX
    return [kernel for kernel in found if many or not kernel.zeros]


def line_synapses(graph: Graph, written: Sequence[Kernel]) -> int:
    """Synapses that are a line each, besides the convolutions that are written as such."""
    whole = {block.name for kernel in written for block in kernel.blocks}
    return sum(int(graph.fan_out(b).sum()) for b in graph.blocks if b.name not in whole and not b.injected)


def _between(graph: Graph) -> list[list[SynapseBlock]]:
    """Blocks that start, end and wait alike."""
    groups: dict[tuple[str, str, int], list[SynapseBlock]] = {}
    for block in graph.blocks:
        if not block.injected:
            groups.setdefault((block.source, block.target, block.delay), []).append(block)
    return list(groups.values())


def _kernel(blocks: list[SynapseBlock]) -> Kernel | None:
    shapes = set()
    total: npt.NDArray[np.int64] | None = None
    for block in blocks:
        geometry = block.geometry
        if not isinstance(geometry, Conv2d):
            return None
        stride, padding, dilation = (per_axis(axes) for axes in (geometry.stride, geometry.padding, geometry.dilation))
        if padding != (0, 0) or dilation != (1, 1):
            return None
        shapes.add((geometry.codes.shape, stride))
        if len(shapes) > 1:
            return None
        weights = geometry.codes.astype(np.int64) << block.exponent
        total = weights if total is None else total + weights
    assert total is not None
    return Kernel(tuple(blocks), total, shapes.pop()[1])


def _graded(graph: Graph, kernel: Kernel) -> bool:
    """Whether weights are multiplied by a sample's values, synapse by synapse."""
    source = graph[kernel.blocks[0].source]
    return isinstance(source, Source) and source.message_bits > 0
