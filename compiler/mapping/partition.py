"""From grids to cores that hold what they are given: packed, counted exactly, and packed again where a core came out too full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from litesnn.compiler.mapping.core_usage import Usage, usages
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.links import Links, find_links
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.mapping.pack import Packer
from litesnn.compiler.mapping.pack_tiles import pack_tiles, taken_apart
from litesnn.compiler.mapping.plain_lists import surely_fit
from litesnn.compiler.mapping.refusal import Excess
from litesnn.compiler.mapping.split_all import Split, split_all
from litesnn.compiler.mapping.tile_all import tile_all
from litesnn.compiler.mapping.usage import Demand

STORED = ("synapse_words", "list_words", "synapse_formats", "core_words")
"""Resources that depend on how lists are stored."""
REPACKED = 8
"""Packings that are tried before the last one is taken: of those that cut slices, then of those that cut none."""
SHARE = 0.25
"""Of the output entries beyond limits: whose readers are no longer cut after one packing."""
WIDE = 2
"""Chips beyond which populations are cut into tilings, where these fit: of the lower bound, or of uncut slices of grids if
tilings take fewer."""


Stored = Callable[[tuple[Slice, ...], dict[str, Demand]], Usage]
"""What the lists of a core take: of its slices, and the demands of all populations."""


@dataclass(frozen=True)
class Packed:
    """Slices per core, their links, what the memory of each takes as stored, what no core holds, and the demands that were packed."""

    cores: list[tuple[Slice, ...]]
    links: Links
    memory: list[Usage]
    refused: tuple[Excess, ...]
    demands: dict[str, Demand]


@dataclass(frozen=True)
class Over:
    """A core beyond a limit: what it holds, of what it takes too much, and by how much."""

    slices: tuple[Slice, ...]
    resource: str
    excess: int


def partition(
    demands: dict[str, Demand],
    limits: CoreLimits,
    stored: Stored,
    least: int,
    further: int,
) -> Packed:
    """A packing that fits, or the last one tried; every axon takes `further` output entries besides its own."""
    tilable = limits.entries is not None and "output_axons" in limits.resources
    many = WIDE * limits.mesh.cores
    if tilable and least > many and (tiled := _tiled(demands, limits, stored, further)) is not None:
        return tiled
    found = split_all(demands, limits, further)
    packer = Packer(found.demands, found.grids, limits)
    whole = len(packer.plain.loads)
    # Where other chips are counted on, only: what takes more than one without is partitioned again.
    if tilable and least <= many < whole and not found.refused and (further or not limits.other_chip):
        tiled = _tiled(demands, limits, stored, further)
        if tiled is not None and len(tiled.cores) < whole:
            return tiled
    return _in_grids(demands, found, packer, limits, stored, least, further)


def _in_grids(
    demands: dict[str, Demand],
    found: Split,
    packer: Packer,
    limits: CoreLimits,
    stored: Stored,
    least: int,
    further: int,
) -> Packed:
    """The grids of all populations on cores, slices cut to fill these up where that takes fewer."""

    def packed(cores: list[tuple[Slice, ...]]) -> tuple[Packed, list[Over]]:
        return _counted(cores, found.refused, demands, limits, stored, further)

    whole = packer.ends if packer.coupled else frozenset()
    reserve: Usage = {}
    for _ in range(REPACKED if not found.refused else 0):
        # Cutting a reader to fill cores up may give its sources more destinations than they were split for, and a core's one
        # table of formats takes more words than its lists would each by itself.
        cores = packer.cut(least, whole, reserve)
        if cores is None:
            break
        result, over = packed(cores)
        if not over:
            return result
        full = _fullest(over) if packer.coupled else set()
        if not (readers := _readers(demands, full)) <= whole:
            whole |= readers
            continue
        reserve = _reserved(reserve, over)
        full = {each.slices[0].population for each in over if len(each.slices) == 1}
        whole |= _readers(demands, full)
    reserve = {}
    for _ in range(REPACKED):
        result, over = packed(packer.whole(reserve))
        if not any(len(each.slices) > 1 for each in over):
            break
        reserve = _reserved(reserve, over)
    if found.refused or any(result.memory):
        return result
    return replace(result, memory=[stored(slices, demands) for slices in result.cores])


def _tiled(demands: dict[str, Demand], limits: CoreLimits, stored: Stored, further: int) -> Packed | None:
    """Tilings on cores, if all fit."""
    tiled = tile_all(demands, limits, further)
    if tiled is None:
        return None
    demands, tilings = tiled
    cores = pack_tiles(demands, tilings, limits, further)
    for _ in range(REPACKED):
        result, over = _counted(cores, (), demands, limits, stored, further)
        if not over:
            return result
        if any(len(each.slices) == 1 for each in over):
            break
        cores = taken_apart(cores, {each.slices for each in over}, demands)
    return None


def _counted(
    cores: list[tuple[Slice, ...]],
    refused: tuple[Excess, ...],
    demands: dict[str, Demand],
    limits: CoreLimits,
    stored: Stored,
    further: int,
) -> tuple[Packed, list[Over]]:
    """A packing, and cores that it makes too full.

    What lists take as stored is counted only where all else fits, first on cores where it decides.
    """
    links = find_links(cores, demands, limits)
    result = Packed(cores, links, memory=[{}] * len(cores), refused=refused, demands=demands)
    if refused:
        return result, []
    over = [each for each in _over(result, demands, limits, further) if each.resource not in STORED]
    if over:
        return result, over
    memory = [{} if surely_fit(slices, demands, limits) else stored(slices, demands) for slices in cores]
    result = replace(result, memory=memory)
    if over := _over(result, demands, limits, further):
        return result, over
    return replace(result, memory=[each or stored(s, demands) for each, s in zip(memory, cores, strict=True)]), []


def _fullest(over: list[Over]) -> set[str]:
    """Populations whose cores are the most output entries beyond their limit, a share of all that is."""
    excess: Counter[str] = Counter()
    for each in over:
        if each.resource == "output_axons":
            excess.update({part.population: each.excess for part in each.slices})
    found: set[str] = set()
    for name, _ in excess.most_common():
        if sum(excess[other] for other in found) >= SHARE * excess.total():
            break
        found.add(name)
    return found


def _readers(demands: dict[str, Demand], sources: set[str]) -> frozenset[str]:
    return frozenset(name for name, demand in demands.items() if any(fan.source.name in sources for fan in demand.fans))


def _reserved(reserve: Usage, over: list[Over]) -> Usage:
    """What to leave free on cores of several slices, so that those that are too full are not filled so far again."""
    more = dict(reserve)
    for each in (each for each in over if len(each.slices) > 1):
        wanted = reserve.get(each.resource, 0) + each.excess
        more[each.resource] = max(more.get(each.resource, 0), wanted)
    return more


def _over(packed: Packed, demands: dict[str, Demand], limits: CoreLimits, further: int) -> list[Over]:
    cores, links = packed.cores, packed.links
    leaving = links.axons.getnnz(axis=1)
    if limits.entries is not None:
        leaving = np.asarray((links.entries + further * links.axons).sum(axis=1)).ravel()
    return [
        Over(slices, name, value - limits.resources[name])
        for slices, usage in zip(cores, usages(cores, demands, limits, links, packed.memory, leaving), strict=True)
        for name, value in usage.items()
        if value > limits.resources[name]
    ]
