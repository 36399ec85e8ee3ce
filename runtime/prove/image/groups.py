"""Neurons of the cores against the populations of the graph: every neuron once, with its population's constants."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from litesnn.runtime.prove.image.core import Box, Core
from litesnn.runtime.prove.program import Block, Graph, Population
from litesnn.runtime.prove.verdict import Problem, UnknownError, differs

OUTSIDE = ("name", "shape", "channels", "genotype_channels", "place", "on_host")
OF_PROGRAM = ("kind", "role", "reset", "spike_at")


def group_problems(graph: Graph, cores: list[Core]) -> Iterator[Problem]:
    """Boxes of what is not on the chip, neurons that stand nowhere or twice, and constants that are others than the graph's."""
    on_chip = {n: p for n, p in graph.populations.items() if p.role != "source" and not p.entry["on_host"]}
    held = {name: np.zeros(population.entry["shape"], np.int64) for name, population in on_chip.items()}
    for core in cores:
        for box in core.groups:
            place = f"image/core{core.number}: group '{box.population}'"
            if box.population not in on_chip or list(box.entry["map"]) != on_chip[box.population].entry["shape"]:
                raise UnknownError(f"{place}: no population of the chip has this name and map")
            c, y, x = (slice(start, start + side) for start, side in zip(box.corner, box.sides, strict=True))
            held[box.population][c, y, x] += 1
            yield from _constants(on_chip[box.population], box, place)
    for name, times in held.items():
        for at in np.argwhere(times != 1)[:1]:
            text = f"neuron {tuple(at.tolist())} stands on {times[tuple(at)]} cores; due: 1"
            yield differs(f"image: population '{name}'", text)


def own_synapses(population: Population) -> Block:
    """The synapses of two compartments: each neuron's spike takes its threshold from its membrane, one step later."""
    taken, count = population.constant("vth"), len(population.channels)
    if population.entry.get("reset") not in ("subtract", "subtract_next") or population.entry.get("spike_at"):
        raise UnknownError(f"population '{population.name}': two compartments of a neuron that subtracts nothing")
    name, one, channels = population.name, ((1, 1), (0, 0), (1, 1)), np.arange(count)
    entry, taken = {"exponent": 0, "delay": 0}, -(taken >> 6)[:, None, None]
    pairs = (channels, channels)
    return Block(f"{name}, its resets", name, name, entry, kernels=taken, pairs=pairs, window=one, distance=1)


def _constants(population: Population, box: Box, place: str) -> Iterator[Problem]:
    """Fields and arrays are the population's; two compartments hold a threshold register for one of a program."""
    due = {field: value for field, value in population.entry.items() if field not in OUTSIDE}
    found, part = dict(box.entry["neurons"]), slice(box.corner[0], box.corner[0] + box.sides[0])
    arrays = {field: values[part].astype(np.int64) for field, values in population.arrays.items()}
    if box.entry["compartments"] == 2:
        if (found["kind"], found["role"]) != ("neurons", "lif"):
            raise UnknownError(f"{place}: two compartments of '{found['role']}'")
        found = {field: value for field, value in found.items() if field not in OF_PROGRAM}
        due = {field: value for field, value in due.items() if field not in OF_PROGRAM}
        arrays["vth"] = population.threshold[part] >> 6
        later = population.entry.get("reset") == "subtract_next" or not population.constant("dv").any()
        if (population.threshold[part] % 64).any() or (population.constant("du") != 4095).any() or not later:
            text = "two compartments do not compute this threshold, current or reset"
            yield differs(place, text)
    for field in sorted(set(due) | set(found)):
        if found.get(field) != due.get(field):
            text = f"{field}: found {found.get(field)}; the graph's is {due.get(field)}"
            yield differs(place, text)
    if set(box.arrays) != set(arrays):
        yield differs(place, f"found parameters {sorted(box.arrays)}; the graph has {sorted(arrays)}")
        return
    for field, values in arrays.items():
        for at in np.flatnonzero(box.arrays[field] != values)[:1]:
            text = f"found {box.arrays[field][at]}; the graph's is {values[at]}"
            yield differs(place, f"{field} of channel {box.corner[0] + at}: {text}")
