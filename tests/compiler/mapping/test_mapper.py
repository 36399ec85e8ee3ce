"""Partition and mapping as a whole: complete, within limits, no better than the bound, deterministic."""

import json
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapping_networks import block, codes, dense, dense_stack, mixed_network, neurons, readout, source
from published_shape import published
from random_networks import random_trained_genotype

from litesnn.base.errors import CompileError, ProgramError
from litesnn.compiler.graph import Conv2d, Graph, OneToOne, Pool
from litesnn.compiler.mapping import Mapping, map_graph, mapping_document, read_mapping
from litesnn.compiler.mapping.limits import core_limits
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import Profile, load_profile
from litesnn.compiler.report.sections.mapping import MappingSection

PROFILES = ("loihi1", "loihi2")


def assert_mapped(mapping: Mapping, graph: Graph, profile: Profile) -> None:
    """Every neuron on one core, no limit broken, no slot used twice, the bound below, row-major not better."""
    held: dict[str, Counter[int]] = {p.name: Counter() for p in graph.membranes if not p.on_host}
    for core in mapping.cores:
        for part in core.slices:
            held[part.population].update(part.ids(graph[part.population].shape).tolist())
    for name, count in held.items():
        assert sorted(count) == list(range(graph[name].size)), name
        assert set(count.values()) == {1}, name
    limits = core_limits(profile)
    for core in mapping.cores:
        assert set(core.usage) == set(limits.resources)
        assert all(value <= limits.resources[name] for name, value in core.usage.items()), core
        assert core.usage["neurons"] == core.neurons > 0
        assert core.router[0] < mapping.mesh.columns
        assert core.router[1] < mapping.mesh.rows
        assert core.slot < mapping.mesh.cores_per_router
    places = [(core.chip, core.router, core.slot) for core in mapping.cores]
    assert len(set(places)) == len(places)
    assert max(Counter(core.chip for core in mapping.cores).values()) <= mapping.mesh.cores
    assert mapping.least_cores <= len(mapping.cores)
    placements = mapping.placements
    assert placements["litesnn"].hop_weighted <= placements["row_major"].hop_weighted
    assert len({traffic.packets for traffic in placements.values()}) == 1


def shrunk(name: str, scale: int, cores: int = 16) -> Profile:
    """A profile whose cores hold little, so that small networks have to be split."""
    if name == "loihi2":
        limits = {"chip.neurons_per_core": 12, "core.synapse_words": 150, "core.core_words": 260}
    else:
        limits = {"chip.neurons_per_core": 12, "core.synapse_words": 90, "core.input_axons": 120}
        limits |= {"core.output_axon_entries": 90, "synapses.list_words_max": 8}
    overrides = {key: str(value * scale) for key, value in limits.items()}
    return load_profile(name, overrides | {"chip.cores": str(cores)})


@pytest.mark.parametrize("profile", PROFILES)
@settings(max_examples=12)
@given(seed=st.integers(0, 500), scale=st.integers(1, 4))
def test_small_networks_on_small_cores(profile, seed, scale):
    graph, target = mixed_network(seed), shrunk(profile, scale)
    try:
        mapping = map_graph(graph, target)
    except CompileError:
        return
    assert_mapped(mapping, graph, target)


def test_most_small_networks_do_fit_small_cores():
    fitting = 0
    for seed in range(12):
        for profile in PROFILES:
            try:
                fitting += len(map_graph(mixed_network(seed), shrunk(profile, 3)).cores) > 1
            except CompileError:
                continue
    assert fitting >= 20


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", range(4))
def test_compiled_genotypes(profile, seed):
    target = shrunk(profile, 5)
    graph = compile_graph(random_trained_genotype(seed), target)
    assert_mapped(map_graph(graph, target), graph, target)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_published_shape(profile):
    target = load_profile(profile)
    graph = compile_graph(published(8, size=16), target)
    assert_mapped(map_graph(graph, target), graph, target)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_tiny_network_shares_one_core(profile):
    mapping = map_graph(mixed_network(0), load_profile(profile))
    assert len(mapping.cores) == 1
    assert {part.population for part in mapping.cores[0].slices} == {"a", "b", "c", "d", "readout"}
    assert mapping.chips == 1


