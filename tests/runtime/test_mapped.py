"""The network executed from the decoded memory of its cores gives the spikes of the unmapped one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from random_networks import random_input, random_trained_genotype
from written_genotypes import document, loaded

from litesnn.compiler.encoding import encode_cost
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.mapping.memory_image import core_list_groups
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile
from litesnn.compiler.report.sections.encoding import EncodingSection
from litesnn.runtime import mapped
from litesnn.runtime.mapped import check_mapping, mapped_graph

CHIPS = [
    ("loihi2", {}),
    ("loihi2", {"neurons_per_core": "100"}),
    ("loihi1", {}),
    ("loihi1", {"neurons_per_core": "60"}),
]


@pytest.mark.parametrize(("name", "overrides"), CHIPS)
@pytest.mark.parametrize("seed", range(5))
def test_mapping_changes_no_spike(name: str, overrides: dict[str, str], seed: int) -> None:
    profile = load_profile(name, overrides=overrides)
    loaded = random_trained_genotype(seed)
    graph = compile_graph(loaded, profile)
    mapping = map_graph(graph, profile)
    found = check_mapping(graph, mapping, profile, random_input(loaded, 3, seed))
    assert found is not None
    assert found.samples == 3
    assert found.equal, found


def test_two_edges_from_one_source_add_up(tmp_path: Path) -> None:
    """In the first cell s0 and s1 are both the stem: two kernels of one window share the rows of a core."""
    nodes = [{"inputs": [{"source": source, "op": "conv3x3"} for source in ("s0", "s1")]}]
    genotype = loaded(document(cells=[{"channels": 3, "bits": 2, "nodes": nodes}]), tmp_path)
    for name in ("loihi1", "loihi2"):
        profile = load_profile(name)
        graph = compile_graph(genotype, profile)
        found = check_mapping(graph, map_graph(graph, profile), profile, random_input(genotype, 8, 0))
        assert found is not None
        assert found.equal, name


def test_small_cores_split_populations_and_copy_kernels() -> None:
    """The check above means little unless several cores take part."""
    loaded = random_trained_genotype(4)
    cores = []
    for _, overrides in CHIPS[:2]:
        profile = load_profile("loihi2", overrides=overrides)
        graph = compile_graph(loaded, profile)
        cores.append(len(map_graph(graph, profile).cores))
    assert cores[0] < cores[1]


def test_a_wrong_bit_in_memory_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = load_profile("loihi2")
    loaded = random_trained_genotype(3)
    graph = compile_graph(loaded, profile)
    mapping = map_graph(graph, profile)
    original = mapped.decoded_blocks

    def flipped(*arguments: object) -> list[object]:
        blocks = original(*arguments)  # type: ignore[arg-type]
        first = blocks[0]
        codes = first.geometry.codes.copy()
        codes[:] = -codes
        return [replace(first, geometry=replace(first.geometry, codes=codes)), *blocks[1:]]

    monkeypatch.setattr(mapped, "decoded_blocks", flipped)
    found = check_mapping(graph, mapping, profile, random_input(loaded, 3, 3))
    assert found is not None
    assert not found.equal


def test_decoded_weights_are_the_graphs_weights() -> None:
    profile = load_profile("loihi1", overrides={"neurons_per_core": "60"})
    graph = compile_graph(random_trained_genotype(2), profile)
    decoded = mapped_graph(graph, map_graph(graph, profile), profile)
    for population in graph.membranes:
        for delay in {block.delay for block in graph.into(population.name)}:
            for source in {block.source for block in graph.into(population.name)}:
                whole, read = (
                    sum(
                        block.weights(graph[source].shape, population.shape)
                        for block in candidate.into(population.name)
                        if (block.source, block.delay) == (source, delay)
                    )
                    for candidate in (graph, decoded)
                )
                assert abs(whole - read).sum() == 0


def test_encoded_memory_adds_up_and_never_undercuts_the_ideal() -> None:
    for name, overrides in CHIPS:
        profile = load_profile(name, overrides=overrides)
        graph = compile_graph(random_trained_genotype(1), profile)
        mapping = map_graph(graph, profile)
        encoding = EncodingSection.of(graph, mapping, profile)
        total = encoding.total
        assert total.encoded_bits == total.ideal_bits + sum(total.overhead.values())
        assert total.words == sum(entry.words or 0 for entry in encoding.populations.values())
        assert len(list(core_list_groups(graph, mapping, profile))) >= len(mapping.cores)


def test_networks_too_large_to_unroll_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped, "CHECKED_SYNAPSES", 10)
    profile = load_profile("loihi2")
    loaded = random_trained_genotype(3)
    graph = compile_graph(loaded, profile)
    assert check_mapping(graph, map_graph(graph, profile), profile, random_input(loaded, 1, 0)) is None


def test_no_core_needs_more_format_registers_than_it_has() -> None:
    profile = load_profile("loihi1", overrides={"neurons_per_core": "200"})
    limit = profile.core.synapse_formats.value
    assert limit is not None
    for seed in range(4):
        graph = compile_graph(random_trained_genotype(seed, cells=2), profile)
        registers: dict[int, set[object]] = {}
        for group in core_list_groups(graph, map_graph(graph, profile), profile):
            registers.setdefault(group.core, set()).update(encode_cost(group.lists, group.rule).registers)
        assert max((len(found) for found in registers.values()), default=0) <= limit
