"""Placement: cores onto chips and routers so that packets travel few hops, never worse than placing them in order.

Mt-KaHyPar (deterministic preset) cuts the packet graph into chips and maps each chip's cores onto its mesh; local search
refines that and, separately, the row-major placement, and from the better one goes on to relieve busy links. Of all these
placements the objective takes one: without another choice, of those with nearly the fewest hops the least busiest link.
An axon, the hyperedge from a neuron to the cores that it reaches, is one packet per core: summed by pair of cores that
is exactly the packet graph.
"""

from __future__ import annotations

from dataclasses import dataclass

import mtkahypar
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, triu

from litesnn.compiler.mapping.congestion import relieved
from litesnn.compiler.mapping.local_search import LocalSearch, slots_of
from litesnn.compiler.mapping.model import Mesh, Traffic
from litesnn.compiler.mapping.objective import Objective
from litesnn.compiler.mapping.routing import Board, distances, hop_weighted, measure

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BALANCED = Objective()
WHOLE_SEARCH = 2048  # slots up to which local search moves cores between chips; beyond, within each chip
SEARCHED_CORES = (
    20_000  # beyond, cores stay in order: such a system exists nowhere but in the report of what does not fit
)
MAPPED_CHIPS = 4  # chips whose inside Mt-KaHyPar maps (seconds each); the local search alone does the others
LEAST_MAPPED = 1  # cores per router from which Mt-KaHyPar is asked; it refuses fewer, and local search suffices there
WEIGHT_SUM = 2**26  # Mt-KaHyPar adds weights times hops in 32 bits


@dataclass(frozen=True, eq=False)
class Placement:
    """Routers (on the joined mesh of `board`) per core, and the traffic of every strategy."""

    board: Board
    routers: Ints
    traffic: dict[str, Traffic]


