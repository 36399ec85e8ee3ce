"""Counting as papers do, against what LitE-SNN prints (Tables 2 and 5)."""

from __future__ import annotations

import numpy as np
import pytest
from published_litesnn import KEEP, published
from random_networks import random_trained_genotype

from litesnn.compiler.accounting import expected_kept, joule, kept_weights, macs, model_size, paper_counts
from litesnn.compiler.genotype import LoadedGenotype, resolve

TABLE_5 = {"large": (970.12, 4.46, 11.94), "medium": (413.53, 1.90, 4.78), "small": (221.63, 1.02, 2.39)}
"""Operations of the analog network (M), their energy (mJ), multiplications of the spiking one (M)."""
SPIKING = {"large": (705.01, 11.94, 0.68), "medium": (271.41, 4.78, 0.26), "small": (129.74, 2.39, 0.13)}
"""Additions (M), multiplications (M), energy (mJ)."""


def untrained(scale: str) -> LoadedGenotype:
    spec = published(scale)
    return LoadedGenotype(spec, resolve(spec), None, b"")


@pytest.mark.parametrize("scale", KEEP)
def test_operations_and_energy_of_the_published_networks(scale: str) -> None:
    """The paper's ANN column holds the stem twice (its numbers cannot be met otherwise)."""
    operations, energy, multiplications = TABLE_5[scale]
    loaded = untrained(scale)
    counts = paper_counts(loaded)
    stem = macs(loaded.topology.nodes[0].edges[0], kept_weights(loaded))
    assert (counts.ann_macs + stem) / 1e6 == pytest.approx(operations, abs=0.01)
    assert joule(counts.ann_macs + stem, counts.ann_macs + stem) * 1e3 == pytest.approx(energy, abs=0.005)
    assert counts.multiplications / 1e6 == pytest.approx(multiplications, abs=0.005)


@pytest.mark.parametrize("scale", SPIKING)
def test_energy_of_the_published_spiking_networks(scale: str) -> None:
    additions, multiplications, energy = SPIKING[scale]
    assert joule(additions * 1e6, multiplications * 1e6) * 1e3 == pytest.approx(energy, abs=0.005)


def test_size_of_the_published_small_network() -> None:
    """0.55 MB in the paper; with the auxiliary head of the authors' training, which the count includes, it is 0.558 MB."""
    topology = resolve(published("small"))
    auxiliary_weights = 576 * 128 + 128 * 768 * 4 + 768 * 10
    auxiliary = 0.1 * auxiliary_weights * 4 / 8 + 2 * 4 * (128 + 768)
    size = model_size(topology, "edge")
    assert size / 1e6 == pytest.approx(0.527, abs=5e-4)
    assert (size + auxiliary) / 1e6 == pytest.approx(0.558, abs=5e-4)


def test_mean_bits_of_the_published_small_network() -> None:
    topology = resolve(published("small"))
    kept = expected_kept(topology)
    total = sum(macs(edge, kept) for edge in topology.edges())
    assert sum(macs(edge, kept) * edge.bits for edge in topology.edges()) / total == pytest.approx(2.35, abs=0.005)


@pytest.mark.parametrize("seed", range(4))
def test_spiking_operations_of_a_trained_network_are_counted_edge_by_edge(seed: int) -> None:
    loaded = random_trained_genotype(seed, ops=["conv3x3", "skip", "dense"])
    spikes = {node.name: 0.25 * (1 + i) for i, node in enumerate(loaded.topology.nodes)} | {"pool": 0.5, "input": 0.7}
    counts = paper_counts(loaded, spikes)
    graded = loaded.spec.input.encoding == "direct"
    syn_ops = bit_syn_ops = multiplications = 0.0
    for edge in loaded.topology.edges():
        if not edge.weighted or edge.max_window is not None:
            continue  # the maximum before an edge was not simulated here: it is silent
        pixels = edge.out_shape[1] * edge.out_shape[2]
        per_input = int(np.count_nonzero(loaded.trained[f"{edge.name}.mask"])) * pixels
        if edge.reads_input and graded:
            multiplications += per_input * loaded.spec.timesteps
            continue
        rates = [np.full(c, spikes[s]) for s, c in zip(edge.sources, edge.source_channels, strict=True)]
        operations = per_input * float(np.mean(np.concatenate(rates)))
        syn_ops += operations
        bit_syn_ops += edge.bits * operations
    assert counts.syn_ops == pytest.approx(syn_ops)
    assert counts.bit_syn_ops == pytest.approx(bit_syn_ops)
    assert counts.multiplications == multiplications
    assert counts.energy == pytest.approx((0.9 * syn_ops + 3.7 * multiplications) * 1e-12)


def test_without_simulation_nothing_is_said_of_spikes() -> None:
    counts = paper_counts(untrained("small"))
    assert counts.syn_ops is counts.bit_syn_ops is counts.energy is None
