"""Tilings of all populations, chosen together so that the output entries of all have room, exactly."""

from __future__ import annotations

from typing import Any

from litesnn.compiler.mapping.joint import Options, choose_together, loads
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.room import Room
from litesnn.compiler.mapping.split_all import MARGIN, ROUNDS, shares_axons
from litesnn.compiler.mapping.tiling import Tiling
from litesnn.compiler.mapping.tilings import tilings_of
from litesnn.compiler.mapping.usage import Demand

CROWDING = 1.0  # of a core: what words and entries count besides, as packing leaves room of each


def tile_all(demands: dict[str, Demand], limits: CoreLimits, further: int) -> dict[str, Tiling] | None:
    """A tiling of every population; each axon takes `further` entries besides its own.

    None if some population has none that fits, or no choice was found with room for all entries.
    """
    options: dict[str, Options[Any]] = {
        name: tilings_of(demand, further, demands, shares_axons(demands, name)) for name, demand in demands.items()
    }
    if not all(own.grids for own in options.values()):
        return None
    limit = limits.resources["output_axons"]
    strain: dict[str, float] = {}
    for _ in range(ROUNDS):
        choice = choose_together(options, limit, strain, CROWDING)
        if choice is None:
            return None
        tilings: dict[str, Tiling] = {name: own.grids[choice[name]] for name, own in options.items()}
        fullest = Room(demands, tilings, limits, further).fullest()
        crowded = {name: entries for name, entries in fullest.items() if entries > limit}
        if not crowded:
            return tilings
        mean = loads(options, choice)
        for name, entries in crowded.items():
            above = entries / (float(options[name].senders[choice[name]]) * mean[name]) * MARGIN
            strain[name] = max(strain.get(name, 1.0), above)
    return None
