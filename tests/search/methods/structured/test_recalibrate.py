"""Normalization measured anew after a pruning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from random_networks import random_input, random_trained_genotype
from written_genotypes import litesnn_cells, loaded, resnet, vgg

import litesnn
from litesnn.base.errors import DataError, PruningError
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.genotype.topology import NORM_TENSORS
from litesnn.search.data import load_dataset
from litesnn.search.methods.structured import Scoring, parse_rates, prune
from litesnn.search.methods.structured.recalibrate import recalibrated
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.training.loop import evaluate
from litesnn.search.training.samples import quantized

DIGITS = Path(__file__).parents[4] / "examples" / "digits" / "genotype.json"
HALF = parse_rates("0.5")


def accuracy(network: LoadedGenotype) -> float:
    """On the test samples of the digits, in fixed point."""
    data = load_dataset("digits")
    test = quantized(network.spec.input, data.x_test, data.y_test)
    return evaluate(SpikingModel.from_genotype(network), test, "fixed")[0]


def test_a_pruned_network_is_more_accurate_with_its_own_statistics() -> None:
    without, with_them = (litesnn.prune(DIGITS, 0.4, scoring={"method": "l1"}, recalibrate=count) for count in (0, 640))
    assert with_them.record.recalibrated == 640
    assert without.record.recalibrated is None
    assert accuracy(with_them.genotype) > accuracy(without.genotype) + 0.2
    for name, channels in without.kept.items():
        np.testing.assert_array_equal(with_them.kept[name], channels)


@pytest.mark.parametrize("family", [litesnn_cells, vgg, resnet])
def test_nothing_but_statistics_changes_and_nothing_takes_more_of_a_chip(family, tmp_path) -> None:
    network = prune(loaded(family(), tmp_path), Scoring("l1"), HALF).genotype
    again = recalibrated(network, random_input(network, 6, 0), 3)
    statistics = {f".{part}" for part in NORM_TENSORS if "running" in part}
    for name, tensor in network.trained.items():
        same = np.array_equal(again.trained[name], tensor)
        assert same != any(name.endswith(part) for part in statistics), name
    for before, after in zip(network.topology.nodes, again.topology.nodes, strict=True):
        assert after.membrane_exp <= before.membrane_exp
    assert [edge.step for edge in again.topology.edges()] == [edge.step for edge in network.topology.edges()]


def test_statistics_are_those_of_what_arrives(tmp_path) -> None:
    network = loaded(resnet(), tmp_path)
    inputs = random_input(network, 8, 1)
    again = recalibrated(network, inputs, 8)
    model = SpikingModel.from_genotype(network)
    (edge,) = model.node("stem").edge_list()
    with torch.no_grad():
        current = edge.real_linear(torch.from_numpy(inputs)[None].float(), edge.values())
    mean, var = again.trained["stem.norm.running_mean"], again.trained["stem.norm.running_var"]
    np.testing.assert_allclose(mean, current.mean((0, 1, 3, 4)), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(var, current.var((0, 1, 3, 4)), rtol=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_any_wiring_can_be_recalibrated_and_a_second_time_changes_nothing(seed: int) -> None:
    network = random_trained_genotype(seed)
    inputs = random_input(network, 5, seed)
    once = recalibrated(network, inputs, 2)
    twice = recalibrated(once, inputs, 2)
    assert once.spec == twice.spec
    assert all(np.array_equal(once.trained[name], tensor) for name, tensor in twice.trained.items())


def test_what_cannot_be_recalibrated_is_refused(tmp_path) -> None:
    network = loaded(vgg(), tmp_path)
    inputs = random_input(network, 4, 0)
    with pytest.raises(
        PruningError, match=r"--recalibrate: found with --inherit weights; allowed: with rates or goals"
    ):
        prune(network, Scoring("l1"), HALF, inherit="weights", statistics=inputs)
    with pytest.raises(
        PruningError, match=r"--recalibrate: found with --max-drop, whose rates are measured as inherited"
    ):
        prune(network, Scoring("l1"), HALF, choose=lambda _, rates: (rates, None), statistics=inputs)
    with pytest.raises(DataError, match=r"found 1 sample\(s\); allowed: 2 or more"):
        prune(network, Scoring("l1"), HALF, statistics=inputs[:1])
