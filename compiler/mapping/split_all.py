"""Splitting all populations: on what grids there are for each agrees with the others, readers before what they read.

A reader's grid decides the output entries of its sources. Where a chip counts them, all grids are first chosen together on
mean entries (`joint`), then one after the other exactly; where boxes turn out too full, all are chosen again with that known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import CompileError
from litesnn.compiler.mapping.entries import destinations
from litesnn.compiler.mapping.grid import Grid, below
from litesnn.compiler.mapping.joint import Options, choose_together, loads, prices
from litesnn.compiler.mapping.limits import UNITS, CoreLimits
from litesnn.compiler.mapping.refusal import CHIPS, DoesNotFit, Excess, relaxed
from litesnn.compiler.mapping.split import fitting_grids, grid_cost, split
from litesnn.compiler.mapping.usage import Demand

MOST_CORES = 2**17  # where a profile names no board: what can be placed in bounded time
FEW = 64  # cores up to which grids that are best for themselves are looked at, too
ROUNDS = 6  # of choices, each with what the exact entries of the one before were above the mean
MARGIN = 1.001  # a box is taken to be this much fuller than one of the same kind was found to be


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
    limit = limits.resources.get("output_axons")
    best = None if limits.entries is None or limit is None else _together(demands, limits, further, limit)
    if best is None or best.refused or best.cores <= FEW:
        plain = _plain(demands, limits, further)
        best = min(([] if best is None else [best]) + [plain], key=_rank)
    _check_system(best, limits)
    return best


def _plain(demands: dict[str, Demand], limits: CoreLimits, further: int) -> Split:
    """Each population on the grid that is best for itself, readers first."""
    return _readers_first(demands, limits, further, _split_anyway)


def _together(demands: dict[str, Demand], limits: CoreLimits, further: int, limit: int) -> Split | None:
    """All on grids that are chosen together, then exactly; where none of a population's does, on what is best for it.

    None if some population has no grid that fits even without its output entries.
    """
    options = {
        name: Options.of(demand, fitting_grids(demand, finer=True), further, demands, shares_axons(demands, name))
        for name, demand in demands.items()
    }
    if not all(own.grids for own in options.values()):
        return None
    strain: dict[str, float] = {}
    best: Split | None = None
    for _ in range(ROUNDS):
        choice = choose_together(options, limit, strain)
        if choice is None:
            break
        found, stricter = _exact(demands, limits, further, options, choice)
        best = found if best is None else min(best, found, key=_rank)
        if not stricter:
            break
        strain |= {name: max(strain.get(name, 1.0), value) for name, value in stricter.items()}
    return best


def _exact(
    demands: dict[str, Demand],
    limits: CoreLimits,
    further: int,
    options: dict[str, Options[Grid]],
    choice: dict[str, int],
) -> tuple[Split, dict[str, float]]:
    """Grids of a choice, or the next best where entries do not fit; and how far there the fullest box is above the mean."""
    choice, strain = dict(choice), {}

    def exact(demand: Demand, refused: list[Excess]) -> Grid:
        name = demand.population.name
        own, mean = options[name], loads(options, choice)[name]
        chosen = choice[name]
        if not demand.fits_entries(own.grids[chosen]):
            strain[name] = demand.most_entries(own.grids[chosen]) / (own.senders[chosen] * mean) * MARGIN
        cost = np.round(own.cores + prices(options, choice, name), 6)
        cost[chosen] = -1.0
        order: list[int] = np.argsort(cost, kind="stable").tolist()
        for number in order:
            if demand.fits_entries(own.grids[number]) and grid_cost(demand, own.grids[number]) is not None:
                choice[name] = number
                return own.grids[number]
        return _split_anyway(demand, refused)

    return _readers_first(demands, limits, further, exact), strain


def _rank(found: Split) -> tuple[bool, int]:
    return bool(found.refused), found.cores


def shares_axons(demands: dict[str, Demand], name: str) -> bool:
    """Whether the channels of a pixel share axons, towards all that reads the population."""
    fans = [fan for demand in demands.values() for fan in demand.fans if fan.source.name == name]
    return all(fan.axon == "shared" for fan in fans)


def _readers_first(
    demands: dict[str, Demand], limits: CoreLimits, further: int, choose: Callable[[Demand, list[Excess]], Grid]
) -> Split:
    grids: dict[str, Grid] = {}
    known: dict[str, Demand] = {}
    refused: list[Excess] = []
    for name in reversed(list(demands)):
        routes = [(fan, grids[reader]) for reader in grids for fan in demands[reader].fans if fan.source.name == name]
        outgoing: npt.NDArray[np.int64] = np.zeros((1, *demands[name].population.shape[1:]), np.int64)
        for fan, grid in routes:
            outgoing = outgoing + ((limits.entries or {}).get(fan.axon, 1) + further) * destinations(fan, grid)
        known[name] = replace(demands[name], outgoing=below(outgoing), routes=routes)
        grids[name] = choose(known[name], refused)
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
