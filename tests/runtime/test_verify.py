"""Verification finds every fault that users report, at the right neuron, and names its cause first."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from random_networks import random_input, random_trained_genotype
from small_graphs import LOIHI2, profile
from written_genotypes import document, loaded

from litesnn.base.errors import RegisterError
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import Conv2d, Graph, Lif, Removal, Spiking, SynapseBlock
from litesnn.compiler.origin import compile_graph
from litesnn.jobs.samples import Samples
from litesnn.jobs.verify import verify
from litesnn.runtime.exact import simulate
from litesnn.runtime.verify import Divergence, Verification
from litesnn.search.model.reference import run_reference

SAMPLES = 5
Fault = Callable[[Graph], Iterator[tuple[str, Graph]]]
"""Yields the population a fault sits at and the graph with it, for every place where it can be planted."""


@cache
def network(seed: int) -> tuple[LoadedGenotype, Graph, np.ndarray]:
    """A network with skips, several steps and asymmetric kernels, compiled, and inputs for it."""
    ops = ("conv3x3", "conv3x3", "skip", "conv1x1", "maxpool3x3")
    genotype = random_trained_genotype(
        seed, stem=True, timesteps=4, cells=2, size=6, keep=1.0, ops=ops, norm="node", decay=0.5
    )
    return genotype, compile_graph(genotype, LOIHI2), random_input(genotype, SAMPLES, seed)


def verified(seed: int, graph: Graph) -> Verification:
    genotype, _, inputs = network(seed)
    return verify(graph, genotype, Samples(inputs, None, "test"), lava_samples=0)


def first_difference(genotype: LoadedGenotype, faulty: Graph, inputs: np.ndarray) -> tuple[Any, ...] | None:
    """Where spikes first part, found without the code under test: (population, sample, step, neuron)."""
    reference = run_reference(genotype, inputs, "fixed")
    names = [p.name for p in faulty.topological() if isinstance(p, Spiking) and p.name in reference.spikes]
    trace = simulate(faulty, inputs, record=names)
    for name in names:
        kept = list(faulty[name].channels)
        differs = np.argwhere(reference.spikes[name][:, :, kept] != trace.spikes[name])
        if len(differs):
            sample, step, channel, y, x = differs.tolist()[0]
            return name, sample, step, (kept[channel], y, x)
    return None


def with_blocks(graph: Graph, target: str, change: Callable[[SynapseBlock], SynapseBlock]) -> Graph:
    """The graph with the blocks into one population changed."""
    return graph.rebuild(graph.populations, [change(b) if b.target == target else b for b in graph.blocks])


def with_population(graph: Graph, name: str, **fields: Any) -> Graph:
    return graph.rebuild([replace(p, **fields) if p.name == name else p for p in graph.populations], graph.blocks)


def lif(graph: Graph) -> Iterator[Lif]:
    for population in graph.topological():
        if type(population) is Lif:
            yield population


def kernels(graph: Graph, target: str) -> list[str]:
    """Edges of a population whose kernel has a direction."""
    return sorted(
        {b.edge for b in graph.into(target) if isinstance(b.geometry, Conv2d) and b.geometry.codes.shape[2] == 3}
    )


def on_edges(change: Callable[[SynapseBlock], SynapseBlock]) -> Fault:
    """A fault in all blocks of one convolution."""

    def plant(graph: Graph) -> Iterator[tuple[str, Graph]]:
        for population in lif(graph):
            for edge in kernels(graph, population.name):
                yield (
                    population.name,
                    with_blocks(graph, population.name, lambda b, edge=edge: change(b) if b.edge == edge else b),
                )

    return plant


def on_codes(change: Callable[[np.ndarray], np.ndarray]) -> Fault:
    return on_edges(lambda block: replace(block, geometry=block.geometry.map_codes(change)))


def wrong_weight(graph: Graph) -> Iterator[tuple[str, Graph]]:
    """One stored weight of one block becomes 0."""

    def forget(block: SynapseBlock) -> SynapseBlock:
        codes = block.geometry.codes.copy()
        codes[tuple(np.argwhere(codes)[len(np.argwhere(codes)) // 2])] = 0
        return replace(block, geometry=block.geometry.map_codes(lambda _: codes))

    for population in lif(graph):
        for chosen in graph.into(population.name):
            yield (
                population.name,
                with_blocks(graph, population.name, lambda b, chosen=chosen: forget(b) if b is chosen else b),
            )


def inverted(block: SynapseBlock) -> SynapseBlock:
    other = {"excitatory": "inhibitory", "inhibitory": "excitatory", "mixed": "mixed"}
    assert block.format is not None
    fmt = replace(block.format, sign_mode=other[block.format.sign_mode])
    return replace(block, geometry=block.geometry.map_codes(np.negative), format=fmt)


def twice(block: SynapseBlock) -> SynapseBlock:
    assert block.format is not None
    return replace(
        block, exponent=block.exponent + 1, format=replace(block.format, weight_exp=block.format.weight_exp + 1)
    )


def spread(block: SynapseBlock) -> SynapseBlock:
    """Dilation 2 where there was none; the map keeps its size."""
    assert isinstance(block.geometry, Conv2d)
    return replace(block, geometry=replace(block.geometry, dilation=2, padding=2))


def wrong_decay(graph: Graph) -> Iterator[tuple[str, Graph]]:
    for population in lif(graph):
        yield population.name, with_population(graph, population.name, dv=population.dv - 400)


def missing_delay(graph: Graph) -> Iterator[tuple[str, Graph]]:
    for population in lif(graph):
        for source in sorted({b.source for b in graph.into(population.name) if b.delay}):
            yield (
                population.name,
                with_blocks(
                    graph, population.name, lambda b, source=source: replace(b, delay=0) if b.source == source else b
                ),
            )


def late_reset(graph: Graph) -> Iterator[tuple[str, Graph]]:
    for population in lif(graph):
        offset = (population.reset_offset + 1) % graph.timesteps
        yield population.name, with_population(graph, population.name, reset_offset=offset)


def wrong_threshold(graph: Graph) -> Iterator[tuple[str, Graph]]:
    for population in lif(graph):
        vth = population.vth.copy()
        vth[-1] += max(1, vth[-1] // 4)
        yield population.name, with_population(graph, population.name, vth=vth)


def wrong_bias(graph: Graph) -> Iterator[tuple[str, Graph]]:
    for population in lif(graph):
        yield population.name, with_population(graph, population.name, bias_mant=-population.bias_mant)


def removed_channel(graph: Graph) -> Iterator[tuple[str, Graph]]:
    """Dead-structure removal takes a living channel for a silent one."""
    for population in lif(graph):
        if population.name == "stem" or population.shape[0] < 2:
            continue
        kept = np.arange(population.shape[0] - 1)
        blocks = []
        for block in graph.blocks:
            ends = graph[block.source].shape, graph[block.target].shape
            sources = kept if block.source == population.name else None
            targets = kept if block.target == population.name else None
            blocks.append(replace(block, geometry=block.geometry.keep(sources, targets, *ends)))
        smaller = graph.rebuild([p.keep(kept) if p is population else p for p in graph.populations], blocks)
        removal = Removal(population.name, "never spikes", population.channels[-1:], 1, 1)
        yield population.name, replace(smaller, removals=(*graph.removals, removal))


FAULTS: dict[str, tuple[Fault, str]] = {
    "a wrong weight": (wrong_weight, "wrong weight: 1 of "),
    "a wrong decay": (wrong_decay, r"wrong decay \(of 4096 per step\): .* the program has 2448, PyTorch 2048"),
    "a missing delay": (missing_delay, "missing delay: block "),
    "a reset one step late": (late_reset, r"wrong reset: .* \(1 step\(s\) late\)"),
    "transposed kernels": (on_codes(lambda c: c.swapaxes(-1, -2).copy()), "transposed kernel: height and width are swapped in edge"),
    "flipped kernels": (on_codes(lambda c: c[..., ::-1, ::-1].copy()), "flipped kernel: rotated by 180 degrees"),
    "a wrong sign": (on_edges(inverted), "inverted weights: the sign is wrong in edge"),
    "a wrong scale": (on_edges(twice), "wrong weight scale in edge .*: every weight is 2 times PyTorch's"),
    "a wrong window": (on_edges(spread), "wrong window in edge .* stride, padding, dilation"),
    "a wrong threshold": (wrong_threshold, r"wrong threshold \(membrane units\): 1 of "),
    "a wrong bias": (wrong_bias, "wrong bias: "),
}  # fmt: skip


def visible(fault: Fault, seeds: range, wanted: int) -> Iterator[tuple[int, str, Graph]]:
    """The first places at which a fault changes a spike: (seed, population, faulty graph); one per network."""
    found = 0
    for seed in seeds:
        genotype, graph, inputs = network(seed)
        for population, faulty in fault(graph):
            if found < wanted and first_difference(genotype, faulty, inputs) is not None:
                found += 1
                yield seed, population, faulty
                break
    assert found == wanted, f"the fault showed in {found} networks only; look at more seeds"


def first_of(result: Verification) -> Divergence:
    first = result.comparisons["exact"].first
    assert first is not None
    return first


@pytest.mark.parametrize("seed", range(4))
def test_without_a_fault_everything_agrees(seed: int) -> None:
    result = verified(seed, network(seed)[1])
    assert result.equal
    assert (result.mismatching_spikes, result.document().mismatching_readouts) == (0, 0)
    assert result.comparisons["exact"].first is None
    assert result.spike_counts["exact"] == result.spike_counts["pytorch"]
    assert sum(result.spike_counts["pytorch"].values()) > 0


def test_equality_is_claimed_of_what_was_compared_alone() -> None:
    genotype, graph, inputs = network(0)
    found = verify(graph, genotype, Samples(inputs[:0], np.zeros(0, np.int64), "no samples"), lava_samples=0)
    assert (found.mismatching_spikes, found.mismatching_readouts, found.equal) == (None, None, None)
    assert (found.compared_spikes, found.accuracy, found.common_samples) == (0, {}, 0)
    assert all(entry.mismatching_spikes is None for entry in found.document().comparisons)
    assert (Verification().equal, Verification().mismatching_spikes) == (None, None)
    full = verified(0, graph)
    spikes = sum(full.spike_counts["pytorch"].values())
    assert (full.mismatching_spikes, full.compared_spikes, full.compared_readouts) == (0, spikes, len(inputs))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_where_it_is_and_named_first(fault: str) -> None:
    plant, words = FAULTS[fault]
    for seed, population, faulty in visible(plant, range(12), wanted=3):
        result = verified(seed, faulty)
        first = first_of(result)
        assert not result.equal
        assert result.mismatching_spikes > 0
        assert first.population == population
        genotype, _, inputs = network(seed)
        assert (first.population, first.sample, first.step, first.neuron) == first_difference(genotype, faulty, inputs)
        assert first.causes
        assert re.search(words, first.causes[0]), first.causes


@pytest.mark.parametrize("fault", ["a wrong weight", "a missing delay", "a wrong threshold"])
def test_both_membranes_and_the_threshold_explain_the_spike(fault: str) -> None:
    seed, population, faulty = next(visible(FAULTS[fault][0], range(12), wanted=1))
    first = first_of(verified(seed, faulty))
    genotype, _, inputs = network(seed)
    expected = run_reference(genotype, inputs, "fixed").membranes[population][(first.sample, first.step, *first.neuron)]
    assert first.expected_membrane == expected
    assert first.threshold is not None
    assert first.found_membrane is not None
    assert (first.found_membrane > first.threshold) == bool(first.found_spike)
    if fault != "a wrong threshold":
        assert (first.expected_membrane > first.threshold) == bool(first.expected_spike)
        assert first.expected_membrane != first.found_membrane


def test_counts_per_population_and_step_are_those_of_the_arrays() -> None:
    seed, _, faulty = next(visible(wrong_weight, range(12), wanted=1))
    genotype, _, inputs = network(seed)
    reference = run_reference(genotype, inputs, "fixed")
    names = [p.name for p in faulty.membranes if isinstance(p, Spiking)]
    trace = simulate(faulty, inputs, record=names)
    comparison = verified(seed, faulty).comparisons["exact"]
    for name in names:
        differs = reference.spikes[name][:, :, list(faulty[name].channels)] != trace.spikes[name]
        entry = comparison.populations[name]
        assert entry.mismatching_spikes == differs.sum()
        assert entry.mismatches_per_step == differs.sum(axis=(0, 2, 3, 4)).tolist()
        assert entry.found_spikes == trace.spikes[name].sum()


@pytest.mark.parametrize("seed", range(3))
def test_a_current_that_wraps_once_wraps_the_same_in_both_engines_and_is_counted(seed: int) -> None:
    for membrane_exp in range(8, -1, -1):  # the finest resolution that one wrap brings back
        genotype = random_trained_genotype(
            seed, stem=True, timesteps=4, membrane_exp=membrane_exp, norm="node", bits=8, encoding="direct"
        )
        graph = compile_graph(genotype, LOIHI2)
        with suppress(RegisterError):
            result = verify(graph, genotype, Samples(random_input(genotype, 4, seed), None, ""), lava_samples=0)
            break
    assert result.equal
    assert result.registers["stem"]["current"] > 0
    assert any(p.population == "stem" and not p.proved for p in graph.ranges)


def test_a_current_beyond_one_wrap_is_an_error() -> None:
    genotype = random_trained_genotype(
        0, stem=True, timesteps=4, membrane_exp=13, norm="node", bits=8, encoding="direct"
    )
    graph = compile_graph(genotype, LOIHI2)
    with pytest.raises(RegisterError, match=r"'stem': a current reached [\d,]+; its 24-bit register wraps once"):
        verify(graph, genotype, Samples(random_input(genotype, 4, 0), None, ""), lava_samples=0)


def test_a_living_channel_that_was_removed_is_named() -> None:
    for seed, population, faulty in visible_removal():
        first = first_of(verified(seed, faulty))
        assert first.population == population
        assert first.causes[0].startswith(
            "removed channel: dead-structure removal took this channel for one that never spikes"
        )
        assert first.neuron[0] == faulty.removals[-1].channels[0]
        assert (first.expected_spike, first.found_spike) == (1, 0)


def visible_removal() -> Iterator[tuple[int, str, Graph]]:
    found = 0
    for seed in range(8):
        genotype, graph, inputs = network(seed)
        spikes = run_reference(genotype, inputs, "fixed").spikes
        for population, faulty in removed_channel(graph):
            if spikes[population][:, :, faulty.removals[-1].channels[0]].any():
                found += 1
                yield seed, population, faulty
    assert found > 3


def test_a_fault_in_the_readout_shows_in_readouts_only_and_is_named() -> None:
    _, graph, _ = network(0)
    block = graph.into("readout")[0]
    codes = block.geometry.codes.copy()
    codes[np.abs(codes) > 0] = 1 * np.sign(codes[np.abs(codes) > 0])
    faulty = with_blocks(
        graph, "readout", lambda b: replace(b, geometry=b.geometry.map_codes(lambda _: codes)) if b is block else b
    )
    result = verified(0, faulty)
    comparison = result.comparisons["exact"]
    assert comparison.mismatching_spikes == 0
    assert comparison.mismatching_readouts > 0
    assert not result.equal
    assert "readout.edge0" in comparison.readout_causes[0]


def test_a_readout_that_leaves_its_register_does_so_in_both_engines_and_is_counted(tmp_path: Any) -> None:
    """The largest bias, 4095 * 2^7 a step, passes 2^23 after 17 steps."""
    genotype = loaded(document(), tmp_path)
    tensors = dict(genotype.trained)
    tensors["readout.bias"] = np.full(4, 1e9, np.float32)
    heavy = replace(genotype, tensors=tensors, spec=genotype.spec.model_copy(update={"timesteps": 40}))
    graph = compile_graph(heavy, LOIHI2)
    result = verify(graph, heavy, Samples(random_input(heavy, 2, 0), None, ""), lava_samples=0)
    assert result.equal
    assert result.registers["readout"]["membrane"] > 0


def test_a_wrong_weight_of_any_part_of_a_concatenation_is_named(tmp_path: Any) -> None:
    """The pool reads both nodes of the cell; a fault in the second one's block is a fault in the pool."""
    genotype = loaded(document(), tmp_path, seed=3)
    graph = compile_graph(genotype, LOIHI2)
    inputs = random_input(genotype, 6, 0)
    for block in graph.into("pool"):
        faulty = with_blocks(graph, "pool", lambda b, block=block: three_times(b) if b is block else b)
        result = verify(faulty, genotype, Samples(inputs, None, ""), lava_samples=0)
        first = first_of(result)
        assert first.population == "pool"
        assert first.causes[0].startswith(("wrong weight: ", "wrong weight scale")), first.causes


