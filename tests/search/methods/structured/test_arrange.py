"""Channels laid out so that padded shortcuts meet the channels that they met before."""

from __future__ import annotations

import numpy as np
import pytest
from random_networks import random_input, random_trained_genotype
from written_genotypes import document, litesnn_cells, loaded, parsed, resnet, vgg

from litesnn.compiler.genotype import LoadedGenotype, resolve
from litesnn.compiler.genotype.edit import edited
from litesnn.search.methods.structured import channel_groups, remove_channels
from litesnn.search.methods.structured.arrange import aligned_channels
from litesnn.search.methods.structured.select import Kept, kept_channels, kept_counts
from litesnn.search.model.reference import run_reference


def chosen(network: LoadedGenotype, rate: float, seed: int) -> tuple[Kept, Kept]:
    """Channels as they lie in the middle, and aligned, by random scores."""
    topology, groups = network.topology, channel_groups(network.topology)
    rng = np.random.default_rng(seed)
    scores = {node.name: rng.random((node.shape[0], 2)) for node in topology.nodes}
    rates = [rate if group.removable else 0.0 for group in groups]
    own = topology, groups, scores, kept_counts(topology, groups, rates)
    return kept_channels(*own), aligned_channels(*own)


def silenced(network: LoadedGenotype, kept: Kept) -> LoadedGenotype:
    """The whole network, whose other channels never spike."""
    tensors = {name: tensor.copy() for name, tensor in network.trained.items()}
    for node in network.topology.nodes:
        gone = np.setdiff1d(np.arange(node.shape[0]), kept[node.name])
        tensors[f"{node.name}.norm.weight"][gone] = 0
        tensors[f"{node.name}.norm.bias"][gone] = -1
    return edited(network.spec, tensors)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rate", [0.25, 0.5, 0.8])
def test_an_aligned_residual_network_computes_what_the_whole_one_does_without_those_channels(
    rate: float, seed: int, tmp_path
) -> None:
    network = loaded(resnet(), tmp_path)
    _, kept = chosen(network, rate, seed)
    inputs = random_input(network, 4, seed)
    smaller = run_reference(remove_channels(network, kept), inputs, "fixed")
    whole = run_reference(silenced(network, kept), inputs, "fixed")
    np.testing.assert_array_equal(smaller.readout, whole.readout)
    for name, channels in kept.items():
        np.testing.assert_array_equal(smaller.spikes[name], whole.spikes[name][:, :, channels])


def test_as_many_channels_stay_and_tied_ones_lie_alike() -> None:
    network_topology = resolve(parsed(resnet()))
    groups = channel_groups(network_topology)
    scores = {node.name: np.random.default_rng(1).random((node.shape[0], 2)) for node in network_topology.nodes}
    counts = kept_counts(network_topology, groups, [0.5] * len(groups))
    middle, aligned = (f(network_topology, groups, scores, counts) for f in (kept_channels, aligned_channels))
    assert {name: len(set(channels)) for name, channels in aligned.items()} == {n: len(c) for n, c in middle.items()}
    for group in groups:
        assert len({tuple(aligned[name]) for name in group.populations}) == 1
    assert any(not np.array_equal(aligned[name], middle[name]) for name in aligned)


@pytest.mark.parametrize("family", [document, litesnn_cells, vgg])
def test_without_padded_shortcuts_the_highest_scores_stay_in_order(family, tmp_path) -> None:
    network = loaded(family(), tmp_path)
    middle, aligned = chosen(network, 0.5, 0)
    assert {name: list(each) for name, each in aligned.items()} == {name: list(each) for name, each in middle.items()}


@pytest.mark.parametrize("seed", range(8))
def test_any_wiring_can_be_aligned(seed: int) -> None:
    network = random_trained_genotype(seed)
    _, kept = chosen(network, 0.5, seed)
    run_reference(remove_channels(network, kept), random_input(network, 2, seed), "fixed")
