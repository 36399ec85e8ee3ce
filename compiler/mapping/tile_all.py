"""Tilings of all populations, chosen together: the fewest cores on which output entries have room, on average over the map.

Where a box turns out to send to more than a core has entries for, packing cuts it (`pack_tiles`).
"""

from __future__ import annotations

from litesnn.compiler.mapping.joint import Options, choose_together
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.split_all import shares_axons
from litesnn.compiler.mapping.tiling import Tiling
from litesnn.compiler.mapping.tilings import Tilings
from litesnn.compiler.mapping.usage import Demand

CROWDING, FILLING = 0.2, 1.5
"""Of a core, what count besides its boxes: words and entries, as packing leaves room of each; and neurons of margins."""


def tile_all(
    demands: dict[str, Demand], limits: CoreLimits, further: int
) -> tuple[dict[str, Demand], dict[str, Tiling]] | None:
    """A tiling of every population, and its demand with the margins of that; each axon takes `further` entries besides its own.

    None if some population has none that fits, or no choice was found.
    """
    looked_at = {
        name: Tilings(demand, further, demands, shares_axons(demands, name)) for name, demand in demands.items()
    }
    options: dict[str, Options[Tiling]] = {name: own.best() for name, own in looked_at.items()}
    sure: set[str] = set()
    while all(own.grids for own in options.values()):
        choice = choose_together(options, limits.resources["output_axons"], {}, CROWDING, FILLING)
        if choice is None:
            return None
        tilings = {name: own.grids[choice[name]] for name, own in options.items()}
        too_large = {name for name in demands if name not in sure and not looked_at[name].fits(tilings[name])}
        if not too_large:
            return {name: demand.spaced(tilings[name].spacing) for name, demand in demands.items()}, tilings
        sure |= too_large
        options |= {name: looked_at[name].best(sure=True) for name in too_large}
    return None