def three_times(block: SynapseBlock) -> SynapseBlock:
    return replace(block, geometry=block.geometry.map_codes(lambda c: 3 * c))


@pytest.mark.parametrize("seed", [4, 6, 8, 22, 23, 29])
def test_float_beside_fixed_never_decides_and_counts_only_what_the_graph_holds(seed: int) -> None:
    """With removed channels too: fixed and float are compared on the channels that are left."""
    genotype = random_trained_genotype(seed, cells=2)
    graph = compile_graph(genotype, LOIHI2)
    inputs = random_input(genotype, 8, seed)
    result = verify(graph, genotype, Samples(inputs, None, ""), lava_samples=0)
    fixed, real = (run_reference(genotype, inputs, kind).spikes for kind in ("fixed", "float"))
    assert result.equal
    entries = result.comparisons["pytorch_float"].populations
    for population in graph.membranes:
        if isinstance(population, Spiking) and population.name in fixed:
            kept = list(population.channels)
            before, after = (spikes[population.name][:, :, kept] for spikes in (fixed, real))
            assert entries[population.name].mismatching_spikes == (before != after).sum()
            assert entries[population.name].found_spikes == after.sum()


def test_accuracy_needs_labels_and_is_the_fraction_of_argmaxes_that_hit() -> None:
    genotype, graph, inputs = network(0)
    predictions = simulate(graph, inputs).predictions
    labels = predictions.copy()
    labels[0] = (labels[0] + 1) % genotype.spec.head.classes
    result = verify(graph, genotype, Samples(inputs, labels, ""), lava_samples=0)
    assert result.accuracy["exact"] == result.accuracy["pytorch"] == pytest.approx(1 - 1 / SAMPLES)
    assert verified(0, graph).accuracy == {}


