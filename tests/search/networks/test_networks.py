from typing import get_args

import numpy as np
import pytest
import torch

from litesnn.base.errors import GenotypeError
from litesnn.compiler.accounting import qp_model_size
from litesnn.compiler.analysis.shape_ranges import shape_ranges
from litesnn.compiler.genotype import Genotype, InputSpec, NeuronReset, resolve
from litesnn.compiler.profile import load_profile
from litesnn.search.data.arrays import cifar_input
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.networks import NETWORKS, NetworkSettings, new_network
from litesnn.search.settings.shared import NeuronReset as settings_resets

CIFAR = cifar_input("cifar10", (3, 32, 32))


def convolutions(name: str, **settings: object) -> list[tuple[int, int, int, int]]:
    """(input channels, output channels, height of the output, bits) of every convolution in order."""
    topology = resolve(new_network(name, NetworkSettings(CIFAR, 10, **settings)))
    return [
        (edge.in_shape[0], edge.out_shape[0], edge.out_shape[1], edge.bits)
        for node in topology.nodes
        for edge in node.edges
        if edge.weighted
    ]


def test_settings_have_the_resets_of_the_schema() -> None:
    assert get_args(settings_resets) == get_args(NeuronReset)


def test_resnet20_has_the_published_layers() -> None:
    found = convolutions("resnet20", bits=2)
    assert [c[1] for c in found] == [64] + [128] * 6 + [256] * 6 + [512] * 6
    assert [c[2] for c in found] == [32] * 7 + [16] * 6 + [8] * 6
    assert [c[3] for c in found] == [5] + [2] * 18, "27 inputs of 128 leave 5 bits"
    assert [c[3] for c in convolutions("resnet20", bits=2, first_last_bits=8)] == [8] + [2] * 18


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("encoding", ["direct", "spikes"])
def test_bits_that_nobody_chose_overflow_no_accumulator(name: str, encoding: str) -> None:
    genotype = new_network(name, NetworkSettings(InputSpec(shape=(3, 48, 48), encoding=encoding), 10))
    for chip in ("loihi1", "loihi2"):
        for found in shape_ranges(genotype, load_profile(chip)):
            assert found.fits, (chip, found)


def test_vgg16_has_the_published_weights() -> None:
    """58.88 MB in 32-bit floats: 13 convolutions, the classifier and the normalizations (QP-SNN, efficiency table)."""
    topology = resolve(new_network("vgg16", NetworkSettings(CIFAR, 10, bits=8)))
    weights = sum(int(np.prod(edge.weight_shape)) for edge in topology.edges() if edge.weighted)
    weights += 2 * sum(node.shape[0] for node in topology.nodes) + 10
    assert round(4 * weights / 1e6, 1) == 58.9
    assert len(topology.nodes) == 13
    assert topology.nodes[-1].shape == (512, 2, 2)


def test_vggsnn_reads_events_and_has_eight_convolutions() -> None:
    events = InputSpec(shape=(2, 48, 48), encoding="spikes")
    topology = resolve(new_network("vggsnn", NetworkSettings(events, 10, timesteps=10)))
    assert [node.shape[0] for node in topology.nodes] == [64, 128, 256, 256, 512, 512, 512, 512]
    assert topology.nodes[-1].shape == (512, 6, 6)


def pruned(genotype: Genotype) -> Genotype:
    """Channels of configuration A (rates 0.1 for the stem, 0.3 for stages 1 and 2 and the first middle, 0.6 for the others)."""
    kept = {128: 89, 256: 179}
    cells = []
    for index, cell in enumerate(genotype.cells):
        middle = int(cell.channels * (1 - 0.3)) if index == 0 else int(cell.channels * (1 - 0.6))
        nodes = (cell.nodes[0].model_copy(update={"channels": middle}), cell.nodes[1])
        cells.append(cell.model_copy(update={"channels": kept.get(cell.channels, 512), "nodes": nodes}))
    stem = genotype.stem.model_copy(update={"channels": int(64 * (1 - 0.1))})
    return genotype.model_copy(update={"stem": stem, "cells": tuple(cells)})


@pytest.mark.parametrize(("bits", "published"), [(8, 6.27), (4, 3.16), (2, 1.61)])
def test_resnet20_configuration_a_has_the_published_size(bits: int, published: float) -> None:
    genotype = pruned(new_network("resnet20", NetworkSettings(CIFAR, 10, bits=bits, first_last_bits=8)))
    assert round(qp_model_size(resolve(genotype), genotype.norm) / 1e6, 2) == published


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("ends", [8, None])
def test_every_network_runs_at_a_small_width(name: str, ends: int | None) -> None:
    settings = NetworkSettings(CIFAR, 7, width=1 / 32, first_last_bits=ends)
    model = SpikingModel(new_network(name, settings))
    logits = model.train()(torch.zeros(2, 3, 32, 32, dtype=torch.int32))
    assert logits.shape == (2, 7)
    logits.sum().backward()


def test_floating_ends_are_the_input_and_the_readout() -> None:
    model = SpikingModel(new_network("resnet8", NetworkSettings(CIFAR, 10, width=1 / 32, first_last_bits=None)))
    assert [edge.plan.name for edge in model.edge_list() if edge.quantizer.floating] == ["stem.edge0", "readout.edge0"]
    model.evaluation = "fixed"
    with pytest.raises(GenotypeError, match="stem: in floating point"):
        model(torch.zeros(1, 3, 32, 32, dtype=torch.int32))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bits": 9}, "bits: found 9; allowed: 1 to 8"),
        ({"width": 0}, "width: found 0"),
        ({"timesteps": 0}, "timesteps: found 0"),
        ({"first_last_bits": None, "quantizer": None}, "first_last_bits: found floating point"),
    ],
)
def test_wrong_settings_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(GenotypeError, match=message):
        NetworkSettings(CIFAR, 10, **changes)


def test_unknown_networks_and_small_inputs_are_refused() -> None:
    with pytest.raises(GenotypeError, match="network: found 'resnet21'; allowed: resnet8, resnet20"):
        new_network("resnet21", NetworkSettings(CIFAR, 10))
    with pytest.raises(GenotypeError, match="larger than the map"):
        new_network("vgg16", NetworkSettings(InputSpec(shape=(1, 8, 8)), 10))
