"""A whole pruning: rates, goals, inheritance and the record."""

from __future__ import annotations

from math import prod
from types import SimpleNamespace

import numpy as np
import pytest
from random_networks import random_input, random_trained_genotype
from written_genotypes import document, litesnn_cells, loaded, parsed, resnet, vgg

import litesnn
from litesnn.base.errors import DataError, GenotypeError, PruningError
from litesnn.compiler.accounting import paper_counts
from litesnn.compiler.genotype import LoadedGenotype, resolve
from litesnn.compiler.profile import Profile
from litesnn.search.methods.structured import (
    METHODS,
    Goals,
    Scoring,
    channel_groups,
    filling,
    goals,
    parse_rates,
    prune,
)
from litesnn.search.model.reference import run_reference

HALF = parse_rates("0.5")


@pytest.mark.parametrize("method", METHODS)
def test_every_method_prunes_a_litesnn_network(method, tmp_path) -> None:
    network = loaded(litesnn_cells(), tmp_path)
    inputs = random_input(network, 4, 0)
    result = prune(network, Scoring(method), HALF, inputs, dataset="noise")
    record = result.record
    assert all(after == max(1, before // 2) for before, after in record.channels.values())
    assert record.model_size == tuple(paper_counts(one).model_size for one in (network, result.genotype))
    assert record.model_size[1] < 0.4 * record.model_size[0]
    assert (record.dataset, record.samples) == (("noise", 4) if method in ("svs", "sca") else (None, None))
    assert result.genotype.spec.pruning == (record,)
    run_reference(result.genotype, inputs, "fixed")


def test_the_highest_scores_stay(tmp_path) -> None:
    network = loaded(vgg(), tmp_path)
    weight = network.trained["cell1.node0.edge0.weight"]
    weight[:] = np.sign(weight) * 0.01
    weight[[2, 3, 5, 7]] *= 1000
    network.trained["cell1.node0.edge0.mask"][:] = 1
    assert prune(network, Scoring("l1"), HALF).kept["cell1.node0"].tolist() == [2, 3, 5, 7]


def test_a_second_pruning_is_recorded_behind_the_first(tmp_path) -> None:
    network = loaded(resnet(), tmp_path)
    first = prune(network, Scoring("l1"), HALF).genotype
    second = prune(first, Scoring("random", seed=4), parse_rates("cell3*=0.5")).genotype
    assert second.spec.pruning is not None
    assert [record.method for record in second.spec.pruning] == ["l1", "random"]
    assert second.spec.pruning[1].channels["cell3.node1"] == (8, 4)


def test_accuracies_of_the_whole_network_are_forgotten() -> None:
    network = litesnn.load_genotype("examples/digits/genotype.json")
    spec = prune(network, Scoring("l1"), HALF).genotype.spec
    assert spec.training is not None
    assert spec.training.dataset == "digits"
    assert spec.training.accuracy_fixed is None


def test_a_size_is_reached_with_the_smallest_rate_and_named_groups_keep_theirs(tmp_path) -> None:
    network = loaded(vgg(), tmp_path)
    goal = Goals(size=paper_counts(network).model_size / 3)
    result = prune(network, Scoring("l1"), parse_rates("cell0*=0.25"), goals=goal)
    rates = result.record.rates
    assert rates["cell0.node0"] == 0.25
    assert len({rate for name, rate in rates.items() if name != "cell0.node0"}) == 1
    assert result.record.model_size[1] <= goal.size
    less = parse_rates(f"{rates['cell1.node0'] - 0.001:.3f}")
    slightly_larger = prune(network, Scoring("l1"), (*less, ("cell0*", 0.25))).record
    assert slightly_larger.model_size[1] > goal.size


def test_a_goal_that_holds_already_removes_nothing(tmp_path) -> None:
    network = loaded(vgg(), tmp_path)
    assert set(prune(network, Scoring("l1"), goals=Goals(size=1e9)).record.rates.values()) == {0.0}


def small_cores() -> litesnn.Profile:
    return litesnn.load_profile("loihi2", overrides={"neurons_per_core": "512"})


def test_cores_are_those_of_the_estimate(tmp_path) -> None:
    network = loaded(vgg(), tmp_path)
    result = prune(network, Scoring("l1"), goals=Goals(cores=3), profile=small_cores())
    assert result.record.cores is not None
    before, after = result.record.cores
    assert before == litesnn.estimate(network, small_cores()).cores > 3
    assert after == litesnn.estimate(result.genotype, small_cores()).cores <= 3
    assert result.record.profile == "loihi2"


def test_goals_out_of_reach_say_what_is_in_reach(tmp_path) -> None:
    network = loaded(vgg(), tmp_path)
    ones = prune(network, Scoring("l1"), parse_rates("0.999")).record.model_size[1]
    with pytest.raises(PruningError, match=f"found 10 bytes; smallest reachable: {ones:,.0f} bytes"):
        prune(network, Scoring("l1"), goals=Goals(size=10))
    held = parse_rates("cell0*=0")
    with pytest.raises(PruningError, match="--target-cores: found 1; smallest reachable: [2-9]"):
        prune(network, Scoring("l1"), held, goals=Goals(cores=1), profile=small_cores())
    with pytest.raises(PruningError, match="needs a chip"):
        prune(network, Scoring("l1"), goals=Goals(cores=4))


@pytest.mark.parametrize("norm", ["node", "edge"])
def test_only_weights_are_inherited_where_asked(norm: str) -> None:
    network = random_trained_genotype(11, norm=norm, cells=2, bias=True)
    inputs = random_input(network, 3, 0)
    everything = prune(network, Scoring("l1"), HALF).genotype
    weights, again, other = (
        prune(network, Scoring("l1", seed=seed), HALF, inherit="weights").genotype for seed in (0, 0, 1)
    )
    for name, tensor in weights.trained.items():
        if ".norm." in name or name == "readout.bias":
            assert (tensor == (1 if name.endswith(("norm.weight", "running_var")) else 0)).all()
        elif not name.startswith("readout"):
            assert (tensor == everything.trained[name]).all()
    readout = "readout.edge0.weight"
    assert (weights.trained[readout] == again.trained[readout]).all()
    assert (weights.trained[readout] != other.trained[readout]).any()
    assert weights.trained[readout].shape == everything.trained[readout].shape
    run_reference(weights, inputs, "fixed")


def test_an_untrained_network_is_refused() -> None:
    spec = parsed(document())
    with pytest.raises(GenotypeError, match="no weights yet"):
        prune(LoadedGenotype(spec, resolve(spec), None, b""), Scoring("random"), HALF)


def test_samples_of_another_shape_are_refused(tmp_path) -> None:
    with pytest.raises(DataError, match="takes"):
        prune(loaded(document(), tmp_path), Scoring("svs"), HALF, np.zeros((2, 3, 5, 5)))


def test_all_groups_are_reported(tmp_path) -> None:
    network = loaded(resnet(), tmp_path)
    result = prune(network, Scoring("random"), HALF)
    assert [entry.group for entry in result.groups] == list(channel_groups(network.topology))
    assert all(0 <= entry.lowest <= entry.highest < 1 for entry in result.groups)


def counted(network: LoadedGenotype, profile: Profile) -> SimpleNamespace:
    """What a chip takes that holds 64 neurons a core, and a word for every weight that is stored: neurons bind."""
    neurons = sum(prod(node.shape) for node in network.topology.nodes)
    words = sum(prod(edge.weight_shape) for edge in network.topology.edges() if edge.weighted)
    bounds = {"neurons": neurons / 64, "synapse_words": words / 10**6}
    return SimpleNamespace(
        cores=-(-neurons // 64), synapse_words=words, synapse_bytes=8 * words, bounds=bounds, binds="neurons"
    )


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (goals, filling):
        monkeypatch.setattr(module, "estimate", counted)


@pytest.mark.usefixtures("by_hand")
def test_limits_of_a_chip_take_most_from_the_groups_that_hold_most_of_what_binds(tmp_path) -> None:
    """Neurons bind: the widest maps lose channels first, and no group loses more than one that holds more."""
    network, profile = loaded(vgg(), tmp_path), litesnn.load_profile("loihi2")
    before = counted(network, profile)
    result = prune(network, Scoring("l1"), goals=Goals(max_cores=before.cores // 2), profile=profile)
    assert result.binds == "neurons"
    assert counted(result.genotype, profile).cores <= before.cores // 2
    held = {node.name: prod(node.shape) for node in network.topology.nodes}
    rates = {group.group.name: group.rate for group in result.groups}
    assert rates[max(rates, key=lambda name: held[name])] == max(rates.values()) > min(rates.values())
    assert all(rates[a] >= rates[b] for a in rates for b in rates if held[a] >= held[b])
    common = prune(network, Scoring("l1"), goals=Goals(cores=before.cores // 2), profile=profile)
    kept = [sum(np.log(g.after / g.before) for g in found.groups) for found in (result, common)]
    assert kept[0] > kept[1], "more is left of the groups than with a common rate"


@pytest.mark.usefixtures("by_hand")
def test_memory_is_kept_within_and_what_is_out_of_reach_is_said(tmp_path) -> None:
    network, profile = loaded(vgg(), tmp_path), litesnn.load_profile("loihi2")
    half = 4 * counted(network, profile).synapse_words
    result = prune(network, Scoring("l1"), goals=Goals(max_memory=half), profile=profile)
    assert result.binds == "synapse_words"
    assert 8 * counted(result.genotype, profile).synapse_words <= half
    assert result.groups[0].rate < max(group.rate for group in result.groups), "the first layer has few weights"
    one_each = prune(network, Scoring("l1"), parse_rates("0.999"), profile=profile).genotype
    least = 8 * counted(one_each, profile).synapse_words
    with pytest.raises(PruningError, match=f"--max-memory: found 8; smallest reachable: {least:,}"):
        prune(network, Scoring("l1"), goals=Goals(max_memory=8), profile=profile)
    with pytest.raises(PruningError, match="--max-cores: needs a chip"):
        prune(network, Scoring("l1"), goals=Goals(max_cores=8))
    with pytest.raises(PruningError, match="found with --target-size or --target-cores"):
        Goals(cores=3, max_cores=3)
