import re

import numpy as np
import pytest
import torch
from plain_comparison import assert_equals_plain
from plain_network import codes_of, integers_of_channel
from random_networks import random_input, random_trained_genotype

from litesnn.base.errors import DataError, GenotypeError, TrainingError
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.search.model.reference import fixed_parameters, run_reference
from litesnn.search.model.spiking_model import SpikingModel

OPS = ("conv1x1", "conv3x3", "conv5x5", "dense", "skip", "shortcut", "maxpool3x3", "avgpool2x2", "avgpool3x3")
SEEDS = [("node" if seed % 2 else "edge", "direct" if seed % 4 < 2 else "spikes", seed) for seed in range(36)]


def network(norm: str, encoding: str, seed: int) -> LoadedGenotype:
    return random_trained_genotype(seed, norm=norm, encoding=encoding, size=(4, 5, 6)[seed % 3], cells=1 + seed % 3)


@pytest.mark.parametrize(("norm", "encoding", "seed"), SEEDS)
def test_fixed_equals_a_plain_integer_loop(norm: str, encoding: str, seed: int) -> None:
    loaded = network(norm, encoding, seed)
    inputs = random_input(loaded, 3, seed)
    assert_equals_plain(loaded, inputs)


@pytest.mark.parametrize("seed", range(24))
def test_fixed_equals_a_plain_integer_loop_with_every_quantizer(seed: int) -> None:
    loaded = random_trained_genotype(seed, quantizer="any", size=(4, 5, 6)[seed % 3], bits=1 + seed % 8)
    inputs = random_input(loaded, 2, seed)
    assert_equals_plain(loaded, inputs)


def test_the_networks_above_use_every_op_and_maximum() -> None:
    edges = [edge for norm, encoding, seed in SEEDS for edge in network(norm, encoding, seed).topology.edges()]
    assert {edge.op for edge in edges} == set(OPS)
    assert any(edge.max_window and len(edge.sources) > 1 for edge in edges)
    assert any(edge.max_window and edge.reads_input for edge in edges)
    assert any(edge.dilation > 1 for edge in edges)


@pytest.mark.parametrize("seed", range(20))
def test_training_arithmetic_equals_the_exact_one(seed: int) -> None:
    """float32 convolutions where they are exact, with gradients on, against float64 throughout."""
    loaded = random_trained_genotype(seed)
    inputs = random_input(loaded, 3, seed)
    model = SpikingModel.from_genotype(loaded)
    model.evaluation = "fixed"
    model.train()
    trained = model.run(torch.from_numpy(inputs.astype(np.int32)))
    assert trained.requires_grad
    np.testing.assert_array_equal(
        trained.detach().numpy(), run_reference(loaded, inputs, "fixed", record=False).readout
    )


@pytest.mark.parametrize("seed", range(20))
def test_fixed_parameters_are_those_of_the_page(seed: int) -> None:
    loaded = random_trained_genotype(seed)
    parameters = fixed_parameters(loaded)
    assert list(parameters)[-1] == "readout"
    assert parameters["readout"].threshold is None
    for node in loaded.topology.nodes:
        found = parameters[node.name]
        assert found.decay_mantissa == loaded.spec.neuron.decay_mantissa
        for c in range(node.shape[0]):
            multipliers, expected = integers_of_channel(loaded, node, c)
            assert (found.threshold[c], found.bias_mant[c], found.bias_exp[c]) == expected
            for edge, multiplier in zip(node.edges, multipliers, strict=True):
                np.testing.assert_array_equal(found.weights[edge.name][c], multiplier * codes_of(loaded, edge)[c])


def test_recording_is_optional_and_progress_is_told() -> None:
    loaded = random_trained_genotype(3)
    told: list[tuple[int, int]] = []
    trace = run_reference(
        loaded,
        random_input(loaded, 5, 0),
        "fixed",
        batch_size=2,
        record=False,
        progress=lambda *done: told.append(done),
    )
    assert trace.spikes == trace.membranes == {}
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_untrained_genotypes_and_wrong_inputs_are_refused() -> None:
    loaded = random_trained_genotype(0, encoding="direct")
    with pytest.raises(DataError, match="found shape"):
        run_reference(loaded, np.zeros((1, 9, 9, 9), np.int16), "fixed")
    untrained = LoadedGenotype(loaded.spec, loaded.topology, None, b"")
    with pytest.raises(GenotypeError, match="has no weights yet"):
        run_reference(untrained, random_input(loaded, 1, 0), "fixed")


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf")])
def test_weights_that_training_lost_are_an_error_that_names_their_edge(value: float) -> None:
    model = SpikingModel.from_genotype(random_trained_genotype(1, norm="node"))
    edge = next(edge for edge in model.node_list()[0].edge_list() if edge.plan.weighted)
    edge.step.fill_(value)
    with pytest.raises(TrainingError, match=re.escape(f"{edge.plan.place}: found a quantizer step of")):
        model.node_list()[0].fold()


@pytest.mark.parametrize("exp", [-1, 16, 2**40])
def test_a_membrane_exp_that_no_genotype_has_is_an_error_that_names_its_node(exp: int) -> None:
    node = SpikingModel.from_genotype(random_trained_genotype(1)).node_list()[0]
    node.membrane_exp.fill_(exp)
    with pytest.raises(
        TrainingError, match=f"{re.escape(node.plan.place)}: found a membrane_exp of {exp}; allowed: 0 to 15"
    ):
        node.fold()
