import numpy as np
import pytest
import torch
from random_networks import random_trained_genotype

from litesnn.search.model.dead_channels import silence_dead_channels
from litesnn.search.model.membrane_units import VTH_WANTED, choose_membrane_exps, lower_to_fit
from litesnn.search.model.reference import fixed_parameters
from litesnn.search.model.spiking_model import SpikingModel


@pytest.mark.parametrize("seed", range(15))
def test_the_choice_keeps_sums_shifts_and_thresholds_within_their_fields(seed: int) -> None:
    loaded = random_trained_genotype(seed)
    parameters = fixed_parameters(loaded)
    spec = loaded.spec.input
    graded = max(-spec.minimum, spec.maximum) if spec.encoding == "direct" else 1
    for node in loaded.topology.nodes:
        found = parameters[node.name]
        assert node.membrane_exp is not None
        if node.membrane_exp == 0:
            continue
        worst = np.zeros(node.shape[0])
        for edge in node.edges:
            weight = found.weights[edge.name].reshape(node.shape[0], -1)
            sums = np.maximum(weight.clip(min=0).sum(1), (-weight).clip(min=0).sum(1))
            worst += sums * (graded if edge.reads_input else 1)
        assert worst.max() < 2**15
        assert node.membrane_exp <= 7
        assert found.threshold is not None
        assert found.threshold.max() < 2**23


@pytest.mark.parametrize("seed", range(15))
def test_the_choice_is_the_smallest_that_gives_fine_thresholds(seed: int) -> None:
    model = SpikingModel.from_genotype(random_trained_genotype(seed))
    for node in model.node_list():
        folded = node.fold()
        if int(node.membrane_exp) > 0 and folded.live.any():
            node.membrane_exp.fill_(int(node.membrane_exp) - 1)
            coarser = node.fold()
            assert coarser.threshold[coarser.live].min() < 64 * VTH_WANTED


def test_a_finer_grid_is_left_where_weights_have_grown_too_large() -> None:
    model = SpikingModel.from_genotype(random_trained_genotype(1, norm="node", encoding="spikes"))
    for node in model.node_list():
        node.membrane_exp.fill_(15)
    lower_to_fit(model)
    lowered = [int(node.membrane_exp) for node in model.node_list()]
    assert max(lowered) <= 7
    choose_membrane_exps(model)
    assert all(int(node.membrane_exp) <= exp for node, exp in zip(model.node_list(), lowered, strict=True))


def test_dead_channels_lose_their_gain_and_keep_their_function() -> None:
    model = SpikingModel.from_genotype(random_trained_genotype(2, stem=True, encoding="direct", norm="node"))
    norm = model.node_list()[0].norm("stem")
    assert norm.running_var is not None
    with torch.no_grad():
        norm.running_var[0] = 0
        norm.weight[0] = 0.5
    assert silence_dead_channels(model) >= 1
    folded = model.node_list()[0].fold()
    assert norm.weight[0] == 0
    assert not folded.live[0]
    assert folded.multipliers[0][0] == 0
