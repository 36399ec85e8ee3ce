"""Packets, hops and links against brute force; placement never worse than in order."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapping_networks import demands_for, mixed_network
from scipy.sparse import csr_matrix

from litesnn.base.errors import CompileError, DataError, ProfileError
from litesnn.compiler.encoding import ListRule
from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping import Mesh, congestion, map_graph, placement
from litesnn.compiler.mapping.axons import AxonKinds
from litesnn.compiler.mapping.build_demands import build_demands
from litesnn.compiler.mapping.limits import core_limits
from litesnn.compiler.mapping.links import find_links
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.mapping.objective import ALLOWANCE, Objective
from litesnn.compiler.mapping.packets import find_packets
from litesnn.compiler.mapping.placement import place
from litesnn.compiler.mapping.routing import Board, distances, hop_weighted, link_loads, measure
from litesnn.compiler.profile import Figure, load_profile


def random_traffic(seed: int, cores: int) -> csr_matrix:
    rng = np.random.default_rng(seed)
    packets = rng.integers(1, 100, (cores, cores)) * (rng.random((cores, cores)) < 0.3)
    return csr_matrix(packets.astype(np.float64))


def brute_packets(
    graph: Graph, cores: list[tuple[Slice, ...]], rates: dict[str, np.ndarray], sharing: tuple[str, ...] = ()
) -> np.ndarray:
    """Packets between cores, one source neuron and destination core at a time.

    In populations that are `sharing` axons, a neuron also sends to the cores of the other channels of its pixel and slice.
    """
    owner = {
        (part.population, int(neuron)): core
        for core, slices in enumerate(cores)
        for part in slices
        for neuron in part.ids(graph[part.population].shape)
    }
    packets = np.zeros((len(cores), len(cores)))
    for population in graph.membranes:
        targets: dict[int, set[int]] = {}
        for block in graph.out_of(population.name):
            matrix = block.geometry.matrix(population.shape, graph[block.target].shape).tocoo()
            for target, neuron, code in zip(matrix.row, matrix.col, matrix.data, strict=True):
                if code:
                    targets.setdefault(int(neuron), set()).add(owner[block.target, int(target)])
        for part in (part for slices in cores for part in slices if part.population == population.name in sharing):
            for pixel in part.ids(population.shape).reshape(part.channels[1] - part.channels[0], -1).T.tolist():
                common = set().union(*(targets.get(neuron, set()) for neuron in pixel))
                targets.update(dict.fromkeys(pixel, common))
        rate = np.broadcast_to(1.0, population.shape)
        if population.name in rates:
            given_rate = rates[population.name]
            rate = np.broadcast_to(given_rate if given_rate.ndim == 3 else given_rate[:, None, None], population.shape)
        for neuron, reached in targets.items():
            for core in reached:
                packets[owner[population.name, neuron], core] += rate.ravel()[neuron]
    return packets


def some_cores(graph: Graph, seed: int) -> list[tuple[Slice, ...]]:
    """Every population cut at random, its parts spread over a few cores."""
    rng = np.random.default_rng(seed)
    cores: list[list[Slice]] = [[] for _ in range(5)]
    for population in graph.membranes:
        edges = [sorted({0, int(rng.integers(0, size + 1)), size}) for size in population.shape]
        if any(block.geometry.kind == "sparse" for block in graph.into(population.name)):
            edges[1:] = [[0, size] for size in population.shape[1:]]
        boxes = [list(pairwise(axis)) for axis in edges]
        for channels in boxes[0]:
            for rows in boxes[1]:
                for columns in boxes[2]:
                    cores[int(rng.integers(5))].append(Slice(population.name, channels, rows, columns))
    return [tuple(slices) for slices in cores if slices]


@pytest.mark.parametrize("profile", ["loihi1", "loihi2"])
@given(seed=st.integers(0, 300))
def test_packets_are_counted_once_per_neuron_and_destination_core(profile, seed):
    graph, loaded = mixed_network(seed), load_profile(profile)
    rng = np.random.default_rng(seed)
    rates = {"a": rng.random(graph["a"].shape[0]), "c": rng.random(graph["c"].shape)}
    cores = some_cores(graph, seed)
    demands = demands_for(graph, loaded)
    packets = find_packets(cores, demands, rates)
    sharing = {fan.source.name for demand in demands.values() for fan in demand.fans if fan.axon == "shared"}
    assert np.allclose(packets.toarray(), brute_packets(graph, cores, rates, tuple(sharing)))
    links = find_links(cores, demands, core_limits(loaded))
    assert np.all(links.entries.toarray() >= links.axons.toarray())


def brute_entries(graph: Graph, cores: list[tuple[Slice, ...]], axons: AxonKinds) -> np.ndarray:
    """Output entries from core to core on Loihi 1.

    Towards kernels 2 per pixel of a slice where its channels share axons, 2 per neuron of a population of its own, 1 per
    discrete neuron; 1 per neuron for all its own lists on a core.
    """
    entries = np.zeros((len(cores), len(cores)))
    for population in graph.membranes:
        kind = axons[population.name]
        for target, slices in enumerate(cores):
            kernels: list[np.ndarray] = []
            own = np.zeros(population.size, bool)
            for part in slices:
                ids, reached = part.ids(graph[part.population].shape), {}
                for block in graph.out_of(population.name):
                    if block.target == part.population:
                        matrix = block.geometry.matrix(population.shape, graph[part.population].shape)[ids]
                        key = block.geometry.window
                        reached[key] = reached.get(key, False) | np.asarray((matrix != 0).sum(axis=0) > 0).ravel()
                own |= reached.pop(None, False)
                kernels += reached.values()
            for core, boxes in enumerate(cores):
                for box in (box for box in boxes if box.population == population.name):
                    ids = box.ids(population.shape)
                    entries[core, target] += own[ids].sum()
                    for kernel in kernels:
                        pixels = kernel[ids].reshape(box.channels[1] - box.channels[0], -1)
                        senders = pixels.any(axis=0) if kind == "shared" else pixels
                        entries[core, target] += (1 if kind == "discrete" else 2) * senders.sum()
    return entries


@settings(max_examples=8)
@given(seed=st.integers(0, 300), kinds=st.tuples(*[st.sampled_from(["shared", "population", "discrete"])] * 2))
def test_output_entries_are_those_of_the_kind_of_axon(seed, kinds):
    graph, loaded = mixed_network(seed), load_profile("loihi1")
    limits, rule, cores = core_limits(loaded), ListRule.of(loaded), some_cores(graph, seed)
    axons = {**dict.fromkeys((p.name for p in graph.populations), "population"), "a": kinds[0], "b": kinds[1]}
    links = find_links(cores, build_demands(graph, limits, rule, axons), limits)
    assert np.array_equal(links.entries.toarray(), brute_entries(graph, cores, axons))


def test_without_shared_kernels_axons_are_the_distinct_neurons_that_reach_a_core():
    graph, loaded = mixed_network(4), load_profile("loihi1")
    missing = Figure(status="NOT FOUND", source="left out")
    loaded = loaded.model_copy(update={"synapses": loaded.synapses.model_copy(update={"kernel_sharing": missing})})
    cores = some_cores(graph, 4)
    demands = demands_for(graph, loaded)
    links = find_links(cores, demands, core_limits(loaded))
    assert np.array_equal(links.axons.toarray(), brute_packets(graph, cores, {}))
    for core, slices in enumerate(cores):
        entering: set[tuple[str, int]] = set()
        for part in slices:
            for block in graph.into(part.population):
                matrix = block.geometry.matrix(graph[block.source].shape, graph[part.population].shape)
                rows = matrix[part.ids(graph[part.population].shape)]
                entering |= {(block.source, int(neuron)) for neuron in rows.indices[rows.data != 0]}
        assert links.entering[core] == len(entering)


@given(seed=st.integers(0, 300), cores=st.integers(2, 40))
def test_hops_and_links_equal_walking_every_packet(seed, cores):
    mesh = Mesh(3, 2, 2, 11)
    board = Board(mesh, -(-cores // mesh.cores))
    packets = random_traffic(seed, cores)
    routers = np.random.default_rng(seed).permutation(board.row_major(board.chips * mesh.cores))[:cores]
    traffic = measure(packets, routers, board)
    loads: dict[tuple[tuple[int, int], tuple[int, int]], float] = {}
    hop_weighted = 0.0
    for source, target in zip(*packets.nonzero(), strict=True):
        if source == target:
            continue
        (x, y), end = board.positions[routers[source]], tuple(board.positions[routers[target]])
        while (x, y) != end:
            step = (x + np.sign(end[0] - x), y) if x != end[0] else (x, y + np.sign(end[1] - y))
            loads[(x, y), step] = loads.get(((x, y), step), 0.0) + packets[source, target]
            hop_weighted += packets[source, target]
            x, y = step
    assert traffic.hop_weighted == pytest.approx(hop_weighted)
    assert traffic.busiest_link == pytest.approx(max(loads.values(), default=0.0))
    place = board.positions[routers]
    pairs = packets.tocoo()
    all_links = link_loads(place[pairs.row], place[pairs.col], pairs.data)
    assert sum(float(link.sum()) for link in all_links) == pytest.approx(hop_weighted)


def test_distances_are_hops_across_chips_too():
    board = Board(Mesh(8, 4, 4, 128), 2)
    hops = distances(board)
    assert hops[0, 1] == 1
    assert hops[0, 8] == 1
    assert hops[0, 31] == 10
    assert hops[7, 32] == 1  # the routers where two chips meet


def test_a_chip_takes_only_its_usable_cores():
    board = Board(Mesh(8, 4, 4, 120), 2)
    assert board.capacity.sum() == 240
    assert np.bincount(board.chip_of(board.row_major(130))).tolist() == [120, 10]


def test_cores_around_one_router_stand_in_order():
    """Mt-KaHyPar ends the process where it is asked for one part."""
    assert place(random_traffic(0, 6), Mesh(1, 1, 8, 8), 0).routers.tolist() == [0] * 6


@given(seed=st.integers(0, 100), cores=st.integers(1, 30))
def test_placement_is_never_worse_than_row_major(seed, cores):
    mesh = Mesh(3, 2, 2, 12)
    packets = random_traffic(seed, cores)
    found = place(packets, mesh, seed)
    assert found.traffic["litesnn"].hop_weighted <= found.traffic["row_major"].hop_weighted
    taken = np.bincount(found.routers, minlength=found.board.routers)
    assert np.all(taken <= found.board.capacity)


@settings(max_examples=15)
@given(seed=st.integers(0, 40), cores=st.integers(4, 30))
def test_the_busiest_link_is_relieved_for_few_hops(seed, cores):
    """Against the search for fewest hops alone."""
    mesh = Mesh(4, 3, 3, 36)
    packets = random_traffic(seed, cores)
    placed = place(packets, mesh, seed).traffic
    found, random = placed["litesnn"], placed["random"]
    fewest = place(packets, mesh, seed, Objective("hops")).traffic["litesnn"]
    assert found.busiest_link <= fewest.busiest_link or found.hop_weighted < fewest.hop_weighted
    assert fewest.hop_weighted <= found.hop_weighted
    if found.hop_weighted > (1 + ALLOWANCE) * fewest.hop_weighted:
        assert found.busiest_link <= random.busiest_link < fewest.busiest_link


@pytest.mark.parametrize("seed", range(4))
def test_no_link_of_layers_is_busier_than_at_random(seed):
    """Cores of four layers, each sending to all of the next: fewest hops alone make one link a fifth busier than at random."""
    packets = np.zeros((40, 40))
    for first in range(0, 30, 10):
        packets[first : first + 10, first + 10 : first + 20] = np.random.default_rng(seed).integers(50, 150, (10, 10))
    placed = place(csr_matrix(packets), Mesh(8, 4, 4, 128), 0).traffic
    assert placed["litesnn"].busiest_link <= placed["random"].busiest_link
    assert placed["litesnn"].hop_weighted <= placed["row_major"].hop_weighted


@settings(max_examples=10)
@given(seed=st.integers(0, 40), cores=st.integers(4, 30))
def test_each_objective_is_best_by_its_own_measure(seed, cores):
    mesh, packets = Mesh(4, 3, 3, 36), random_traffic(seed, cores)
    product = Objective.of("energy-delay", load_profile("loihi1"))
    placed = {name: place(packets, mesh, seed, Objective(name)) for name in ("balanced", "hops", "busiest-link")}
    placed["energy-delay"] = place(packets, mesh, seed, product)
    traffic = {name: each.traffic["litesnn"] for name, each in placed.items()}
    assert traffic["hops"].hop_weighted == min(each.hop_weighted for each in traffic.values())
    assert traffic["busiest-link"].busiest_link == min(each.busiest_link for each in traffic.values())
    products = {name: product.energy_delay(packets, each.routers, each.board) for name, each in placed.items()}
    assert products["energy-delay"] == min(products.values())


def test_energy_times_delay_is_that_of_its_hops():
    """Two packets two hops east, five one hop south: (4 * 3 pJ + 5 * 4 pJ) * max(2 * 4.1 ns, 5 * 6.5 ns) on loihi1."""
    packets = csr_matrix(np.array([[0, 2.0, 5], [0, 0, 0], [0, 0, 0]]))
    board, product = Board(Mesh(3, 2, 1, 6), 1), Objective.of("energy-delay", load_profile("loihi1"))
    assert product.energy_delay(packets, np.array([0, 2, 3]), board) == pytest.approx(32 * 32.5)


def test_objectives_without_figures_or_unknown_are_refused():
    with pytest.raises(ProfileError, match=r"energy\.hop_ew_pj"):
        Objective.of("energy-delay", load_profile("loihi2"))
    with pytest.raises(CompileError, match=r"found placement objective 'fast'; allowed: balanced, hops"):
        Objective.of("fast", load_profile("loihi1"))


def test_priced_hops_are_the_prices_along_the_way():
    board = Board(Mesh(4, 3, 1, 12), 2)
    rng = np.random.default_rng(0)
    (width, height), position = board.size, board.positions
    prices = [rng.random(shape) for shape in [(height, width)] * 2 + [(width, height)] * 2]
    hops = congestion._priced_hops(prices, board)
    for first, last in rng.integers(0, board.routers, (40, 2)):
        loads = link_loads(position[[first]], position[[last]], np.ones(1))
        way = 0.0
        for price, load in zip(prices, loads, strict=True):
            own = price[: load.shape[0], : load.shape[1]]
            way += float((load * (1 + np.round(own * congestion.GRAIN) / congestion.GRAIN)).sum())
        assert hops[first, last] == pytest.approx(way)


def test_a_shuffled_chain_is_laid_out_as_a_chain():
    order = np.random.default_rng(0).permutation(24)
    packets = np.zeros((24, 24))
    packets[order[:-1], order[1:]] = 10.0
    found = place(csr_matrix(packets), Mesh(4, 3, 2, 24), 0)
    assert found.traffic["litesnn"].hop_weighted <= 0.5 * found.traffic["row_major"].hop_weighted
    assert found.traffic["litesnn"].hop_weighted <= 10.0 * 14  # 11 hops join 12 routers of 2 cores


@pytest.mark.parametrize(("cores", "mesh"), [(40, Mesh(3, 2, 2, 12)), (60, Mesh(4, 4, 2, 32))])
def test_placement_is_deterministic(cores, mesh):
    packets = random_traffic(1, cores)
    first, second = (place(packets, mesh, 7) for _ in range(2))
    assert np.array_equal(first.routers, second.routers)


def test_rates_weigh_the_traffic():
    graph, target = mixed_network(5), load_profile("loihi2", {"chip.neurons_per_core": "40"})
    silent = {p.name: np.zeros(p.shape[0]) for p in graph.membranes}
    assert map_graph(graph, target).placements["litesnn"].packets > 0
    assert map_graph(graph, target, rates=silent).placements["litesnn"].packets == 0


def test_rates_of_the_wrong_shape_are_refused():
    with pytest.raises(DataError, match="rates of 'a'"):
        map_graph(mixed_network(5), load_profile("loihi2"), rates={"a": np.ones(1000)})


@settings(max_examples=25)
@given(seed=st.integers(0, 200), cores=st.integers(8, 40))
def test_a_search_chip_by_chip_leaves_no_swap_that_helps(seed, cores):
    """What a core exchanges with other chips counts as much as what it does with its own; of the chip that is searched last."""
    board = Board(Mesh(3, 2, 1, 6), -(-cores // 6))
    packets = random_traffic(seed, cores)
    packets.setdiag(0)
    start = np.random.default_rng(seed).permutation(board.row_major(board.chips * 6))[:cores]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(placement, "WHOLE_SEARCH", 0)
        found = placement._search(packets, start, board)
    reached = hop_weighted(packets, found, board)
    assert reached <= hop_weighted(packets, start, board)
    for first, second in combinations(np.flatnonzero(board.chip_of(found) == board.chips - 1), 2):
        swapped = found.copy()
        swapped[[first, second]] = found[[second, first]]
        assert hop_weighted(packets, swapped, board) >= reached
