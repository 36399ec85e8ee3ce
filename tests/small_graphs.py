"""Compiled graphs and hand-made ones for the tests of passes and simulators."""

from __future__ import annotations

from typing import Any

import numpy as np

from litesnn.compiler.graph import (
    Analog,
    AnalogScale,
    Conv2d,
    Dense,
    Graph,
    Lif,
    OneToOne,
    Population,
    Readout,
    Source,
    SynapseBlock,
)
from litesnn.compiler.profile import Profile, load_profile

LOIHI1, LOIHI2 = load_profile("loihi1"), load_profile("loihi2")
IDS = np.arange


def profile(**synapses: Any) -> Profile:
    """loihi2 with other figures of its synapses: `profile(delay_max=1)`."""
    raw = LOIHI2.model_dump()
    for field, value in synapses.items():
        raw["synapses"][field] = {"value": value, "status": "INFERRED", "source": "a test"}
    return Profile.model_validate(raw)


def source(channels: int = 1, size: int = 1, **fields: Any) -> Source:
    return Source("input", (channels, size, size), tuple(range(channels)), channels, "input", **fields)


def neurons(name: str, channels: int = 1, size: int = 1, **fields: Any) -> Lif:
    defaults: dict[str, Any] = {
        "vth": np.ones(channels, np.int64),
        "bias_mant": np.zeros(channels, np.int64),
        "bias_exp": np.zeros(channels, np.int64),
        "unit": np.ones(channels),
        "dv": 4096 - 2048,
    }
    return Lif(name, (channels, size, size), tuple(range(channels)), channels, name, **{**defaults, **fields})


def analog_neurons(name: str, analog: Analog, channels: int = 1, size: int = 1) -> Lif:
    """A population whose normalization is not folded yet."""
    return neurons(name, channels, size, analog=analog, vth=None, bias_mant=None, bias_exp=None, unit=None)


def readout(classes: int = 2, **fields: Any) -> Readout:
    return Readout("readout", (classes, 1, 1), tuple(range(classes)), classes, "head", dv=0, **fields)


def conv(
    source: str, target: str, codes: Any, value: float | None = None, gain: Any = None, **fields: Any
) -> SynapseBlock:
    """A block of 'same' convolution; `value` and `gain` make it analog."""
    kernel = np.asarray(codes, np.int32)
    scale = (
        None
        if value is None
        else AnalogScale(np.asarray(value), None if gain is None else np.asarray(gain, np.float64))
    )
    geometry = Conv2d(kernel, 1, kernel.shape[-1] // 2)
    edge = fields.pop("edge", f"{source}>{target}")
    return SynapseBlock(f"{edge}:{source}", source, target, geometry, edge, edge, scale, **fields)


def dense(source: str, target: str, codes: Any, **fields: Any) -> SynapseBlock:
    return SynapseBlock(
        f"{source}>{target}", source, target, Dense(np.asarray(codes, np.int32)), target, target, **fields
    )


def one_to_one(source: str, target: str, count: int, **fields: Any) -> SynapseBlock:
    geometry = OneToOne(np.ones(count, np.int32), IDS(count), IDS(count))
    return SynapseBlock(f"{source}>{target}", source, target, geometry, target, target, **fields)


def graph(populations: list[Population], blocks: list[SynapseBlock], timesteps: int = 3) -> Graph:
    return Graph.build(timesteps, populations, blocks)


def random_dag(rng: np.random.Generator, populations: int) -> Graph:
    """A random wiring of populations of random sizes; every one is reached from the input and reaches the readout."""
    sizes = rng.integers(1, 5, populations)
    parts: list[Population] = [source(2)]
    blocks: list[SynapseBlock] = []

    def connect(reads: Population, target: str, count: int) -> None:
        codes = rng.integers(-3, 4, (count, reads.size))
        codes[0, 0] = 1
        blocks.append(dense(reads.name, target, codes))

    for index, size in enumerate(sizes):
        name = f"p{index}"
        inputs = sorted(set(rng.integers(0, len(parts), int(rng.integers(1, 4)))) | {int(rng.integers(len(parts)))})
        for position in inputs:
            connect(parts[position], name, int(size))
        parts.append(neurons(name, int(size)))
    read = {block.source for block in blocks}
    for part in parts[1:]:
        if part.name not in read or part is parts[-1]:
            connect(part, "readout", 2)
    return graph([*parts, readout()], blocks, timesteps=int(rng.integers(1, 5)))
