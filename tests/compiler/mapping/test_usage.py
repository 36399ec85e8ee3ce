"""What a slice uses equals what its unrolled synapses say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapping_networks import demands_for, mixed_network

from litesnn.compiler.encoding import ListRule, Tile, core_lists, list_format, list_words, population_lists
from litesnn.compiler.graph import Graph, SynapseBlock
from litesnn.compiler.mapping.bounds import lower_bound
from litesnn.compiler.mapping.build_demands import build_demands
from litesnn.compiler.mapping.cuts import even
from litesnn.compiler.mapping.grid import Grid
from litesnn.compiler.mapping.limits import core_limits
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.mapping.usage import Demand
from litesnn.compiler.mapping.windows import Axis
from litesnn.compiler.profile import Figure, Profile, load_profile

PROFILES = ("loihi1", "loihi2")


def demands_of(graph: Graph, profile: str) -> dict[str, Demand]:
    loaded = load_profile(profile)
    return demands_for(graph, loaded)


def encoded(graph: Graph, part: Slice, rule: ListRule, axons: dict[str, str]) -> dict[str, int]:
    """Words, input axons and longest list of a slice as the encoder lays its lists out, for each source's kind of axons."""
    words = entering = longest = 0
    target = graph[part.population].shape
    for source in {block.source for block in graph.into(part.population)}:
        blocks = [block for block in graph.into(part.population) if block.source == source and block.geometry.nnz]
        tile = Tile(part.channels, part.rows, part.columns)
        for window_of, group in by_window(blocks).items():
            (lists,) = core_lists(group, graph[source].shape, target, tile, rule)
            kind = axons.get(source) if window_of is not None else None
            if kind == "shared":
                formats = [list_format(block, rule) for block in group]
                geometries = [block.geometry for block in group]
                lists = population_lists(geometries, formats, graph[source].shape, tile, rule, True).lists
            each = list_words(lists, rule) if lists.formats and len(lists) else np.zeros(0, int)
            words += int(each.sum())
            longest = max(longest, int(each.max(initial=0)))
            if kind == "discrete":
                weights = sum(abs(b.geometry.matrix(graph[source].shape, target)[part.ids(target)]) for b in group)
                entering += int((weights.sum(axis=0) > 0).sum())
            else:
                entering += input_axons(graph, group, window_of, part, rule, each)
    return {"synapse_words": words, "input_axons": entering, "list_words": longest}


def by_window(blocks: list[SynapseBlock]) -> dict[object, list[SynapseBlock]]:
    groups: dict[object, list[SynapseBlock]] = {}
    for block in blocks:
        groups.setdefault(block.geometry.window, []).append(block)
    return groups


def input_axons(
    graph: Graph, group: list[SynapseBlock], kernel: object, part: Slice, rule: ListRule, words: np.ndarray
) -> int:
    if kernel is None or rule.kernel_sharing is None:
        return int(np.count_nonzero(words))
    if rule.kernel_sharing == "row":
        return int(words.sum() > 0)
    tile = Tile(part.channels, part.rows, part.columns)
    formats = [list_format(block, rule) for block in group]
    shape = graph[group[0].source].shape
    lists = population_lists([b.geometry for b in group], formats, shape, tile, rule)
    return int((lists.kind >= 0).sum()) if len(lists.channels) else 0


def some_slice(draw: st.DrawFn, demand: Demand) -> Slice:
    shape = demand.population.shape
    intervals = []
    for axis, size in enumerate(shape):
        if axis and not demand.splits_space:
            intervals.append((0, size))
            continue
        first = draw(st.integers(0, size - 1))
        intervals.append((first, draw(st.integers(first + 1, size))))
    return Slice(demand.population.name, *intervals)


@given(seed=st.integers(0, 200), data=st.data())
def test_a_slice_takes_what_the_encoder_stores_for_it(seed, data):
    graph = mixed_network(seed)
    demands = demands_of(graph, "loihi2")
    demand = demands[data.draw(st.sampled_from(sorted(demands)))]
    part = data.draw(st.composite(some_slice)(demand))
    usage = demand.usage(Grid(part.population, (part.channels,), (part.rows,), (part.columns,)))
    expected = encoded(graph, part, ListRule.of(load_profile("loihi2")), {})
    assert {name: int(usage[name].sum()) for name in expected} == expected
    assert usage["neurons"].sum() == part.neurons == len(part.ids(demand.population.shape))


@given(seed=st.integers(0, 200), data=st.data())
def test_population_lists_never_take_more_than_counted(seed, data):
    graph, profile = mixed_network(seed), small_bases()
    rule = ListRule.of(profile)
    kinds = st.sampled_from(["shared", "population", "discrete"])
    axons = {"input": "population"} | {name: data.draw(kinds) for name in "abcd"}
    demands = build_demands(graph, core_limits(profile), rule, axons)
    demand = demands[data.draw(st.sampled_from(sorted(demands)))]
    part = data.draw(st.composite(some_slice)(demand))
    usage = demand.usage(Grid(part.population, (part.channels,), (part.rows,), (part.columns,)))
    stored = encoded(graph, part, rule, axons)
    assert usage["synapse_words"].sum() >= stored["synapse_words"]
    assert usage["list_words"].sum() >= stored["list_words"]
    assert usage["input_axons"].sum() == stored["input_axons"]


