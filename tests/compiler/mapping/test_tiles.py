"""Populations cut into bands, chosen together, and packed readers first, cut further only where their sources have room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from mapping_networks import demands_for
from published_shape import published

from litesnn.compiler.mapping import map_graph, partition
from litesnn.compiler.mapping import tilings as tilings_module
from litesnn.compiler.mapping.entries import entries_into
from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.limits import core_limits
from litesnn.compiler.mapping.links import find_links
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.mapping.pack_tiles import pack_tiles, taken_apart
from litesnn.compiler.mapping.room import Room
from litesnn.compiler.mapping.tile_all import tile_all
from litesnn.compiler.mapping.tiling import Tiling
from litesnn.compiler.mapping.tilings import Tilings
from litesnn.compiler.mapping.usage import Demand
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import Profile, load_profile

LIMITS = {"chip.neurons_per_core": "128", "core.synapse_words": "1200", "core.output_axon_entries": "400"}
FURTHER = 1


@pytest.fixture(scope="module")
def target() -> Profile:
    return load_profile("loihi1", {**LIMITS, "chip.cores": "4"})


@pytest.fixture(scope="module")
def graph(target):
    return compile_graph(published(9, size=8, cells=3), target)


@pytest.fixture(scope="module")
def demands(graph, target) -> dict[str, Demand]:
    return demands_for(graph, target)


@pytest.fixture(scope="module")
def tiled(demands, target) -> tuple[dict[str, Demand], dict[str, Tiling]]:
    found = tile_all(demands, core_limits(target), FURTHER)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def spaced(tiled) -> dict[str, Demand]:
    return tiled[0]


@pytest.fixture(scope="module")
def tilings(tiled) -> dict[str, Tiling]:
    return tiled[1]


def held(parts: list[Slice], shape: tuple[int, int, int]) -> np.ndarray:
    """How many of the slices hold each neuron."""
    count = np.zeros(shape, np.int64)
    for part in parts:
        count[slice(*part.channels), slice(*part.rows), slice(*part.columns)] += 1
    return count


def assert_boxes_fit(spaced: dict[str, Demand], tilings: dict[str, Tiling], target: Profile) -> None:
    """No box takes more than a core has, but for its entries."""
    limits = core_limits(target).resources
    for name, tiling in tilings.items():
        for grid in tiling.bands:
            usage = spaced[name].usage(grid)
            assert all(usage[resource].max() <= limit for resource, limit in limits.items())


def test_every_tiling_covers_its_population_once_and_takes_what_it_says(demands):
    banded = 0
    for name, demand in demands.items():
        shared = all(fan.axon == "shared" for d in demands.values() for fan in d.fans if fan.source.name == name)
        options = Tilings(demand, FURTHER, demands, shared).best(sure=True)
        for number, tiling in enumerate(options.grids):
            assert (held(tiling.slices, demand.population.shape) == 1).all()
            assert options.cores[number] == pytest.approx(tiling.cores)
            banded += len(tiling.bands) > 1
            for fan in (fan for fan in demand.fans if fan.source.name in demands):
                taken = sum(entries_into(fan, grid, demand.limits, FURTHER) for grid in tiling.bands)
                size = fan.source.size / (fan.source.shape[0] if fan.axon == "shared" else 1)
                assert options.imposed[fan.source.name][number] >= taken / size - 1e-9
    assert banded


def test_no_box_of_chosen_tilings_takes_more_than_a_core_has_but_for_its_entries(spaced, tilings, target):
    assert_boxes_fit(spaced, tilings, target)


def test_boxes_that_send_to_more_than_a_core_has_entries_for_are_cut(demands, target):
    """All populations whole, as far as that goes: packing gives each piece no more entries than there are."""
    limits = replace(core_limits(target), resources={**core_limits(target).resources, "output_axons": 120})
    limited = {name: replace(demand, limits=limits) for name, demand in demands.items()}
    spaced, tilings = tile_all(limited, limits, FURTHER)
    room = Room(spaced, tilings, limits, FURTHER)
    over = [name for name in tilings if any((left < 0).any() for left in room.left[name])]
    assert over
    cores = pack_tiles(spaced, tilings, limits, FURTHER)
    links = find_links(cores, spaced, limits)
    leaving = np.asarray((links.entries + FURTHER * links.axons).sum(axis=1)).ravel()
    assert leaving.max() <= 120
    for name, demand in spaced.items():
        parts = [part for slices in cores for part in slices if part.population == name]
        assert (held(parts, demand.population.shape) == 1).all()


def test_entries_are_those_of_cut_slices_and_no_more_are_taken_than_there_is_room_for(spaced, tilings, target):
    limits = core_limits(target)
    demands = spaced
    room = Room(demands, tilings, limits, FURTHER)
    name = next(name for name in reversed(demands) if len(tilings[name].slices) > 1 and room.demands[name].fans)
    part = next(part for part in tilings[name].slices if part.rows[1] - part.rows[0] > 1)
    middle = part.rows[0] + 1
    pieces = replace(part, rows=(part.rows[0], middle)), replace(part, rows=(middle, part.rows[1]))
    change = room.change(part, *pieces)
    for fan in (fan for fan in demands[name].fans if fan.source.name in demands):
        before = entries_into(fan, Grid.of(part), limits, FURTHER)
        after = sum(entries_into(fan, Grid.of(piece), limits, FURTHER) for piece in pieces)
        assert change[fan.source.name].sum() == after - before
    outgoing = {source: room.outgoing[source].copy() for source in change}
    had = {source: [np.minimum(left, 0) for left in room.left[source]] for source in change}
    taken = 0
    while room.take(change):
        taken += 1
    for source, least in had.items():
        assert all((left >= most).all() for left, most in zip(room.left[source], least, strict=True))
    for source, more in change.items():
        assert (room.outgoing[source] == outgoing[source] + taken * more).all()


def test_packed_tiles_hold_every_neuron_once_within_additive_limits(spaced, tilings, target):
    limits, demands = core_limits(target), spaced
    cores = pack_tiles(demands, tilings, limits, FURTHER)
    for name, demand in demands.items():
        parts = [part for slices in cores for part in slices if part.population == name]
        assert (held(parts, demand.population.shape) == 1).all()
    assert cores == pack_tiles(demands, tilings, limits, FURTHER)
    assert len(cores) <= sum(len(tiling.slices) for tiling in tilings.values())


def test_of_a_core_that_is_too_full_the_smallest_slice_goes(spaced, tilings, target):
    demands = spaced
    cores = pack_tiles(demands, tilings, core_limits(target), FURTHER)
    full = next(slices for slices in cores if len(slices) > 1)
    apart = taken_apart(cores, {full}, demands)
    smallest = min(full, key=lambda part: part.neurons)
    assert len(apart) == len(cores) + 1
    assert (smallest,) in apart
    assert sorted(part for slices in apart for part in slices) == sorted(part for slices in cores for part in slices)


def test_a_wide_network_takes_no_more_cores_in_tiles_than_in_grids(graph, target, monkeypatch):
    monkeypatch.setattr(partition, "WIDE", np.inf)
    in_grids = map_graph(graph, target, optimize=False)
    monkeypatch.setattr(partition, "WIDE", 0)
    in_tiles = map_graph(graph, target, optimize=False)
    assert in_tiles.least_cores <= len(in_tiles.cores) <= len(in_grids.cores)
    limits = core_limits(target).resources
    assert all(value <= limits[name] for core in in_tiles.cores for name, value in core.usage.items())
    # Where the bound alone does not say that the network is wide, its grids do.
    monkeypatch.setattr(partition, "WIDE", in_tiles.least_cores / target.chip.cores.value)
    assert map_graph(graph, target, optimize=False).cores == in_tiles.cores
    monkeypatch.setattr(partition, "WIDE", len(in_grids.cores))
    assert map_graph(graph, target, optimize=False).cores == in_grids.cores


def test_tilings_that_turn_out_too_large_are_left_out(demands, target, monkeypatch):
    """The range that is taken for the heaviest is the lightest: some choice holds boxes that no core has room for."""

    def lightest(demand: Demand, channels: tuple[tuple[int, int], ...]) -> tuple[int, int]:
        stored = np.sum([fan.weights(channels)[0] for fan in demand.fans], axis=0)
        return channels[int(np.argmin(stored))]

    refused: list[str] = []
    fits = Tilings.fits

    def counted(self: Tilings, tiling: Tiling) -> bool:
        if not fits(self, tiling):
            refused.append(tiling.bands[0].population)
            return False
        return True

    monkeypatch.setattr(tilings_module, "heaviest", lightest)
    monkeypatch.setattr(Tilings, "fits", counted)
    spaced, tilings = tile_all(demands, core_limits(target), FURTHER)
    assert refused
    assert_boxes_fit(spaced, tilings, target)


def test_a_map_that_may_not_be_cut_is_not_whatever_it_sends(demands, target):
    """One map sends to one core more than there are entries for: rows of it would take no more."""
    whole = {name: replace(demand, splits_space=False) for name, demand in demands.items()}
    tilings = {
        name: Tiling((Grid(name, *(((0, size),) for size in demand.population.shape)),), (1,))
        for name, demand in whole.items()
    }
    sent = {
        name: int(entries.sum())
        for name, entries in Room(whole, tilings, core_limits(target), FURTHER).outgoing.items()
    }
    limits = replace(core_limits(target), resources={"output_axons": max(sent.values()) - 1})
    cores = pack_tiles(
        {name: replace(demand, limits=limits) for name, demand in whole.items()}, tilings, limits, FURTHER
    )
    for part in (part for slices in cores for part in slices):
        assert (part.rows, part.columns) == tuple((0, size) for size in whole[part.population].population.shape[1:])
