"""The one entry to mapping: a scheduled graph and a profile in, every neuron on a core and every core on a mesh out."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from math import fsum

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from litesnn.compiler.encoding import ListRule
from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping.alike import list_key
from litesnn.compiler.mapping.bounds import lower_bound
from litesnn.compiler.mapping.build_demands import build_demands
from litesnn.compiler.mapping.choose_axons import choose_axons
from litesnn.compiler.mapping.compartments import with_own_synapses
from litesnn.compiler.mapping.core_usage import Usage, usages
from litesnn.compiler.mapping.limits import CoreLimits, core_limits
from litesnn.compiler.mapping.links import Links
from litesnn.compiler.mapping.memory_image import core_memory
from litesnn.compiler.mapping.model import Core, Mapping, Slice
from litesnn.compiler.mapping.objective import Objective
from litesnn.compiler.mapping.objective_names import BALANCED, ObjectiveName
from litesnn.compiler.mapping.packets import Rates, find_packets
from litesnn.compiler.mapping.partition import Packed, partition
from litesnn.compiler.mapping.placement import Placement, place
from litesnn.compiler.mapping.refusal import DoesNotFit, Excess
from litesnn.compiler.mapping.routing import Board
from litesnn.compiler.mapping.split import cost_of
from litesnn.compiler.mapping.usage import Demand
from litesnn.compiler.profile import Profile

Ints = npt.NDArray[np.int64]


def map_graph(
    graph: Graph,
    profile: Profile,
    rates: Rates | None = None,
    seed: int = 0,
    *,
    optimize: bool = True,
    objective: ObjectiveName = BALANCED,
) -> Mapping:
    """Partition and place a graph.

    Parameters
    ----------
    graph : every block has its format; sources and populations on the host get no core
    rates : population -> spikes per sample, per neuron (C, H, W) or per channel (C,); 1 where absent
    seed : of Mt-KaHyPar and of the random placement in the report
    optimize : False leaves the cores in order, for a check: what fits does not depend on it
    objective : what the placement is chosen for (`mapping.objective`)

    Raises
    ------
    CompileError
        If there is no such objective.
    ProfileError
        If the profile lacks a figure that the objective takes.
    DoesNotFit
        If one neuron of a population does not fit a core, with every resource of every such population; or if the network
        takes more cores than the largest system that was built.
    """
    aim = Objective.of(objective, profile)
    graph, limits = with_own_synapses(graph, profile), core_limits(profile)
    rule = ListRule.of(profile)
    axons = choose_axons(graph, limits, rule)
    demands = build_demands(graph, limits, rule, axons)
    bound = lower_bound(demands, limits)
    least = int(np.ceil(max(bound.values(), default=1.0) - 1e-9))
    packed: Packed | None = None

    counted: dict[Hashable, Usage] = {}

    def stored(slices: tuple[Slice, ...], demands: dict[str, Demand]) -> Usage:
        margins = tuple(demands[part.population].margin(part) for part in slices)
        key = list_key(graph, slices, rule, margins)
        if key not in counted:
            counted[key] = core_memory(graph, slices, rule, axons, margins).usage
        return counted[key]

    if least <= limits.mesh.cores or not limits.other_chip:
        packed = partition(demands, limits, stored, least, 0)
    if packed is None or (len(packed.cores) > limits.mesh.cores and limits.other_chip):
        # More than one chip: any axon may have to leave its chip, which takes more entries.
        packed = partition(demands, limits, stored, least, limits.other_chip)
    cores, links, refused, demands = packed.cores, packed.links, packed.refused, packed.demands
    packets = find_packets(cores, demands, rates)
    placement = place(packets, limits.mesh, seed, aim) if optimize and not refused else _in_order(cores, limits)
    used = usages(cores, demands, limits, links, packed.memory, _leaving(links, placement, limits))
    mapping = Mapping(
        profile=profile.name,
        mesh=limits.mesh,
        chips=placement.board.chips,
        cores=_cores(cores, used, placement, demands),
        lower_bound=bound,
        cost=round(fsum(cost_of(usage, limits) for usage in used), 6),
        placements=placement.traffic,
        links=_between(packets),
        axons=axons,
        objective=aim.name,
    )
    refused = (*refused, *_overfull(mapping, demands, limits, refused))
    if refused:
        raise DoesNotFit(refused, mapping)
    return mapping


def _in_order(cores: list[tuple[Slice, ...]], limits: CoreLimits) -> Placement:
    board = Board(limits.mesh, max(1, -(-len(cores) // limits.mesh.cores)))
    return Placement(board, board.row_major(len(cores)), {})


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


def _cores(
    cores: list[tuple[Slice, ...]], used: list[Usage], placement: Placement, demands: dict[str, Demand]
) -> tuple[Core, ...]:
    board = placement.board
    per_chip = board.mesh.columns * board.mesh.rows
    taken: dict[int, int] = {}
    result = []
    for slices, usage, router in zip(cores, used, placement.routers.tolist(), strict=True):
        y, x = divmod(router % per_chip, board.mesh.columns)
        slot = taken.get(router, 0)
        taken[router] = slot + 1
        margins = tuple(demands[part.population].margin(part) for part in slices)
        core = Core(slices=slices, usage=usage, chip=router // per_chip, router=(x, y), slot=slot)
        result.append(replace(core, margins=margins) if any(map(any, margins)) else core)
    return tuple(result)


def _between(packets: csr_matrix) -> tuple[tuple[int, int, float], ...]:
    pairs = packets.tocoo()
    order = np.lexsort((pairs.col, pairs.row))
    return tuple(
        (int(pairs.row[i]), int(pairs.col[i]), round(float(pairs.data[i]), 6)) for i in order if pairs.data[i] > 0
    )
