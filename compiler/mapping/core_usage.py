"""What every core of a packing uses, exactly: what several of its slices share is counted once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.limits import UNITS, CoreLimits
from litesnn.compiler.mapping.links import Links
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.mapping.row_axons import channel_ranges, map_entries, memory_entries
from litesnn.compiler.mapping.usage import Demand, core_words

Ints = npt.NDArray[np.int64]
Usage = dict[str, int]


def usages(
    cores: list[tuple[Slice, ...]],
    demands: dict[str, Demand],
    limits: CoreLimits,
    links: Links,
    memory: list[Usage],
    leaving: Ints,
) -> list[Usage]:
    """What every core uses, exactly: axons that several slices share counted once; `leaving` output entries per core.

    `memory`: what the lists of a core take as stored; where it is empty, what their slices were taken to need.
    """
    readers: dict[str, list[Fan]] = {name: [] for name in demands}
    for fan in (fan for demand in demands.values() for fan in demand.fans):
        readers.setdefault(fan.source.name, []).append(fan)
    ranges = channel_ranges(cores)

    def remembered(grid: Grid) -> int:
        parts = [(fan, ranges[fan.target.name]) for fan in readers[grid.population]]
        return int(memory_entries(parts, grid.boxes).sum())

    usages = []
    for core, slices in enumerate(cores):
        own = [demands[part.population] for part in slices]
        grids = [Grid.of(part) for part in slices]
        alone = [demand.usage(grid) for demand, grid in zip(own, grids, strict=True)]
        neurons = sum(int(use["neurons"].sum()) for use in alone)
        registers = [demand.registers(part.channels) for demand, part in zip(own, slices, strict=True)]
        thresholds = [demand.thresholds(part.channels) for demand, part in zip(own, slices, strict=True)]
        decays = [demand.decays(part.channels) for demand, part in zip(own, slices, strict=True)]
        total = {
            "neurons": neurons,
            "delay_slots": neurons << max(demand.delay_bits for demand in own),
            "input_axons": int(links.entering[core]),
            "output_axons": sum(map(remembered, grids)) if limits.memory_per_pixel else int(leaving[core]),
            "axon_map": sum(int(map_entries(readers[grid.population], grid.boxes, limits).sum()) for grid in grids),
            "synapse_words": sum(int(use["synapse_words"].sum()) for use in alone),
            "list_words": sum(int(use["list_words"].sum()) for use in alone),
            "synapse_formats": len(frozenset().union(*registers)),
            "threshold_profiles": len(frozenset().union(*thresholds)),
            "compartment_profiles": len(frozenset().union(*decays)),
            "neuron_groups": len({demand.population.group for demand in own}),
            "layers": len(slices),
        }
        total |= memory[core]
        total["state_words"] = sum(part.neurons * demand.state_words for demand, part in zip(own, slices, strict=True))
        total["sum_words"] = sum(int(use["sum_words"].sum()) for use in alone)
        total["core_words"] = core_words(total, limits)
        usages.append({name: total[name] for name in UNITS if name in limits.resources})
    return usages
