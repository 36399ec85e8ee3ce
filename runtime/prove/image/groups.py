"""Neurons of the cores against the populations of the graph: every neuron once, with its population's constants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from litesnn.runtime.prove.image.core import Box, Core
from litesnn.runtime.prove.program import Block, Population
from litesnn.runtime.prove.verdict import Problem, UnknownError, differences, differs

OUTSIDE = ("name", "shape", "channels", "genotype_channels", "place", "on_host")
OF_PROGRAM = ("kind", "role", "reset", "spike_at")


def group_problems(on_chip: Mapping[str, Population], cores: list[Core]) -> Iterator[Problem]:
    """Neurons that stand nowhere or twice, and constants that are others than the graph's."""
    held = {name: np.zeros(population.entry["shape"], np.int64) for name, population in on_chip.items()}
    for core in cores:
        for box in core.groups:
            held[box.population].ravel()[box.ids] += 1
            yield from _constants(on_chip[box.population], box, f"image/core{core.number}: group '{box.population}'")
    for name, times in held.items():
        for at in np.argwhere(times != 1)[:1]:
            text = f"neuron {tuple(at.tolist())} stands on {times[tuple(at)]} cores; due: 1"
            yield differs(f"image: population '{name}'", text)


def own_synapses(population: Population) -> Block:
    """The synapses of two compartments: each neuron's spike takes its threshold from its membrane, one step later."""
    if population.entry.get("reset") not in ("subtract", "subtract_next") or population.entry.get("spike_at"):
        raise UnknownError(f"population '{population.name}': two compartments of a neuron that subtracts nothing")
    name, channels, one = population.name, np.arange(len(population.channels)), ((1, 1), (0, 0), (1, 1))
    taken, ends = -(population.constant("vth") >> 6)[:, None, None], (channels, channels)
    return Block(f"{name}, its resets", name, name, {"delay": 0}, kernels=taken, ends=ends, window=one, distance=1)


def _constants(population: Population, box: Box, place: str) -> Iterator[Problem]:
    """Fields and arrays are the population's; two compartments hold a threshold register for one of a program."""
    due = {field: value for field, value in population.entry.items() if field not in OUTSIDE}
    found, part = box.entry["neurons"], slice(box.corner[0], box.corner[0] + len(box.numbers))
    arrays = {field: values[part].astype(np.int64) for field, values in population.arrays.items()}
    if box.entry["compartments"] == 2:
        if (found["kind"], found["role"]) != ("neurons", "lif"):
            raise UnknownError(f"{place}: two compartments of '{found['role']}'")
        found, due = ({f: v for f, v in fields.items() if f not in OF_PROGRAM} for fields in (found, due))
        arrays["vth"] = population.threshold[part] >> 6
        later = population.entry.get("reset") == "subtract_next" or not population.constant("dv").any()
        if (population.threshold[part] % 64).any() or (population.constant("du") != 4095).any() or not later:
            text = "two compartments do not compute this threshold, current or reset"
            yield differs(place, text)
    yield from differences(place, "the graph's is", found, due)
    yield from differences(place, "the graph's is", box.arrays, arrays, range(part.start, part.stop))
