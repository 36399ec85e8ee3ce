"""Random graphs whose samples are isolated: delays, loops, sigma-delta neurons, outputs of every kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
from scipy.sparse import random as random_sparse
from small_graphs import graph, neurons, readout, source

from litesnn.compiler.graph import (
    Conv2d,
    Delta,
    Dense,
    Geometry,
    Graph,
    Membranes,
    OneToOne,
    Pool,
    Population,
    Sigma,
    SigmaDelta,
    Sparse,
    SynapseBlock,
)


def isolated(populations: list[Population], blocks: list[SynapseBlock], timesteps: int = 4) -> Graph:
    """The graph with arrivals: the earliest step at which anything from the source can be there."""
    start = replace(graph(populations, blocks, timesteps), isolated=True)
    weighted: Any = nx.DiGraph()
    for block in blocks:
        steps = block.latency
        known = weighted.get_edge_data(block.source, block.target, {"steps": steps})["steps"]
        weighted.add_edge(block.source, block.target, steps=min(steps, known))
    reached = nx.single_source_dijkstra_path_length(weighted, "input", weight="steps")
    parts = [replace(p, arrival=int(reached.get(p.name, 0))) for p in populations]
    return start.rebuild(parts, blocks)


CHANGES: dict[str, Any] = {kind.kind: kind for kind in (Delta, SigmaDelta, Sigma)}


def sigma_delta(name: str, channels: int = 1, size: int = 1, **fields: Any) -> Membranes:
    given = {"vth": np.full(channels, 5), **fields}
    kind = CHANGES[given.pop("kind", "sigma_delta")]
    if kind is Sigma:  # it has no threshold
        del given["vth"]
    return kind(name, (channels, size, size), tuple(range(channels)), channels, name, **given)


def random_geometry(rng: np.random.Generator, source: Population, target: Population) -> Geometry:
    """Any geometry that connects the two maps."""
    high = int(rng.choice([2, 16, 128]))
    kinds = ["sparse"]
    if target.shape[1:] == (1, 1):
        kinds.append("dense")
    if target.shape[1:] == source.shape[1:]:
        kinds += ["conv", "conv"] + (["skip", "pool"] if target.shape == source.shape else [])
    kind = str(rng.choice(kinds))
    if kind == "dense":
        codes = rng.integers(-high, high + 1, (target.size, source.size))
        return Dense((codes * (rng.random(source.size) < 0.7)).astype(np.int32))
    if kind == "conv":
        side, dilation = [(1, 1), (3, 1), (3, 2)][int(rng.integers(3))]
        codes = rng.integers(-high, high + 1, (target.shape[0], source.shape[0], side, side))
        keep = rng.random(codes.shape) < 0.5
        return Conv2d((codes * keep).astype(np.int32), 1, dilation * (side // 2), dilation)
    ids = np.arange(target.shape[0])
    if kind == "skip":
        return OneToOne(np.full(len(ids), high, np.int32), rng.permutation(ids), ids)
    if kind == "pool":
        return Pool(rng.integers(1, high + 1, len(ids)).astype(np.int32), ids, rng.permutation(ids), (3, 3), 1, 1)
    matrix = random_sparse(
        target.size, source.size, density=float(rng.choice([0.01, 0.3])), random_state=rng, format="csr"
    )
    matrix.data = rng.integers(-high, high + 1, matrix.nnz).astype(float)
    return Sparse.from_matrix(matrix)


def random_isolated(seed: int, sigma_deltas: bool = False) -> Graph:
    """A random network: two to five populations of any kind and wiring, backward connections included."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 5))
    parts: list[Population] = [source(int(rng.integers(1, 4)), size, minimum=-8, maximum=7, message_bits=8)]
    count = int(rng.integers(2, 6))
    for index in range(count):
        channels, side = int(rng.integers(1, 4)), size if rng.random() < 0.7 else 1
        last = index == count - 1
        parts.append(_population(rng, f"p{index}", channels, side, last, sigma_deltas))
    blocks: list[SynapseBlock] = []
    for index in range(1, len(parts)):
        sources = {index - 1, int(rng.integers(0, len(parts))), int(rng.integers(0, index))}
        for other in sorted(sources):
            if parts[other].name != "readout":
                blocks += _blocks(rng, parts[other], parts[index])
    return isolated(parts, blocks, timesteps=int(rng.integers(1, 7)))


def _population(
    rng: np.random.Generator, name: str, channels: int, size: int, last: bool, sigma_deltas: bool
) -> Membranes:
    bias = {
        "bias_mant": rng.integers(-200, 200, channels) * int(rng.random() < 0.5),
        "bias_exp": rng.integers(0, 4, channels),
    }
    if last and rng.random() < 0.4:
        return readout(channels, **bias)
    if sigma_deltas and rng.random() < 0.8:
        return sigma_delta(
            name,
            channels,
            size,
            kind=str(rng.choice(["delta", "sigma_delta", "sigma"])),
            activation=str(rng.choice(["unit", "relu"])),
            vth=rng.integers(0, 400, channels),
            spike_exp=int(rng.integers(0, 3)),
            state_exp=int(rng.integers(0, 7)),
            cum_error=bool(rng.random() < 0.5),
            is_output=last,
            **bias,
        )
    return neurons(
        name,
        channels,
        size,
        vth=rng.integers(0, int(rng.choice([2, 300])), channels),
        du=int(rng.choice([4095, 4095, 0, 1500])),
        dv=int(rng.choice([0, 4095, 3277, 2048, 1])),
        is_output=last,
        **bias,
    )


def _blocks(rng: np.random.Generator, source: Population, target: Population) -> list[SynapseBlock]:
    """One to three blocks between two populations, each with a delay of its own."""
    found = []
    for delay in rng.choice(6, int(rng.integers(1, 4)), replace=False):
        name = f"{source.name}>{target.name}:{delay}"
        geometry = random_geometry(rng, source, target)
        exponent = int(rng.choice([0, 0, 3]))
        found.append(
            SynapseBlock(name, source.name, target.name, geometry, name, name, None, exponent, None, int(delay))
        )
    return found