@pytest.mark.parametrize("profile", PROFILES)
def test_mapping_twice_gives_the_same_bytes(profile):
    graph, target = mixed_network(5), shrunk(profile, 3, cores=4)
    first, second = (json.dumps(mapping_document(map_graph(graph, target, seed=1))) for _ in range(2))
    assert first == second


def test_a_mapping_survives_its_document():
    mapping = map_graph(mixed_network(5), shrunk("loihi1", 3, cores=4))
    document = json.loads(json.dumps(mapping_document(mapping)))
    assert read_mapping(document) == mapping
    assert mapping.chips > 1


def test_a_broken_document_is_refused_with_its_place():
    document = mapping_document(map_graph(mixed_network(5), load_profile("loihi2")))
    document["cores"][0]["slot"] = "left"
    with pytest.raises(ProgramError, match=r"cores\.0\.slot"):
        read_mapping(document)


def test_host_populations_and_sources_get_no_core():
    graph = dense_stack((20, 30, 5))
    mapping = map_graph(graph, load_profile("loihi2"))
    assert [{part.population for part in core.slices} for core in mapping.cores] == [{"layer1", "readout"}]


def test_a_neuron_that_reads_too_much_is_refused_by_name():
    target = load_profile("loihi1", {"core.input_axons": "50"})
    with pytest.raises(CompileError, match=r"'layer1'.*input_axons 60 of 50 axons; prune"):
        map_graph(dense_stack((60, 30, 5)), target)


def test_thresholds_spread_a_population_by_channels():
    rng = np.random.default_rng(0)
    graph = Graph.build(
        2,
        [source("input", (4, 1, 1)), neurons("many", (20, 1, 1), thresholds=20), readout("readout", (2, 1, 1))],
        [block("a", "input", "many", dense(rng, 20, 4)), block("b", "many", "readout", dense(rng, 2, 20))],
    )
    mapping = map_graph(graph, load_profile("loihi1"))
    assert len(mapping.cores) == 3  # 20 thresholds, 8 per core
    assert max(core.usage["threshold_profiles"] for core in mapping.cores) <= 8


@pytest.mark.parametrize(("widths", "words"), [((200, 256, 200), 12000), ((784, 128, 64, 10), 16000)])
def test_networks_that_intel_printed_take_at_most_its_five_cores(widths, words):
    """lava-dl notebooks `oxford/run.ipynb` (3 + 2 cores) and `mnist/run.ipynb` (3, 1, 1), the same limits, dense 8 bits."""
    target = load_profile("loihi2", {"core.synapse_words": str(words)})
    mapping = map_graph(dense_stack(widths), target)
    assert len(mapping.cores) <= 5
    assert max(core.usage["synapse_words"] for core in mapping.cores) <= words


def test_shared_kernels_are_stored_per_core_and_counted_as_such():
    rng = np.random.default_rng(0)
    kernel = Conv2d(rng.integers(1, 16, (4, 4, 3, 3)).astype(np.int32), 1, 1)
    graph = Graph.build(
        2,
        [source("input", (4, 16, 16)), neurons("map", (4, 16, 16)), readout("readout", (2, 1, 1))],
        [block("a", "input", "map", kernel, 4), block("b", "map", "readout", dense(rng, 2, 1024, 0.2, 4), 4)],
    )
    whole = map_graph(graph, load_profile("loihi2"))
    parts = map_graph(graph, load_profile("loihi2", {"chip.neurons_per_core": "256"}))
    words = {len(m.cores): sum(c.usage["synapse_words"] for c in m.cores) for m in (whole, parts)}
    copies = sum(part.population == "map" for core in parts.cores for part in core.slices)
    assert copies == 4
    assert min(words) == 1
    assert max(words.values()) > min(words.values())


def test_one_neuron_read_by_two_slices_of_a_core_is_one_axon():
    rng = np.random.default_rng(0)
    graph = Graph.build(
        2,
        [source("input", (9, 1, 1)), neurons("a", (5, 1, 1)), neurons("b", (5, 1, 1)), readout("readout", (2, 1, 1))],
        [
            block("a", "input", "a", dense(rng, 5, 9)),
            block("b", "input", "b", dense(rng, 5, 9)),
            block("ra", "a", "readout", dense(rng, 2, 5)),
            block("rb", "b", "readout", dense(rng, 2, 5)),
        ],
    )
    (core,) = map_graph(graph, load_profile("loihi1")).cores
    assert core.usage["input_axons"] == 9 + 5 + 5
    assert core.usage["output_axons"] == 5 + 5