@given(seed=st.integers(0, 200), data=st.data())
def test_lists_of_single_neurons_are_counted_from_unrolled_synapses(seed, data):
    """Profile without shared kernels, sparse lists alone: one list per source neuron that reaches the slice."""
    graph, profile = mixed_network(seed), plain_profile()
    rule = ListRule.of(profile)
    demands = demands_for(graph, profile)
    demand = demands[data.draw(st.sampled_from(sorted(demands)))]
    part = data.draw(st.composite(some_slice)(demand))
    words = axons = 0
    for source in {block.source for block in graph.into(part.population)}:
        for group in by_window([b for b in graph.into(part.population) if b.source == source]).values():
            bits = np.zeros(graph[source].size, np.int64)
            for block in group:
                target = graph[part.population].shape
                matrix = block.geometry.matrix(graph[source].shape, target)[part.ids(target)].toarray()
                counts = (matrix != 0).sum(axis=0)
                per_synapse = list_format(block, rule).synapse_bits + rule.index_widths[-1]
                bits += counts * per_synapse + rule.header_bits * (counts > 0)
            words += int(rule.words(bits).sum())
            axons += int((bits > 0).sum())
    usage = demand.usage(Grid(part.population, (part.channels,), (part.rows,), (part.columns,)))
    assert usage["synapse_words"].sum() == words
    assert usage["input_axons"].sum() == axons


def small_bases() -> Profile:
    """loihi1 with so few first targets of lists that slices of these networks need copies of them."""
    return load_profile("loihi1", {"synapses.population_base_max": "15", "synapses.population_base_alignment": "2"})


def plain_profile() -> Profile:
    """loihi2 with sparse lists only and no shared kernels."""
    profile = load_profile("loihi2", {"synapses.list_encodings": "sparse"})
    missing = Figure(status="NOT FOUND", source="left out")
    return profile.model_copy(update={"synapses": profile.synapses.model_copy(update={"kernel_sharing": missing})})


@given(seed=st.integers(0, 200))
def test_all_slices_of_a_grid_at_once_equal_them_one_by_one(seed):
    demands = demands_of(mixed_network(seed), "loihi1")
    for demand in demands.values():
        shape = demand.population.shape
        space = (2, 2) if demand.splits_space else (1, 1)
        counts = [min(parts, size) for parts, size in zip((2, *space), shape, strict=True)]
        grid = Grid(demand.population.name, *(even(size, parts) for size, parts in zip(shape, counts, strict=True)))
        together = demand.usage(grid)
        for i, part in enumerate(grid.slices):
            alone = demand.usage(Grid(part.population, (part.channels,), (part.rows,), (part.columns,)))
            assert {name: int(values.ravel()[i]) for name, values in together.items()} == {
                name: int(values.sum()) for name, values in alone.items()
            }


def test_use_grows_with_every_side_of_a_slice():
    demand = demands_of(mixed_network(3), "loihi1")["b"]
    _, height, width = demand.population.shape
    before = None
    for size in range(1, min(height, width) + 1):
        usage = demand.usage(Grid("b", ((0, 2),), ((0, size),), ((0, size),)))
        if before is not None:
            assert all(usage[name].sum() >= before[name].sum() for name in usage)
        before = usage


@pytest.mark.parametrize("window_of", [(3, 1, 1, 1), (5, 1, 2, 1), (3, 2, 1, 1), (3, 1, 2, 2)])
def test_translation_classes_are_few_and_complete(window_of):
    kernel, stride, padding, dilation = window_of
    axis = Axis(32, 32 // stride, window_of)
    assert len(axis.classes) < 20
    for first in range(axis.target):
        for last in range(first + 1, axis.target + 1):
            touched = axis.classes[axis.touched(first, last)]
            steps = [[y + padding - k * dilation for k in range(kernel)] for y in range(32)]
            reach = [[step % stride == 0 and first <= step // stride < last for step in row] for row in steps]
            assert np.array_equal(touched, reach)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_bound_counts_nothing_twice(profile):
    graph = mixed_network(1)
    demands = demands_of(graph, profile)
    bound = lower_bound(demands, core_limits(load_profile(profile)))
    limits = core_limits(load_profile(profile)).resources
    assert bound["neurons"] == sum(p.size for p in graph.membranes) / limits["neurons"]
    for name, demand in demands.items():
        shape = demand.population.shape
        whole = demand.usage(Grid(name, ((0, shape[0]),), ((0, shape[1]),), ((0, shape[2]),)))
        alone = lower_bound({name: demand}, core_limits(load_profile(profile)))
        assert alone["synapse_words"] <= whole["synapse_words"].sum() / limits["synapse_words"]
        assert alone["input_axons"] <= whole["input_axons"].sum() / limits["input_axons"]
