"""Constants of neurons and formats of weights, as graph.json and weights.safetensors state them, against PyTorch's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from litesnn.runtime.prove.program import Block, Population
from litesnn.runtime.prove.ranges import READOUT_MAX, REGISTER, Constants
from litesnn.runtime.prove.verdict import Problem, differences, differs


def constant_problems(population: Population, due: Constants, steps: int) -> Iterator[Problem]:
    """What neurons have else than PyTorch, `due`; in one step alone neither decay nor reset matters."""
    found: dict[str, Any] = {"bias": population.bias, "threshold": population.threshold}
    wanted: dict[str, Any] = {"bias": due.bias, "threshold": due.threshold}
    found["du"], wanted["du"] = population.constant("du"), np.full_like(due.bias, 4095)
    if steps > 1:
        reset = "none" if population.role == "readout" else population.entry.get("reset", "zero")
        same = "_next" if (due.decay == 4096).all() else ""  # where nothing leaks, either subtraction is the other
        found |= {"decay": 4096 - population.constant("dv"), "reset": reset.removesuffix(same)}
        wanted |= {"decay": due.decay, "reset": due.reset.removesuffix(same)}
        if reset.startswith("subtract"):
            found["subtracted"], wanted["subtracted"] = population.constant("vth"), due.threshold
    place = f"population '{population.name}'"
    yield from differences(place, "PyTorch's is", found, wanted, population.channels.tolist())


def register_problems(population: Population) -> Iterator[Problem]:
    """Constants that their registers do not hold."""
    highest = REGISTER if population.role == "programmed_lif" else READOUT_MAX >> 6
    limits = {"vth": (0, highest), "bias_mant": (-4095, 4095), "bias_exp": (0, 7), "dv": (0, 4096)}
    for field, (least, most) in limits.items():
        found = population.constant(field)
        if found.min() < least or found.max() > most:
            text = f"{field}: found {found.min()} .. {found.max()}; the register holds {least} .. {most}"
            yield differs(f"population '{population.name}'", text)


def format_problems(block: Block) -> Iterator[Problem]:
    """Where the two statements of a weight part: code * 2^exponent, and a mantissa of so many bits * 2^weight_exp."""
    bits, mode, exponent = block.entry["num_weight_bits"], block.entry["sign_mode"], block.entry["exponent"]
    top = 2 ** (bits - (mode == "mixed")) - 1
    least, most = {"excitatory": (0, top), "inhibitory": (-top, 0), "mixed": (-top - 1, top)}[mode]
    low, high = (int(end) >> max(0, exponent) for end in (block.kernels.min(initial=0), block.kernels.max(initial=0)))
    stated = block.entry["weight_exp"] + 8 - bits + (mode == "mixed")
    exact = bits <= 24 and exponent in range(39)  # weights below 2^62
    if stated != exponent or not exact or low < least or high > most:
        text = f"codes {low} .. {high} times 2^{exponent}, {mode} mantissas for {least} .. {most} times 2^{stated}"
        yield differs(f"block '{block.name}'", f"format: found {text}")
