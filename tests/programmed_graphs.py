"""Random graphs whose neurons have a reset of choice, spike at or above fine thresholds, and decay each in its own way."""

from __future__ import annotations

from dataclasses import fields as fields_of
from dataclasses import replace
from typing import Any

import numpy as np

from litesnn.compiler.graph import Graph, Leaky, Lif, Membranes, Population, ProgrammedLif

RESETS = ("zero", "subtract", "subtract_next", "none")


def programmed(start: Graph, seed: int, resets: tuple[str, ...] = RESETS) -> Graph:
    """The graph with most of its LIF populations programmed, and with decays per channel in half of all leaky ones."""
    rng = np.random.default_rng((seed, 23))
    populations = [_drawn(rng, p, resets) if isinstance(p, Leaky) else p for p in start.populations]
    return start.rebuild(populations, start.blocks)


def each_reset(start: Graph, seed: int) -> Graph:
    """The graph whose LIF populations have one reset after the other, and whose leaky ones all have decays per channel."""
    rng = np.random.default_rng((seed, 29))
    names = [population.name for population in start.populations if isinstance(population, Lif)]
    populations: list[Population] = []
    for population in start.populations:
        if isinstance(population, Leaky):
            count = population.shape[0]
            population = replace(population, du=rng.choice([4095, 3000, 1000], count), dv=rng.integers(0, 3000, count))
        if isinstance(population, Lif):
            assert population.vth is not None
            number = names.index(population.name)
            vth = (population.vth << 6) + rng.integers(1, 64, population.shape[0])
            reset = RESETS[number % len(RESETS)]
            population = programmed_of(population, reset=reset, spike_at=bool(number % 2), vth=vth)
        populations.append(population)
    return start.rebuild(populations, start.blocks)


def _drawn(rng: np.random.Generator, population: Leaky, resets: tuple[str, ...]) -> Population:
    count = population.shape[0]
    if rng.random() < 0.5:
        du = rng.choice([4095, 4095, 3000, 0], count) if rng.random() < 0.5 else population.du
        population = replace(population, du=du, dv=rng.integers(0, 4097, count))
    if not isinstance(population, Lif) or rng.random() < 0.2:
        return population
    assert population.vth is not None
    at = bool(rng.random() < 0.5)
    vth = (population.vth << 6) + rng.integers(0, 64, count)
    return programmed_of(population, reset=str(rng.choice(resets)), spike_at=at, vth=np.maximum(vth, int(at)))


def programmed_of(population: Membranes, **fields: Any) -> ProgrammedLif:
    """A programmed population with the fields of another and these."""
    names = {field.name for field in fields_of(population)} & {field.name for field in fields_of(ProgrammedLif)}
    return ProgrammedLif(**{**{name: getattr(population, name) for name in names}, **fields})
