"""The one entry to mapping: a scheduled graph and a profile in, every neuron on a core and every core on a mesh out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import fsum

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from litesnn.compiler.encoding import ListRule
from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping.bounds import lower_bound
from litesnn.compiler.mapping.choose_axons import choose_axons
from litesnn.compiler.mapping.compartments import with_own_synapses
from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.limits import UNITS, CoreLimits, core_limits
from litesnn.compiler.mapping.links import Links, Rates, find_links
from litesnn.compiler.mapping.memory_image import core_memory
from litesnn.compiler.mapping.model import Core, Mapping, Slice
from litesnn.compiler.mapping.pack import pack
from litesnn.compiler.mapping.placement import Placement, place
from litesnn.compiler.mapping.refusal import DoesNotFit, Excess
from litesnn.compiler.mapping.routing import Board
from litesnn.compiler.mapping.row_axons import channel_ranges, map_entries, memory_entries
from litesnn.compiler.mapping.split import cost_of
from litesnn.compiler.mapping.split_all import split_all
from litesnn.compiler.mapping.usage import Demand, Grid, build_demands, core_words
from litesnn.compiler.profile import Profile

Ints = npt.NDArray[np.int64]
Usage = dict[str, int]
PACKED_AGAIN = 3


def map_graph(
    graph: Graph, profile: Profile, rates: Rates | None = None, seed: int = 0, *, optimize: bool = True
) -> Mapping:
    """Partition and place a graph.

    Parameters
    ----------
    graph : every block has its format; sources and populations on the host get no core
    rates : population -> spikes per sample, per neuron (C, H, W) or per channel (C,); 1 where absent
    seed : of Mt-KaHyPar and of the random placement in the report
    optimize : False leaves the cores in order, for a check: what fits does not depend on it

    Raises
    ------
    DoesNotFit
        If one neuron of a population does not fit a core, with every resource of every such population; or if the network
        takes more cores than the largest system that was built.
    """
    graph, limits = with_own_synapses(graph, profile), core_limits(profile)
    rule = ListRule.of(profile)
    axons = choose_axons(graph, limits, rule)
    demands = build_demands(graph, limits, rule, axons)
    bound = lower_bound(demands, limits)
    least = int(np.ceil(max(bound.values(), default=1.0) - 1e-9))
    packed: _Packed | None = None

    @cache
    def stored(slices: tuple[Slice, ...]) -> Usage:
        return core_memory(graph, slices, rule, axons).usage

    if least <= limits.mesh.cores or not limits.other_chip:
        packed = _partition(demands, limits, stored, least, 0, rates)
    if packed is None or (len(packed.cores) > limits.mesh.cores and limits.other_chip):
        # More than one chip: any axon may have to leave its chip, which takes more entries.
        packed = _partition(demands, limits, stored, least, limits.other_chip, rates)
    cores, links, refused = packed.cores, packed.links, packed.refused
    placement = place(links.packets, limits.mesh, seed) if optimize and not refused else _in_order(cores, limits)
    usages = _usages(cores, demands, limits, links, packed.memory, _leaving(links, placement, limits))
    mapping = Mapping(
        profile=profile.name,
        mesh=limits.mesh,
        chips=placement.board.chips,
        cores=_cores(cores, usages, placement),
        lower_bound=bound,
        cost=round(fsum(cost_of(usage, limits) for usage in usages), 6),
        placements=placement.traffic,
        links=_between(links),
        axons=axons,
    )
    refused = (*refused, *_overfull(mapping, demands, limits, refused))
    if refused:
        raise DoesNotFit(refused, mapping)
    return mapping


@dataclass(frozen=True)
class _Packed:
    """Slices per core, their links, what the memory of each takes as stored, and what no core holds."""

    cores: list[tuple[Slice, ...]]
    links: Links
    memory: list[Usage]
    refused: tuple[Excess, ...]


def _partition(
    demands: dict[str, Demand],
    limits: CoreLimits,
    stored: Callable[[tuple[Slice, ...]], Usage],
    least: int,
    further: int,
    rates: Rates | None,
) -> _Packed:
    """A packing that fits, or the last one tried; every axon takes `further` output entries besides its own."""
    found = split_all(demands, limits, further)
    room = limits
    for _ in range(PACKED_AGAIN):
        # Cutting a reader to fill cores up may give its sources more destinations than they were split for: then the next best.
        for cores in pack(found.demands, found.grids, room, least):
            links = find_links(cores, demands, limits, rates)
            leaving = links.axons.getnnz(axis=1)
            if limits.entries is not None:
                leaving = np.asarray((links.entries + further * links.axons).sum(axis=1)).ravel()
            memory = [{} if found.refused else stored(slices) for slices in cores]
            usages = _usages(cores, demands, limits, links, memory, leaving)
            if all(value <= limits.resources[name] for usage in usages for name, value in usage.items()):
                return _Packed(cores, links, memory, found.refused)
        over = max((use["synapse_words"] / limits.resources["synapse_words"] for use in memory if use), default=0.0)
        if over <= 1 or "synapse_words" not in limits.resources:
            break
        # A core's one table of formats takes more words than its lists would each by itself: leave room for them.
        room = room.with_room("synapse_words", over)
    return _Packed(cores, links, memory, found.refused)


def _in_order(cores: list[tuple[Slice, ...]], limits: CoreLimits) -> Placement:
    board = Board(limits.mesh, max(1, -(-len(cores) // limits.mesh.cores)))
    return Placement(board, board.row_major(len(cores)), {})


def _usages(
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
        total["core_words"] = core_words(total, limits)
        usages.append({name: total[name] for name in UNITS if name in limits.resources})
    return usages


def _leaving(links: Links, placement: Placement, limits: CoreLimits) -> Ints:
    """Output axon entries per core, as placed."""
    if limits.entries is None:
        routes: Ints = links.axons.getnnz(axis=1).astype(np.int64)
        return routes
    chips, pairs = placement.board.chip_of(placement.routers), links.axons.tocoo()
    away = csr_matrix((pairs.data * (chips[pairs.row] != chips[pairs.col]), (pairs.row, pairs.col)), pairs.shape)
    return np.asarray((links.entries + limits.other_chip * away).sum(axis=1)).ravel().astype(np.int64)


def _overfull(
    mapping: Mapping, demands: dict[str, Demand], limits: CoreLimits, refused: tuple[Excess, ...]
) -> list[Excess]:
    """Cores beyond a limit although every slice on them fits: what the partition promised does not hold for what was placed."""
    explained = {(excess.resource, excess.place) for excess in refused}
    return [
        Excess(resource=name, place=f"core {number}", part=f"core {number}", value=value, limit=limits.resources[name])
        for number, core in enumerate(mapping.cores)
        for name, value in core.usage.items()
        if value > limits.resources[name]
        and not any((name, demands[part.population].population.place) in explained for part in core.slices)
    ]


def _cores(cores: list[tuple[Slice, ...]], usages: list[dict[str, int]], placement: Placement) -> tuple[Core, ...]:
    board = placement.board
    per_chip = board.mesh.columns * board.mesh.rows
    taken: dict[int, int] = {}
    result = []
    for slices, usage, router in zip(cores, usages, placement.routers.tolist(), strict=True):
        y, x = divmod(router % per_chip, board.mesh.columns)
        slot = taken.get(router, 0)
        taken[router] = slot + 1
        result.append(Core(slices=slices, usage=usage, chip=router // per_chip, router=(x, y), slot=slot))
    return tuple(result)


def _between(links: Links) -> tuple[tuple[int, int, float], ...]:
    pairs = links.packets.tocoo()
    order = np.lexsort((pairs.col, pairs.row))
    return tuple(
        (int(pairs.row[i]), int(pairs.col[i]), round(float(pairs.data[i]), 6)) for i in order if pairs.data[i] > 0
    )
