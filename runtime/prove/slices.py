"""Slices of cores: that every neuron of the chip stands on one core, and on no other, as mapping.json says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from litesnn.runtime.prove.program import Entry, Graph
from litesnn.runtime.prove.verdict import Problem


def slice_problems(graph: Graph, mapping: Entry) -> Iterator[Problem]:
    """Slices of what is not on the chip or reaches beyond it, and neurons that stand on no core or on several."""
    populations = [p for p in graph.populations.values() if p.role != "source" and not p.entry["on_host"]]
    held = {p.name: np.zeros(p.entry["shape"], np.int64) for p in populations}
    for number, core in enumerate(mapping["cores"]):
        for part in core["slices"]:
            box = [part["channels"], part["rows"], part["columns"]]
            sides = held[part["population"]].shape if part["population"] in held else (0, 0, 0)
            if all(0 <= first < last <= side for (first, last), side in zip(box, sides, strict=True)):
                held[part["population"]][tuple(slice(first, last) for first, last in box)] += 1
            else:
                yield Problem(
                    "differs", f"core {number}", f"found a slice {box} of '{part['population']}', which has {sides}"
                )
    for name, times in held.items():
        for place in np.argwhere(times != 1)[:1]:
            text = f"neuron {tuple(place.tolist())} stands on {times[tuple(place)]} cores; due: 1"
            yield Problem("differs", f"population '{name}'", text)
