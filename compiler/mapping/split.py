"""Splitting one population over channels, rows and columns into the fewest slices that each fit a core.

As NxTF does, grids are tried in increasing number of cores (into which intervals: `mapping.cuts`), and of those with the fewest the cheapest by NxTF's cost is
taken (cores + input axons, output axons and synapse words over their limits). A grid also fills the output axons of the
cores that send to it: those count as the cores they fill, so a grid of few more but compact boxes can win.
"""

from __future__ import annotations

from math import fsum

from litesnn.compiler.graph import Membranes
from litesnn.compiler.mapping.cuts import even
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.model import Interval, Intervals
from litesnn.compiler.mapping.refusal import DoesNotFit, Excess
from litesnn.compiler.mapping.usage import Demand, Grid, destinations

COST_RESOURCES = ("input_axons", "output_axons", "synapse_words")
WORTH = 4  # grids of more cores than this times the fewest found are not looked at


def split(demand: Demand) -> Grid:
    """The best grid of one population.

    Raises
    ------
    DoesNotFit
        If not even one neuron fits a core: every resource it breaks.
    """
    fitting = _fitting_parts(demand)
    best: tuple[float, float, int] | None = None
    for number, (count, grid) in enumerate(fitting):
        if best is not None and count > best[0]:
            break
        cores = count + _imposed(demand, grid)
        if (best is None or cores <= best[0]) and (cost := _cost(demand, grid)) is not None:
            found = round(cores, 9), cost, number
            best = found if best is None else min(best, found)
    if best is not None:
        return fitting[best[-1]][1]
    single = _finest(demand)
    over = _violations(demand, single)
    if not over:
        return single
    part = f"one {'neuron' if demand.splits_space else 'channel'} of '{demand.population.name}'"
    limits, place = demand.limits.resources, demand.population.place
    raise DoesNotFit(
        Excess(resource=name, place=place, part=part, value=value, limit=limits[name]) for name, value in over.items()
    )


def score(demand: Demand, grid: Grid) -> tuple[float, float]:
    """What `split` minimizes: cores, with those that the output entries of the sources fill; then NxTF's cost."""
    return len(grid) + _imposed(demand, grid), _cost(demand, grid) or float("inf")


def cost_of(usage: dict[str, int], limits: CoreLimits) -> float:
    """NxTF's cost of one core."""
    return 1.0 + fsum(usage[name] / limits.resources[name] for name in COST_RESOURCES if name in limits.resources)


def _fitting_parts(demand: Demand) -> list[tuple[int, Grid]]:
    """Grids whose heaviest box fits, with their core counts, fewest first.

    Use grows with every side of a box, so for given channels and rows the widest box is found by bisection.
    """
    shape, patches = demand.population.shape, demand.limits.patches
    whole: Intervals = ((0, shape[1]),)
    reach = _reach(demand)
    found: list[tuple[int, tuple[int, int, int], Grid]] = []
    for channels in patches.channels(shape):
        if max(last - first for first, last in channels) > reach:
            continue
        heaviest = max(channels, key=lambda interval: sum(fan.weight(interval) for fan in demand.fans))
        for rows in patches.rows(shape) if demand.splits_space else (whole,):
            boxes = len(channels) * len(rows)
            if found and boxes > WORTH * min(count for count, _, _ in found):
                break
            columns = _fewest_columns(demand, heaviest, rows)
            if columns is None:
                continue
            grid = Grid(demand.population.name, channels, rows, columns)
            found.append((len(grid), (len(channels), len(rows), len(columns)), grid))
            if len(columns) == 1:
                break
    return [(count, grid) for count, _, grid in sorted(found, key=lambda entry: entry[:2])]


def _reach(demand: Demand) -> int:
    """Channels of a slice that a list's widest index can tell apart; at least 1."""
    _, height, width = demand.population.shape
    targets = min((2 ** fan.rule.index_widths[-1] for fan in demand.fans), default=demand.population.size)
    return max(1, targets if demand.splits_space else targets // (height * width))


def _fewest_columns(demand: Demand, channels: Interval, rows: Intervals) -> Intervals | None:
    """The cut into the fewest column intervals with which the middle box of these channels fits, or None."""
    shape, patches = demand.population.shape, demand.limits.patches
    options = patches.columns(shape) if demand.splits_space else (((0, shape[2]),),)
    middle = rows[len(rows) // 2]

    def fits(columns: Intervals) -> bool:
        box = Grid(demand.population.name, (channels,), (middle,), (patches.widest(columns),))
        return not _violations(demand, box)

    if not fits(options[-1]):
        return None
    low, high = 0, len(options) - 1
    while low < high:
        middle_option = (low + high) // 2
        if fits(options[middle_option]):
            high = middle_option
        else:
            low = middle_option + 1
    return options[low]


def _grid(demand: Demand, channels: int, rows: int, columns: int) -> Grid:
    shape = demand.population.shape
    return Grid(demand.population.name, even(shape[0], channels), even(shape[1], rows), even(shape[2], columns))


def _finest(demand: Demand) -> Grid:
    """Single neurons, or single channels where space cannot be split."""
    channels, height, width = demand.population.shape
    return _grid(demand, channels, height, width) if demand.splits_space else _grid(demand, channels, 1, 1)


def _violations(demand: Demand, grid: Grid) -> dict[str, int]:
    """Resources over their limit, with the largest use in any box."""
    limits = demand.limits.resources
    neurons = int(demand.allocated(grid).max())
    if neurons > limits.get("neurons", neurons):
        return {"neurons": neurons}  # lists onto more neurons than a core has cannot be laid out
    usage = demand.usage(grid)
    return {name: int(usage[name].max()) for name, limit in limits.items() if usage[name].max() > limit}


def _cost(demand: Demand, grid: Grid) -> float | None:
    """NxTF's cost of a grid; None if a box does not fit."""
    limits, usage = demand.limits.resources, demand.usage(grid)
    if any(usage[name].max() > limit for name, limit in limits.items()):
        return None
    return round(
        len(grid) + fsum(float(usage[name].sum()) / limits[name] for name in COST_RESOURCES if name in limits), 9
    )


def _imposed(demand: Demand, grid: Grid) -> float:
    """Cores that the output entries of all on-chip neurons sending to the grid fill.

    Where the channels of a pixel share axons, entries are taken on every core that holds some of them.
    """
    limits = demand.limits
    if limits.entries is None or "output_axons" not in limits.resources:
        return 0.0
    entries = 0
    for fan in demand.fans:
        if isinstance(fan.source, Membranes) and not fan.source.on_host:
            source = demand.sources.get(fan.source.name)
            holders = len(source.channels) if source is not None and fan.axon == "shared" else 1
            entries += limits.entries[fan.axon] * holders * int(destinations(fan, grid).sum())
    return entries / limits.resources["output_axons"]
