"""Splitting all populations, readers before what they read: a reader's grid decides the output entries of its sources.

How many cores hold the channels of a source is known only afterwards, although each of them takes the entries. So the
populations are split again with the grids of the round before, for as long as that takes fewer cores.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import CompileError
from litesnn.compiler.mapping.limits import UNITS, CoreLimits
from litesnn.compiler.mapping.refusal import CHIPS, DoesNotFit, Excess, relaxed
from litesnn.compiler.mapping.split import split
from litesnn.compiler.mapping.usage import Demand, Grid, below, destinations

MOST_CORES = 2**17  # where a profile names no board: what can be placed in bounded time
ROUNDS = 4  # at most; later ones gain nothing


@dataclass(frozen=True, eq=False)
class Split:
    """Demands that know their readers, the grid of every population, and what no core holds."""

    demands: dict[str, Demand]
    grids: dict[str, Grid]
    refused: tuple[Excess, ...]

    @property
    def cores(self) -> int:
        """Cores of all grids."""
        return sum(len(grid) for grid in self.grids.values())


def split_all(demands: dict[str, Demand], limits: CoreLimits, further: int) -> Split:
    """Split every population; each axon takes `further` entries besides its own.

    Raises
    ------
    DoesNotFit
        If the grids are more cores than any system has; with what no core holds, if there is such.
    """
    best = _round(demands, limits, further, {})
    for _ in range(ROUNDS - 1 if limits.entries is not None and not best.refused else 0):
        found = _round(demands, limits, further, best.grids)
        if found.refused or found.cores >= best.cores:
            break
        best = found
    _check_system(best, limits)
    return best


def _round(demands: dict[str, Demand], limits: CoreLimits, further: int, before: dict[str, Grid]) -> Split:
    grids: dict[str, Grid] = {}
    known: dict[str, Demand] = {}
    refused: list[Excess] = []
    for name in reversed(list(demands)):
        routes = [(fan, grids[reader]) for reader in grids for fan in demands[reader].fans if fan.source.name == name]
        outgoing: npt.NDArray[np.int64] = np.zeros((1, *demands[name].population.shape[1:]), np.int64)
        for fan, grid in routes:
            outgoing = outgoing + ((limits.entries or {}).get(fan.axon, 1) + further) * destinations(fan, grid)
        known[name] = replace(demands[name], outgoing=below(outgoing), routes=routes, sources=before)
        grids[name] = _split_anyway(known[name], refused)
    return Split({name: known[name] for name in demands}, grids, tuple(reversed(refused)))


def _split_anyway(demand: Demand, refused: list[Excess]) -> Grid:
    """The best grid; where not even the smallest part fits, that of cores just large enough for it, and why in `refused`."""
    try:
        return split(demand)
    except DoesNotFit as refusal:
        refused += refusal.excesses
        return _split_anyway(relaxed(demand, refusal.excesses), refused)
    except CompileError as error:
        raise (DoesNotFit(refused) if refused else error) from error


def _check_system(found: Split, limits: CoreLimits) -> None:
    """No network is placed on a system larger than any that exists; the refusal says where the cores go."""
    most = MOST_CORES if limits.chips is None else limits.chips * limits.mesh.cores
    if found.cores <= most:
        return
    largest = max(found.grids, key=lambda name: len(found.grids[name]))
    usage = found.demands[largest].usage(found.grids[largest])
    tightest = max(limits.resources, key=lambda name: float(usage[name].mean()) / limits.resources[name])
    network = f"a network of {found.cores} cores"
    chips = -(-found.cores // limits.mesh.cores)
    excess = Excess(resource=CHIPS, place="network", part=network, value=chips, limit=most // limits.mesh.cores)
    advice = (
        f"the largest system built has {most} cores. Most go to '{largest}' ({len(found.grids[largest])}), where "
        f"{tightest} bind ({int(usage[tightest].max())} of {limits.resources[tightest]} {UNITS[tightest]}): use fewer channels "
        "or earlier reductions"
    )
    raise DoesNotFit([*found.refused, excess], advice=advice)
