"""The network executed from the decoded memory of its cores gives the spikes of the unmapped one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from image_weights import Key, weights_of
from random_networks import random_input, random_trained_genotype
from written_genotypes import document, loaded

from litesnn.compiler.graph import Graph
from litesnn.compiler.image import Image, build_image
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.mapping.model import Interval
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import Profile, load_profile
from litesnn.compiler.report.sections.encoding import EncodingSection
from litesnn.runtime import mapped
from litesnn.runtime.mapped import MappedCheck, check_image


def checked(graph: Graph, profile: Profile, inputs: np.ndarray) -> MappedCheck | None:
    """The mapped network from the files of its image against the graph."""
    return check_image(graph, build_image(graph, map_graph(graph, profile), profile, "net"), inputs)


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
    found = checked(graph, profile, random_input(loaded, 3, seed))
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
        found = checked(graph, profile, random_input(genotype, 8, 0))
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


@pytest.mark.parametrize(("name", "neurons", "seed"), [("loihi2", "37", 0), ("loihi1", "25", 1)])
def test_slices_cut_to_fill_cores_up_change_no_spike(name: str, neurons: str, seed: int) -> None:
    """Some box was cut by rows or columns, so that what is left of its population is no grid."""
    profile = load_profile(name, overrides={"neurons_per_core": neurons})
    loaded = random_trained_genotype(seed)
    graph = compile_graph(loaded, profile)
    mapping = map_graph(graph, profile)
    boxes: dict[str, set[tuple[Interval, Interval]]] = {}
    for part in (part for core in mapping.cores for part in core.slices):
        boxes.setdefault(part.population, set()).add((part.rows, part.columns))
    assert any(len(each) != len({y for y, _ in each}) * len({x for _, x in each}) for each in boxes.values())
    found = check_image(graph, build_image(graph, mapping, profile, "net"), random_input(loaded, 3, seed))
    assert found is not None
    assert found.equal, found


def test_a_wrong_bit_in_memory_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = load_profile("loihi2")
    loaded = random_trained_genotype(3)
    graph = compile_graph(loaded, profile)
    original = mapped.read_image

    def flipped(files: Mapping[str, bytes]) -> Image:
        image = original(files)
        core = image.cores[0]
        sign = {"excitatory": "inhibitory", "inhibitory": "excitatory"}
        registers = tuple(
            register._replace(weights=(bits, sign.get(mode, mode), *rest))
            for register in core.memory.registers
            for bits, mode, *rest in [register.weights]
        )
        assert registers != core.memory.registers
        first = replace(core, memory=replace(core.memory, registers=registers))
        return replace(image, cores=(first, *image.cores[1:]))

    monkeypatch.setattr(mapped, "read_image", flipped)
    found = checked(graph, profile, random_input(loaded, 3, 3))
    assert found is not None
    assert not found.equal


def test_stored_weights_are_the_graphs_weights() -> None:
    profile = load_profile("loihi1", overrides={"neurons_per_core": "60"})
    graph = compile_graph(random_trained_genotype(2), profile)
    stored = weights_of(build_image(graph, map_graph(graph, profile), profile, "net"))
    due: dict[Key, npt.NDArray[np.int64]] = {}
    for block in graph.blocks:
        matrix = block.weights(graph[block.source].shape, graph[block.target].shape).toarray()
        key = (block.source, block.target, block.delay)
        due[key] = due[key] + matrix if key in due else matrix
    assert {key for key, weights in due.items() if weights.any()} == set(stored)
    for key, weights in stored.items():
        np.testing.assert_array_equal(weights, due[key])


def test_encoded_memory_adds_up_and_never_undercuts_the_ideal() -> None:
    for name, overrides in CHIPS:
        profile = load_profile(name, overrides=overrides)
        graph = compile_graph(random_trained_genotype(1), profile)
        mapping = map_graph(graph, profile)
        encoding = EncodingSection.of(graph, mapping, profile)
        total = encoding.total
        assert total.encoded_bits == total.ideal_bits + sum(total.overhead.values())
        assert total.words == sum(entry.words or 0 for entry in encoding.populations.values())
        assert total.words == mapping.synapse_words


def test_networks_too_large_to_unroll_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped, "CHECKED_SYNAPSES", 10)
    profile = load_profile("loihi2")
    loaded = random_trained_genotype(3)
    graph = compile_graph(loaded, profile)
    assert checked(graph, profile, random_input(loaded, 1, 0)) is None


@pytest.mark.parametrize(("name", "overrides"), CHIPS)
def test_words_axons_and_formats_counted_are_those_that_are_stored(name: str, overrides: dict[str, str]) -> None:
    """On every core: also where more formats would be cheapest than a list's header can name."""
    profile = load_profile(name, overrides=overrides)
    for seed in range(2):
        graph = compile_graph(random_trained_genotype(seed, cells=2), profile)
        mapping = map_graph(graph, profile)
        for core, stored in zip(mapping.cores, build_image(graph, mapping, profile, "net").cores, strict=True):
            lists = np.diff(stored.memory.pointers)
            assert core.usage["synapse_words"] == len(stored.memory.words) == lists.sum()
            # of neurons that nothing reaches there are no lists
            assert core.usage.get("list_words", longest := lists.max(initial=0)) == longest
            assert core.usage["synapse_formats"] == len(set(stored.memory.registers)) <= 15
            assert core.usage["input_axons"] == len(stored.axons) - 1
            assert core.usage["neurons"] == stored.neurons