def test_samples_in_chunks_give_what_one_chunk_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    seed, _, faulty = list(visible(wrong_weight, range(12), wanted=2))[1]
    whole = verified(seed, faulty).document()
    monkeypatch.setattr("litesnn.runtime.verify.chunks.CHUNK_BYTES", 1)
    parts = verified(seed, faulty).document()
    assert parts == whole
    assert parts.comparisons[0].first_divergence is not None


def test_relays_do_not_disturb_the_search_for_a_cause() -> None:
    for seed in range(12):
        genotype, plain, inputs = network(seed)
        graph = compile_graph(genotype, profile(delay_max=0))
        if not graph.schedule.relays:
            continue
        target = next(b.target for b in graph.blocks if ".relay" in b.source and ".relay" not in b.target)
        for _, faulty in (entry for entry in wrong_threshold(graph) if entry[0] == target):
            result = verify(faulty, genotype, Samples(inputs, None, ""), lava_samples=0)
            if not result.equal:
                assert first_of(result).causes[0].startswith("wrong threshold")
                return
        assert plain is not graph
    raise AssertionError("no network with relays found")


def test_a_wrong_weight_is_found_in_lava_too(tmp_path: Any) -> None:
    pytest.importorskip("lava.magma")
    genotype = loaded(document(), tmp_path, seed=3)
    graph = compile_graph(genotype, LOIHI2)
    inputs = random_input(genotype, 2, 0)
    planted = (
        (population, faulty, first_difference(genotype, faulty, inputs)) for population, faulty in wrong_weight(graph)
    )
    population, faulty, where = next(entry for entry in planted if entry[2] is not None)
    result = verify(faulty, genotype, Samples(inputs, None, ""), lava_samples=2)
    first = result.comparisons["lava"].first
    assert first is not None
    assert (first.population, first.sample, first.step, first.neuron) == where
    assert first.population == population
    assert first.causes[0].startswith("wrong weight")
    assert result.comparisons["exact"].mismatching_spikes == result.comparisons["lava"].mismatching_spikes
