"""Random recurrent graphs, scheduled: loops of chosen length, shortcuts, feedback across and within loops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from small_graphs import dense, graph, neurons, profile, readout, source

from litesnn.compiler.graph import Graph, Population, SynapseBlock
from litesnn.compiler.passes import AssignFormats, BalanceDelays, StaggerResets


def random_recurrent(rng: np.random.Generator, populations: int, feedback: int, timesteps: int | None = None) -> Graph:
    """A chain with shortcuts over `populations`, and `feedback` edges from any of them to itself or an earlier one."""
    parts: list[Population] = [source(2)]
    blocks: list[SynapseBlock] = []

    def connect(reads: str, size: int, target: str, count: int, distance: int = 0) -> None:
        codes = rng.integers(-3, 4, (count, size))
        codes[0, 0] = 1
        name = f"{reads}>{target}{'~' * distance}"
        if all(block.name != name for block in blocks):
            blocks.append(replace(dense(reads, target, codes), name=name, edge=name, distance=distance))

    for index in range(populations):
        size, decay = int(rng.integers(1, 5)), int(rng.choice([2048, 4096, 819]))
        for read in {len(parts) - 1, int(rng.integers(len(parts)))}:
            connect(parts[read].name, parts[read].size, f"p{index}", size)
        bias = rng.integers(-60, 130, size)
        vth = rng.integers(0, 4, size)
        parts.append(neurons(f"p{index}", size, vth=vth, bias_mant=bias, dv=4096 - decay))
    for _ in range(feedback):
        last = int(rng.integers(1, len(parts)))
        first = int(rng.integers(1, last + 1))
        connect(parts[last].name, parts[last].size, parts[first].name, parts[first].size, distance=1)
    connect(parts[-1].name, parts[-1].size, "readout", 2)
    connect(parts[1].name, parts[1].size, "readout", 2)
    steps = int(rng.integers(1, 6)) if timesteps is None else timesteps
    return graph([*parts, readout(bias_mant=np.array([3, -2]), bias_exp=np.zeros(2, np.int64))], blocks, steps)


def ring(length: int, timesteps: int = 4) -> Graph:
    """One loop of `length` populations of three neurons, whose last feeds back to its first."""
    rng = np.random.default_rng(length)
    names = [f"p{i}" for i in range(length)]
    codes = rng.integers(-2, 4, (length + 2, 3, 3))
    blocks = [dense(a, b, codes[i]) for i, (a, b) in enumerate(zip(["input", *names], names, strict=False))]
    blocks += [replace(dense(names[-1], "p0", codes[-1]), name="back", edge="back", distance=1)]
    blocks += [dense(names[-1], "readout", codes[-2][:2])]
    parts = [source(3), *(neurons(name, 3, bias_mant=rng.integers(-20, 70, 3)) for name in names), readout()]
    return graph(parts, blocks, timesteps)


def scheduled(start: Graph, delay_max: int = 62) -> Graph:
    """With formats, delays, resets and gates."""
    chip = profile(delay_max=delay_max)
    for step in (AssignFormats(chip), BalanceDelays(delay_max), StaggerResets()):
        start = step.apply(start)
        start.validate(step.name)
    return start


def spikes_in(graph: Graph, samples: int, seed: int, rate: float = 0.4) -> np.ndarray:
    """Random input spikes (N, T, C, H, W)."""
    (entry,) = graph.sources
    shape = (samples, graph.timesteps, *entry.shape)
    return (np.random.default_rng(seed).random(shape) < rate).astype(np.int16)
