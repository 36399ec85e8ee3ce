"""Graphs whose samples are isolated: delays that matter, loops, currents with memory, sigma-delta neurons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
from small_graphs import LOIHI2, conv, dense, neurons, readout, source

from litesnn.compiler.graph import Delta, Graph, Membranes, Population, Sigma, SigmaDelta, SynapseBlock
from litesnn.compiler.passes import AssignFormats


def isolated(populations: list[Population], blocks: list[SynapseBlock], timesteps: int) -> Graph:
    """The graph with formats, and arrivals by the quickest path from the source."""
    graph = replace(Graph.build(timesteps, populations, blocks), isolated=True)
    graph = AssignFormats(LOIHI2).apply(graph)
    paths = nx.DiGraph()
    for block in graph.blocks:
        length = block.latency
        known = paths.get_edge_data(block.source, block.target, {"length": length})["length"]
        paths.add_edge(block.source, block.target, length=min(length, known))
    arrivals = nx.single_source_dijkstra_path_length(paths, graph.sources[0].name, weight="length")
    placed = [replace(population, arrival=arrivals[population.name]) for population in graph.populations]
    graph = graph.rebuild(placed, graph.blocks)
    graph.validate("test")
    return graph


CHANGES: dict[str, Any] = {kind.kind: kind for kind in (Delta, SigmaDelta, Sigma)}


def sigma_delta(name: str, kind: Any, channels: int, size: int = 1, **fields: Any) -> Membranes:
    shape = (channels, size, size)
    vth = np.full(channels, fields.pop("vth", 3))
    given = fields if kind == "sigma" else {**fields, "vth": vth}
    return CHANGES[kind](name, shape, tuple(range(channels)), channels, name, **given)


def recurrent(rng: np.random.Generator, timesteps: int = 5) -> Graph:
    """Two populations that read each other and themselves, at several delays; spiking output or readout."""

    def codes(targets: int, sources: int, top: int = 12) -> np.ndarray:
        return rng.integers(-top // 2, top, (targets, sources))

    slow = {
        "du": 2048,
        "dv": 512,
        "reset_interval": None,
        "vth": np.array([15, 20, 9]),
        "bias_mant": np.array([90, 0, -30]),
    }
    same = {"du": 4095, "dv": 0, "vth": np.full(4, 12), "is_output": True}
    populations = [
        source(2),
        neurons("slow", 3, **slow),
        neurons("out", 4, **same),
        neurons("side", 2, vth=np.array([2, 5])),
    ]
    blocks = [
        dense("input", "slow", codes(3, 2, 20)),
        replace(dense("input", "out", codes(4, 2)), delay=3),
        dense("slow", "out", codes(4, 3)),
        replace(dense("slow", "out", codes(4, 3)), name="slow>out late", delay=2),
        replace(dense("out", "slow", codes(3, 4)), delay=1),
        dense("slow", "slow", codes(3, 3)),
        dense("out", "side", codes(2, 4)),
        dense("side", "out", codes(4, 2)),
    ]
    return isolated(populations, blocks, timesteps)


def sigma_delta_network(rng: np.random.Generator, last: Any = "sigma", timesteps: int = 6) -> Graph:
    """Delta encoder of analog input, convolution, rectified sigma-delta neurons with a skip, and a decoder."""
    image = source(2, 4, minimum=-100, maximum=100, message_bits=8)
    shifts = {"spike_exp": 2, "state_exp": 3}
    populations = [
        image,
        sigma_delta("encoder", "delta", 2, 4, vth=40, **shifts),
        sigma_delta(
            "hidden",
            "sigma_delta",
            3,
            4,
            vth=300,
            state_exp=2,
            bias_mant=np.array([50, -800, 0]),
            bias_exp=np.zeros(3, np.int64),
        ),
        sigma_delta("unit", "sigma_delta", 3, 4, vth=77, activation="unit", cum_error=True, state_exp=1),
        sigma_delta("last", last, 4, is_output=True, vth=9),
    ]
    one = np.eye(2, dtype=np.int32)[:, :, None, None]
    blocks = [
        conv("input", "encoder", one),
        conv("encoder", "hidden", rng.integers(-9, 10, (3, 2, 3, 3))),
        conv("hidden", "unit", rng.integers(-5, 6, (3, 3, 1, 1))),
        replace(conv("encoder", "unit", rng.integers(-5, 6, (3, 2, 3, 3))), delay=1),
        dense("unit", "last", rng.integers(-3, 4, (4, 48))),
    ]
    return isolated(populations, blocks, timesteps)


def without_resets(rng: np.random.Generator, timesteps: int = 4) -> Graph:
    """Graded input through a delayed convolution into a readout that never resets."""
    populations = [
        source(2, 4, minimum=-8, maximum=7, message_bits=4),
        neurons("a", 3, 4, vth=np.array([4, 4, 9]), bias_mant=np.array([0, 100, -50])),
        replace(readout(2), bias_mant=np.array([5, -9]), bias_exp=np.array([0, 2])),
    ]
    blocks = [
        replace(conv("input", "a", rng.integers(-3, 4, (3, 2, 3, 3))), delay=2),
        dense("a", "readout", rng.integers(-7, 8, (2, 48))),
    ]
    return isolated(populations, blocks, timesteps)


def axonal_delays(rng: np.random.Generator, timesteps: int = 5) -> Graph:
    """A block for each delay of an axon, as SLAYER networks have, on the way forward and back; a layer over the first, too."""
    populations = [
        source(6),
        neurons("hidden", 5, vth=np.array([9, 5, 12, 7, 3]), du=3000, dv=700, reset_interval=None),
        neurons("out", 3, vth=np.array([16, 12, 9]), is_output=True),
    ]
    blocks = [
        *delayed_axons("input", "hidden", one_width(rng, 5, 6), [0, 3, 1, 3, 0, 2]),
        replace(dense("input", "hidden", one_width(rng, 5, 6)), name="input>hidden over all", delay=4),
        *delayed_axons("hidden", "out", one_width(rng, 3, 5), [1, 2, 5, 2, 3]),
        *delayed_axons("out", "hidden", -one_width(rng, 5, 3), [2, 1, 2]),
    ]
    return isolated(populations, blocks, timesteps)


def one_width(rng: np.random.Generator, targets: int, sources: int) -> np.ndarray:
    """Positive codes of four bits, whichever sources they are of: parts of them get one weight format."""
    codes = rng.integers(1, 9, (targets, sources))
    codes[0] = 8
    return codes


def delayed_axons(source: str, target: str, codes: np.ndarray, delays: list[int]) -> list[SynapseBlock]:
    """A block per delay; the axon of source neuron k has `delays[k]`."""
    return [
        replace(dense(source, target, codes * np.equal(delays, delay)), name=f"{source}>{target}:{delay}", delay=delay)
        for delay in sorted(set(delays))
    ]
