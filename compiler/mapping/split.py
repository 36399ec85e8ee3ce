"""Splitting one population over channels, rows and columns into slices that each fit a core: the grids there are.

As NxTF does, grids of boxes (into which intervals: `mapping.cuts`) are looked at in increasing number of cores. Which of
them is taken depends on the others, too: `split_all` says how.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from litesnn.compiler.graph import Membranes
from litesnn.compiler.mapping.cuts import even
from litesnn.compiler.mapping.entries import entries_into
from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.largest import heaviest, innermost
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.model import Interval, Intervals
from litesnn.compiler.mapping.refusal import DoesNotFit, Excess
from litesnn.compiler.mapping.usage import Demand

COST_RESOURCES = ("input_axons", "output_axons", "synapse_words")
WORTH = 4  # grids of more cores than this times the fewest found are not looked at
FINER = 16  # the same, where output entries of which nothing is known yet may need more cores


def split(demand: Demand) -> Grid:
    """The grid of one population with the fewest cores, those included that the output entries of its sources fill.

    Raises
    ------
    DoesNotFit
        If not even one neuron fits a core: every resource it breaks.
    """
    best: tuple[float, float, int] | None = None
    fitting = fitting_grids(demand)
    for number, grid in enumerate(fitting):
        if best is not None and len(grid) > best[0]:
            break
        cores = len(grid) + _imposed(demand, grid)
        if (best is None or cores <= best[0]) and (cost := grid_cost(demand, grid)) is not None:
            found = round(cores, 9), cost, number
            best = found if best is None else min(best, found)
    if best is not None:
        return fitting[best[-1]]
    single = _finest(demand)
    over = violations(demand, single)
    if not over:
        return single
    part = f"one {'neuron' if demand.splits_space else 'channel'} of '{demand.population.name}'"
    limits, place = demand.limits.resources, demand.population.place
    raise DoesNotFit(
        Excess(resource=name, place=place, part=part, value=value, limit=limits[name]) for name, value in over.items()
    )


def score(demand: Demand, grid: Grid) -> tuple[float, float]:
    """What `split` minimizes: cores, with those that the output entries of the sources fill; then NxTF's cost."""
    return len(grid) + _imposed(demand, grid), grid_cost(demand, grid) or float("inf")


def cost_of(usage: dict[str, int], limits: CoreLimits) -> float:
    """NxTF's cost of one core."""
    return 1.0 + fsum(usage[name] / limits.resources[name] for name in COST_RESOURCES if name in limits.resources)


def grid_cost(demand: Demand, grid: Grid) -> float | None:
    """NxTF's cost of a grid; None if a box does not fit."""
    limits, usage = demand.limits.resources, demand.usage(grid)
    if any(usage[name].max() > limit for name, limit in limits.items()):
        return None
    return round(
        len(grid) + fsum(float(usage[name].sum()) / limits[name] for name in COST_RESOURCES if name in limits), 9
    )


def fitting_grids(demand: Demand, finer: bool = False) -> list[Grid]:
    """Grids whose heaviest box fits, fewest cores first; `finer`: those with more columns than they need, too.

    Use grows with every side of a box, so for given channels and rows the widest box is found by bisection.
    """
    shape, patches, name = demand.population.shape, demand.limits.patches, demand.population.name
    whole: tuple[Intervals, Intervals] = ((0, shape[1]),), ((0, shape[2]),)
    columns = patches.columns(shape) if demand.splits_space else whole[1:]
    worth, fewest, reach = FINER if finer else WORTH, 0, _reach(demand)
    found: list[Grid] = []
    for channels in patches.channels(shape):
        if max(last - first for first, last in channels) > reach:
            continue
        heavy = heaviest(demand, channels)
        most = len(columns) - 1
        for rows in patches.rows(shape) if demand.splits_space else whole[:1]:
            if found and len(channels) * len(rows) > worth * fewest:
                break
            least = _fewest_columns(demand, heavy, rows, columns[: most + 1])
            if least is None:
                continue
            most = least  # of lower boxes no more are needed
            found += [Grid(name, channels, rows, each) for each in columns[least:][: None if finer else 1]]
            boxes = len(channels) * len(rows) * len(columns[least])
            fewest = min(fewest or boxes, boxes)
            if least == 0 and not finer:
                break
    kept = [grid for grid in found if len(grid) <= worth * fewest]
    return sorted(kept, key=lambda grid: (len(grid), *map(len, grid.boxes)))


def violations(demand: Demand, grid: Grid) -> dict[str, int]:
    """Resources over their limit, with the largest use in any box."""
    limits = demand.limits.resources
    neurons = int(demand.allocated(grid).max())
    if neurons > limits.get("neurons", neurons):
        return {"neurons": neurons}  # lists onto more neurons than a core has cannot be laid out
    usage = demand.usage(grid)
    return {name: int(usage[name].max()) for name, limit in limits.items() if usage[name].max() > limit}


def _reach(demand: Demand) -> int:
    """Channels of a slice that a list's widest index can tell apart; at least 1."""
    _, height, width = demand.population.shape
    targets = min((2 ** fan.rule.index_widths[-1] for fan in demand.fans), default=demand.population.size)
    return max(1, targets if demand.splits_space else targets // (height * width))


def _fewest_columns(demand: Demand, channels: Interval, rows: Intervals, options: Sequence[Intervals]) -> int | None:
    """Number of the first option with which the largest inner box of these channels fits, or None."""

    def fits(columns: Intervals) -> bool:
        inner = (innermost(demand, rows, columns=False),), (innermost(demand, columns, columns=True),)
        return not violations(demand, Grid(demand.population.name, (channels,), *inner))

    if not fits(options[-1]):
        return None
    low, high = 0, len(options) - 1
    while low < high:
        middle = (low + high) // 2
        if fits(options[middle]):
            high = middle
        else:
            low = middle + 1
    return low


def _grid(demand: Demand, channels: int, rows: int, columns: int) -> Grid:
    shape = demand.population.shape
    return Grid(demand.population.name, even(shape[0], channels), even(shape[1], rows), even(shape[2], columns))


def _finest(demand: Demand) -> Grid:
    """Single neurons, or single channels where space cannot be split."""
    channels, height, width = demand.population.shape
    return _grid(demand, channels, height, width) if demand.splits_space else _grid(demand, channels, 1, 1)


def _imposed(demand: Demand, grid: Grid) -> float:
    """Cores that the output entries of all on-chip neurons sending to the grid fill, at least."""
    limits = demand.limits
    if limits.entries is None or "output_axons" not in limits.resources:
        return 0.0
    return (
        sum(
            entries_into(fan, grid, limits)
            for fan in demand.fans
            if isinstance(fan.source, Membranes) and not fan.source.on_host
        )
        / limits.resources["output_axons"]
    )
