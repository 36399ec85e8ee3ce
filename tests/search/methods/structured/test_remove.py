"""What is left after a removal computes what it computed before, with the removed channels cut off: the same integers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_networks import random_input, random_trained_genotype
from written_genotypes import document, litesnn_cells, loaded, resnet, vgg

import litesnn
from litesnn.compiler.genotype import LoadedGenotype, load_genotype, save_genotype
from litesnn.compiler.genotype.edit import edited
from litesnn.search.methods.structured import channel_groups, remove_channels
from litesnn.search.methods.structured.groups import read_channels, ties
from litesnn.search.methods.structured.select import Kept
from litesnn.search.model.reference import run_reference


def some_channels(network: LoadedGenotype, rng: np.random.Generator) -> Kept:
    """A random part of every group, at least one set; whole around padded shortcuts, which are laid out anew."""
    edges = [(node.name, edge) for node in network.topology.nodes for edge in node.edges]
    whole = {name for owner, edge in edges if not edge.weighted and not ties(edge) for name in (owner, *edge.sources)}
    left: dict[str, list[int]] = {node.name: [] for node in network.topology.nodes}
    for group in channel_groups(network.topology):
        chosen = set(rng.permutation(len(group.sets))[: rng.integers(1, len(group.sets) + 1)].tolist())
        fixed = not group.removable or bool(whole & set(group.populations))
        for index, members in enumerate(group.sets):
            if fixed or index in chosen:
                for name, channel in members:
                    left[name].append(channel)
    return {name: np.array(sorted(channels)) for name, channels in left.items()}


def cut_off(network: LoadedGenotype, kept: Kept) -> LoadedGenotype:
    """The whole network, with every weight that reads a removed channel masked."""
    tensors = {name: tensor.copy() for name, tensor in network.trained.items()}
    stays = {name: set(channels.tolist()) for name, channels in kept.items()}
    pooled = network.topology.pool
    for edge in network.topology.edges():
        channels = list(read_channels(edge))
        if pooled is not None and edge.sources == ("pool",):
            channels = [
                (name, i)
                for name, count in zip(pooled.sources, pooled.source_channels, strict=True)
                for i in range(count)
            ]
        gone = [i for i, (name, channel) in enumerate(channels) if name != "input" and channel not in stays[name]]
        if edge.weighted and gone:
            mask = tensors[f"{edge.name}.mask"]
            if edge.by_channel:
                mask[gone] = 0
            else:
                mask.reshape(mask.shape[0], edge.in_shape[0], -1)[:, gone] = 0
    return edited(network.spec, tensors)


@given(seed=st.integers(0, 10**6), depthwise=st.booleans())
@settings(max_examples=60)
def test_removing_channels_is_cutting_them_off(seed: int, depthwise: bool) -> None:
    operations = {"ops": ("depthwise3x3", "conv1x1", "skip", "shortcut")} if depthwise else {}
    network = random_trained_genotype(seed, **operations)
    kept = some_channels(network, np.random.default_rng(seed))
    inputs = random_input(network, 3, seed)
    smaller = run_reference(remove_channels(network, kept), inputs, "fixed")
    whole = run_reference(cut_off(network, kept), inputs, "fixed")
    np.testing.assert_array_equal(smaller.readout, whole.readout)
    for name, channels in kept.items():
        np.testing.assert_array_equal(smaller.spikes[name], whole.spikes[name][:, :, channels])
        np.testing.assert_array_equal(smaller.membranes[name], whole.membranes[name][:, :, channels])


@given(seed=st.integers(0, 10**6))
@settings(max_examples=5)
def test_what_is_left_compiles_spike_for_spike(seed: int) -> None:
    network = random_trained_genotype(seed, encoding="spikes")
    smaller = remove_channels(network, some_channels(network, np.random.default_rng(seed)))
    samples = litesnn.verification_samples(smaller.spec, seed=seed)
    result = litesnn.compile(smaller, "loihi2", samples=samples, lava_samples=0)
    assert result.verification is not None
    assert result.verification.mismatching_readouts == 0
    assert not result.verification.mismatching_spikes  # None where no spiking population is left


def test_a_genotype_that_stands_in_no_file_is_proved_and_saved_like_one_that_does(tmp_path: Path) -> None:
    network = random_trained_genotype(3, encoding="spikes")
    smaller = remove_channels(network, some_channels(network, np.random.default_rng(3)))
    litesnn.save_genotype(smaller.spec, smaller.trained, tmp_path / "genotype.json")
    found = []
    for place, genotype in (("memory", smaller), ("file", litesnn.load_genotype(tmp_path / "genotype.json"))):
        compiled = litesnn.compile(genotype, "loihi2", samples=None)
        compiled.program.save(tmp_path / place)
        found.append((compiled.program.report.proof, (tmp_path / place / "genotype" / "genotype.json").read_bytes()))
    assert found[0] == found[1]
    assert found[0][0] is not None
    assert litesnn.Program.load(tmp_path / "memory").name == smaller.spec.name


def test_channels_that_never_spike_go_without_a_trace(tmp_path) -> None:
    network = loaded(vgg(), tmp_path)
    for name in ("cell0.node0", "cell2.node0"):
        network.trained[f"{name}.norm.weight"][[1, 4]] = 0
        network.trained[f"{name}.norm.bias"][[1, 4]] = -1
    kept = {node.name: np.arange(node.shape[0]) for node in network.topology.nodes}
    kept |= {name: np.setdiff1d(kept[name], [1, 4]) for name in ("cell0.node0", "cell2.node0")}
    smaller = remove_channels(network, kept)
    inputs = random_input(network, 8, 0)
    before, after = (run_reference(one, inputs, "fixed") for one in (network, smaller))
    assert np.ptp(before.readout) > 0
    np.testing.assert_array_equal(after.readout, before.readout)
    for name, channels in kept.items():
        np.testing.assert_array_equal(after.spikes[name], before.spikes[name][:, :, channels])


@pytest.mark.parametrize("family", [document, litesnn_cells, vgg, resnet])
def test_every_family_is_saved_and_loaded_again(family, tmp_path) -> None:
    network = loaded(family(), tmp_path)
    smaller = remove_channels(network, some_channels(network, np.random.default_rng(1)))
    save_genotype(smaller.spec, smaller.trained, tmp_path / "smaller.json")
    again = load_genotype(tmp_path / "smaller.json")
    assert sum(node.shape[0] for node in again.topology.nodes) < sum(n.shape[0] for n in network.topology.nodes)
    assert [edge.step for edge in again.topology.edges()] == [edge.step for edge in network.topology.edges()]
    run_reference(again, random_input(again, 2, 0), "fixed")


def test_a_padded_shortcut_centres_what_is_left_of_its_source(tmp_path) -> None:
    """The published form: kept source channels side by side, zero channels before and after, whichever channels went."""
    network = loaded(resnet(), tmp_path)
    kept = {node.name: np.arange(node.shape[0]) for node in network.topology.nodes}
    kept |= {name: np.array([0, 3]) for name in ("stem", "cell0.node1")}
    kept |= {name: np.array([1, 2, 5, 6, 7]) for name in ("cell1.node1", "cell2.node1")}
    smaller = remove_channels(network, kept)
    shortcut = next(e for n in smaller.topology.nodes for e in n.edges if e.op == "shortcut")
    assert (shortcut.in_shape[0], shortcut.out_shape[0]) == (2, 5)
    trace = run_reference(smaller, random_input(smaller, 2, 0), "fixed")
    assert trace.spikes["cell1.node1"].shape[2] == 5


def test_nothing_removed_changes_nothing(tmp_path) -> None:
    network = loaded(litesnn_cells(), tmp_path)
    same = remove_channels(network, {node.name: np.arange(node.shape[0]) for node in network.topology.nodes})
    assert same.topology == network.topology
    assert all((same.trained[name] == tensor).all() for name, tensor in network.trained.items())


def test_one_pruned_genotype_leaves_the_other_alone(tmp_path) -> None:
    network = loaded(document(), tmp_path)
    before = {name: tensor.copy() for name, tensor in network.trained.items()}
    remove_channels(network, some_channels(network, np.random.default_rng(0)))
    assert all((network.trained[name] == tensor).all() for name, tensor in before.items())
