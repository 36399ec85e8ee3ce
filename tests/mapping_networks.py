"""Small networks for mapping tests, built without training, and brute-force counts from unrolled matrices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from litesnn.compiler.encoding import ListRule
from litesnn.compiler.graph import (
    Conv2d,
    Dense,
    Geometry,
    Graph,
    Lif,
    OneToOne,
    Pool,
    Population,
    Readout,
    Source,
    Sparse,
    SynapseBlock,
    SynapseFormat,
)
from litesnn.compiler.mapping.build_demands import build_demands
from litesnn.compiler.mapping.choose_axons import choose_axons
from litesnn.compiler.mapping.limits import core_limits
from litesnn.compiler.mapping.usage import Demand
from litesnn.compiler.profile import Profile

Shape = tuple[int, int, int]


def demands_for(graph: Graph, profile: Profile) -> dict[str, Demand]:
    """What `map_graph` partitions."""
    limits, rule = core_limits(profile), ListRule.of(profile)
    return build_demands(graph, limits, rule, choose_axons(graph, limits, rule))


def source(name: str, shape: Shape) -> Source:
    return Source(name, shape, tuple(range(shape[0])), shape[0], name)


def neurons(name: str, shape: Shape, thresholds: int = 1) -> Lif:
    vth = np.arange(shape[0], dtype=np.int64) % thresholds + 1
    return Lif(name, shape, tuple(range(shape[0])), shape[0], name, vth=vth)


def readout(name: str, shape: Shape) -> Readout:
    return Readout(name, shape, tuple(range(shape[0])), shape[0], name)


def block(name: str, start: str, end: str, geometry: Geometry, bits: int = 8, delay: int = 0) -> SynapseBlock:
    return SynapseBlock(
        name, start, end, geometry, name, name, format=SynapseFormat(bits, 0, "excitatory"), delay=delay
    )


def dense(rng: np.random.Generator, targets: int, sources: int, keep: float = 1.0, bits: int = 8) -> Dense:
    return Dense(codes(rng, (targets, sources), keep, bits))


def codes(rng: np.random.Generator, shape: Sequence[int], keep: float, bits: int) -> np.ndarray:
    values = rng.integers(1, 2**bits, shape)
    return (values * (rng.random(shape) < keep)).astype(np.int32)


def dense_stack(widths: Sequence[int], bits: int = 8, keep: float = 1.0, seed: int = 0) -> Graph:
    """Input, dense layers and a dense readout of the given widths."""
    rng = np.random.default_rng(seed)
    populations: list[Population] = [source("input", (widths[0], 1, 1))]
    blocks = []
    for i, width in enumerate(widths[1:], 1):
        last = i == len(widths) - 1
        populations.append(readout("readout", (width, 1, 1)) if last else neurons(f"layer{i}", (width, 1, 1)))
        geometry = dense(rng, width, widths[i - 1], keep, bits)
        blocks.append(block(f"b{i}", populations[-2].name, populations[-1].name, geometry, bits))
    return Graph.build(4, populations, blocks)


def mixed_network(seed: int) -> Graph:
    """Two blocks between one pair, a strided one, a depthwise pool, a skip, a delayed edge, any-to-any and a dense readout."""
    rng = np.random.default_rng(seed)
    channels, wide = int(rng.integers(2, 6)), int(rng.integers(2, 7))
    height, width = int(rng.integers(3, 8)), int(rng.integers(3, 8))
    half = (height - 1) // 2 + 1, (width - 1) // 2 + 1
    keep, bits = float(rng.choice([0.3, 0.7, 1.0])), int(rng.integers(1, 9))
    thresholds = int(rng.integers(1, 4))
    shape, small = (channels, height, width), (wide, *half)
    kernel = int(rng.choice([1, 3, 5]))

    def conv(out: int, into: int, size: int, stride: int = 1) -> Conv2d:
        return Conv2d(codes(rng, (out, into, size, size), keep, bits), stride, size // 2)

    ids = np.arange(channels)
    ones = np.ones(channels, np.int32)
    any_to_any = Sparse.from_matrix(conv(wide, wide, 3).matrix(small, small))
    flat = wide * half[0] * half[1]
    return Graph.build(
        3,
        [
            source("input", (2, height, width)),
            neurons("a", shape, thresholds),
            neurons("b", shape, thresholds),
            neurons("c", small),
            neurons("d", small, thresholds),
            readout("readout", (3, 1, 1)),
        ],
        [
            block("a:input", "input", "a", conv(channels, 2, 3), bits),
            block("b:a", "a", "b", conv(channels, channels, kernel), bits),
            block("b:a2", "a", "b", conv(channels, channels, 1), bits, delay=int(rng.integers(0, 5))),
            block("b:skip", "a", "b", OneToOne(ones, ids, ids), 1),
            block("c:b", "b", "c", conv(wide, channels, 3, 2), bits),
            block("c:pool", "a", "c", Pool(ones[:2], ids[:2], ids[:2], (3, 3), 2, 1), 1),
            block("d:c", "c", "d", any_to_any, bits),
            block("r:d", "d", "readout", dense(rng, 3, flat, keep, bits), bits),
        ],
    )