def place(packets: csr_matrix, mesh: Mesh, seed: int, objective: Objective = BALANCED) -> Placement:
    """Place cores that exchange `packets` (source, destination), for an objective."""
    cores = packets.shape[0]
    board = Board(mesh, max(1, -(-cores // mesh.cores)))
    row_major = board.row_major(cores)
    slots = board.row_major(int(board.capacity.sum()))
    random = np.random.default_rng(seed).permutation(slots)[:cores]
    apart = csr_matrix(packets, dtype=np.float64, copy=True)
    apart.setdiag(0)
    apart.eliminate_zeros()
    found = [row_major]
    if 1 < cores <= SEARCHED_CORES and apart.nnz:
        partitioned = _partitioned(csr_matrix(apart + apart.T), board, seed)
        found += [_search(apart, start, board) for start in (partitioned, row_major)]
        if len(slots) <= WHOLE_SEARCH:
            shortest = min(found[::-1], key=lambda routers: round(hop_weighted(packets, routers, board), 6))
            found += relieved(apart, shortest, board)
    traffic, at_random = [measure(packets, routers, board) for routers in found], measure(packets, random, board)
    best = objective.best(packets, found, traffic, at_random, board)
    strategies = {"litesnn": traffic[best], "row_major": traffic[0], "random": at_random}
    return Placement(board, found[best], strategies)


def _search(packets: csr_matrix, routers: Ints, board: Board) -> Ints:
    """Local search over all chips at once, or chip by chip where there are too many slots; no core sends packets to itself."""
    hops, capacity = distances(board), board.capacity
    if int(capacity.sum()) <= WHOLE_SEARCH:
        slots = slots_of(routers, capacity)
        return LocalSearch(packets, len(slots)).refine(slots, hops)
    routers, per_chip, between = routers.copy(), board.routers // board.chips, csr_matrix(packets + packets.T)
    for chip in range(board.chips):
        inside = np.flatnonzero(board.chip_of(routers) == chip)
        first = chip * per_chip
        local = slice(first, first + per_chip)
        towards = between[inside].tolil()
        towards[:, inside] = 0
        outside = towards.tocsr() @ hops[routers][:, local]
        own = slots_of(routers[inside] - first, capacity[local])
        search = LocalSearch(packets[inside][:, inside], len(own))
        routers[inside] = first + search.refine(own, hops[local, local], outside)
    return routers


def _partitioned(between: csr_matrix, board: Board, seed: int) -> Ints:
    """Start of the search: chips by minimum cut, then each chip's cores mapped onto its routers."""
    cores, mesh = between.shape[0], board.mesh
    per_chip = mesh.columns * mesh.rows
    initializer = mtkahypar.initialize(1, False)
    chips = np.zeros(cores, np.int64)
    if board.chips > 1:
        chips = _cut(initializer, between, board.chips, mesh.cores, seed)
    routers = np.zeros(cores, np.int64)
    for chip in range(board.chips):
        inside = np.flatnonzero(chips == chip)
        capacity = board.capacity[:per_chip]
        links = between[inside][:, inside]
        if per_chip > 1 and board.chips <= MAPPED_CHIPS and len(inside) > LEAST_MAPPED * per_chip and links.nnz:
            own = _onto_mesh(initializer, links, mesh, capacity, seed)
        else:
            own = np.repeat(np.arange(per_chip), capacity)[: len(inside)]
        routers[inside] = chip * per_chip + own
    return routers


def _graph(initializer: mtkahypar.Initializer, context: mtkahypar.Context, between: csr_matrix) -> mtkahypar.Graph:
    upper = triu(between, 1).tocoo()
    scale = min(1.0, WEIGHT_SUM / max(1.0, float(upper.data.sum())))
    weights = np.maximum(1, np.rint(upper.data * scale)).astype(np.int64).tolist()
    edges = list(zip(upper.row.tolist(), upper.col.tolist(), strict=True))
    count = between.shape[0]
    return initializer.create_graph(context, count, len(edges), edges, [1] * count, weights)


def _cut(initializer: mtkahypar.Initializer, between: csr_matrix, chips: int, limit: int, seed: int) -> Ints:
    """Chip per core, at most `limit` cores each, few packets between chips; chips in order of their first core."""
    context = initializer.context_from_preset(mtkahypar.PresetType.DETERMINISTIC)
    context.logging = False
    context.set_partitioning_parameters(chips, 0.03, mtkahypar.Objective.CUT)
    context.set_individual_target_block_weights([limit] * chips)
    mtkahypar.set_seed(seed)
    parts = np.array(_graph(initializer, context, between).partition(context).get_partition(), np.int64)
    if np.bincount(parts, minlength=chips).max() > limit:
        return np.arange(len(parts)) // limit
    order = np.argsort([np.flatnonzero(parts == chip).min(initial=len(parts)) for chip in range(chips)], kind="stable")
    rank = np.empty(chips, np.int64)
    rank[order] = np.arange(chips)
    return rank[parts]


def _onto_mesh(initializer: mtkahypar.Initializer, between: csr_matrix, mesh: Mesh, capacity: Ints, seed: int) -> Ints:
    """Router per core of one chip."""
    count = mesh.columns * mesh.rows
    context = initializer.context_from_preset(mtkahypar.PresetType.DETERMINISTIC)
    context.logging = False
    context.set_mapping_parameters(count, 0.0)
    context.set_individual_target_block_weights(capacity.tolist())
    edges = [(r, r + 1) for r in range(count) if (r + 1) % mesh.columns]
    edges += [(r, r + mesh.columns) for r in range(count - mesh.columns)]
    target = initializer.create_target_graph(context, count, len(edges), edges, [1] * len(edges))
    mtkahypar.set_seed(seed)
    mapped = _graph(initializer, context, between).map_onto_graph(target, context)
    routers = np.array(mapped.get_partition(), np.int64)
    if np.any(np.bincount(routers, minlength=count) > capacity):
        return np.repeat(np.arange(count), capacity)[: len(routers)]
    return routers