def conv_stack(channels: int, size: int, depth: int, pooled: bool) -> Graph:
    """Convolutions one after the other, a skip over two, and a readout of all or of a pool."""
    rng = np.random.default_rng(channels)
    shape, names = (channels, size, size), ["input", *(f"conv{i}" for i in range(depth))]
    populations = [source("input", shape), *(neurons(name, shape) for name in names[1:])]
    blocks = [
        block(f"{after}:{before}", before, after, Conv2d(codes(rng, (channels, channels, 3, 3), 0.3, 4), 1, 1), 4)
        for before, after in pairwise(names)
    ]
    ids, ones = np.arange(channels), np.ones(channels, np.int32)
    blocks.append(block("skip", names[1], names[3], OneToOne(ones, ids, ids), 1))
    last, side = names[-1], size
    if pooled:
        side = 1
        populations.append(neurons("pool", (channels, 1, 1)))
        blocks.append(block("pool", last, "pool", Pool(ones, ids, ids, (size, size)), 1))
        last = "pool"
    populations.append(readout("readout", (4, 1, 1)))
    blocks.append(block("readout", last, "readout", dense(rng, 4, channels * side * side, 0.3, 4), 4))
    return Graph.build(3, populations, blocks)


@pytest.mark.parametrize(("channels", "pooled"), [(1, True), (2, False), (12, True), (12, False)])
def test_chosen_axons_take_no_more_cores_than_one_kind_for_all(channels, pooled):
    graph, target = conv_stack(channels, 10, 4, pooled), load_profile("loihi1", {"chip.neurons_per_core": "128"})
    chosen = map_graph(graph, target)
    assert_mapped(chosen, graph, target)
    for kind in ("population", "discrete"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("litesnn.compiler.mapping.choose_axons.possible_axons", lambda *_, kind=kind: (kind,))
            alone = map_graph(graph, target)
        assert set(alone.axons.values()) == {kind}
        assert len(chosen.cores) <= len(alone.cores), kind


def test_kernels_alone_share_axons_and_depthwise_readers_of_many_channels_do_not():
    target = load_profile("loihi1")
    axons = map_graph(conv_stack(12, 10, 4, pooled=True), target).axons
    assert axons["conv1"] == "shared"
    assert axons["input"] == "population"
    assert map_graph(conv_stack(1, 10, 4, pooled=True), target).axons["conv1"] == "discrete"


def test_the_published_shape_meets_its_bound_on_loihi1():
    target = load_profile("loihi1")
    mapping = map_graph(compile_graph(published(16, size=16), target), target)
    assert len(mapping.cores) <= 1.1 * mapping.least_cores


def test_the_summary_says_what_the_mapping_holds():
    target = shrunk("loihi1", 3, cores=4)
    mapping = map_graph(mixed_network(5), target)
    summary = MappingSection.of(mapping, target, simulated=False).plain()
    assert summary["cores"] == len(summary["cores_detail"]) == len(mapping.cores)
    assert summary["lower_bound"]["cores"] == mapping.least_cores
    assert summary["gap"] == pytest.approx(summary["cores"] / mapping.least_cores - 1, abs=1e-6)
    neurons_used = summary["resources"]["neurons"]
    numbers = sum(margin.numbers(part.shape) for core in mapping.cores for part, margin in core.placed)
    assert neurons_used["total"] == numbers >= sum(core.neurons for core in mapping.cores)
    assert neurons_used["max"] <= neurons_used["limit"]
    assert set(summary["placement"]["strategies"]) == {"litesnn", "row_major", "random"}
    sizes = [row[2] for row in summary["placement"]["traffic"]]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == pytest.approx(summary["placement"]["strategies"]["litesnn"]["packets"])


def test_a_network_beyond_every_system_is_refused_before_it_is_placed():
    boards = {"boards.hala_point": "5", "boards.kapoho_point": "5"}
    target = load_profile("loihi2", {"chip.neurons_per_core": "1", "chip.cores": "4", **boards})
    with pytest.raises(
        CompileError,
        match=r"35 cores does not fit: chips 9 of 5 chips; the largest.*Most go to 'layer1' \(30\), where neurons bind \(1 of 1",
    ):
        map_graph(dense_stack((20, 30, 5)), target)
