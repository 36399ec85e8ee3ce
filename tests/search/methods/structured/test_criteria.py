"""Scores of channels: ranks of maps whose rank is known, membranes, weights, and seeded chance."""

import numpy as np
import pytest
import torch
from random_networks import random_input, random_trained_genotype
from written_genotypes import document, loaded

from litesnn.base.errors import DataError
from litesnn.search.methods.structured import METHODS, Scoring, channel_scores
from litesnn.search.methods.structured.criteria import membrane_magnitudes, spike_map_ranks
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.quantizer import quantize


def spikes_of(*maps: np.ndarray) -> torch.Tensor:
    """(T, 1, 1, H, W) from one map per step."""
    return torch.from_numpy(np.stack(maps)[:, None, None].astype(np.float32))


@pytest.mark.parametrize("threshold", ["absolute", "numerical"])
@pytest.mark.parametrize(
    ("maps", "rank"),
    [
        ([np.zeros((5, 7))], 0),
        ([np.ones((32, 32))] * 3, 1),
        ([np.eye(6)], 6),
        ([np.eye(4)[:, :2].repeat(3, axis=1)], 2),
        ([np.outer([1, 0, 1], [1, 1, 0]), np.outer([0, 1, 0], [1, 0, 1])], 2),
        ([np.outer([1, 0, 1], [1, 1, 0]), np.outer([1, 0, 1], [0, 0, 1]), np.zeros((3, 3))], 1),
        ([np.tril(np.ones((9, 9)))] * 3 + [np.zeros((9, 9))] * 4, 9),
        ([np.ones((1, 1)), np.zeros((1, 1))], 1),
    ],
)
def test_the_rank_of_a_map_averaged_over_time(maps: list[np.ndarray], rank: int, threshold: str) -> None:
    found, _ = spike_map_ranks(spikes_of(*maps), threshold)
    assert found.item() == rank == np.linalg.matrix_rank(np.mean(maps, axis=0))


def test_time_is_averaged_before_the_rank_is_taken() -> None:
    """Every single step has rank 1, their mean rank 3; the other way round the score would be 1."""
    steps = [np.diag(row) for row in np.eye(3)]
    assert spike_map_ranks(spikes_of(*steps))[0].item() == 3


def test_the_second_figure_is_the_sum_of_singular_values_of_the_mean() -> None:
    _, total = spike_map_ranks(spikes_of(np.eye(4), np.zeros((4, 4))))
    assert total.item() == pytest.approx(4 * 0.5)


def test_the_numerical_threshold_grows_with_the_map() -> None:
    rng = np.random.default_rng(0)
    maps = [(rng.random((16, 16)) < 0.4) for _ in range(5)]
    expected = np.linalg.matrix_rank(np.mean(maps, axis=0))
    assert spike_map_ranks(spikes_of(*maps), "numerical")[0].item() == expected


def test_membranes_are_summed_over_the_map_and_averaged_over_time() -> None:
    membranes = torch.tensor([[[[[1.0, -2.0]]]], [[[[0.0, 5.0]]]]])
    assert membrane_magnitudes(membranes).item() == 4.0


def test_scores_are_means_over_samples_whatever_the_batch() -> None:
    network = random_trained_genotype(3)
    inputs = random_input(network, 7, 0)
    for method in ("svs", "sca"):
        whole = channel_scores(network, Scoring(method, batch_size=7), inputs)
        parts = channel_scores(network, Scoring(method, batch_size=2), inputs)
        single = [channel_scores(network, Scoring(method), inputs[i : i + 1]) for i in range(7)]
        for name, scores in whole.items():
            np.testing.assert_allclose(parts[name], scores, rtol=1e-5)
            np.testing.assert_allclose(np.mean([one[name] for one in single], axis=0), scores, rtol=1e-5)


def test_weights_count_as_quantized_and_pruned(tmp_path) -> None:
    network = loaded(document(), tmp_path)
    scores = channel_scores(network, Scoring("l1"))
    edge = network.topology.nodes[0].edges[0]
    weight = torch.from_numpy(network.trained["stem.edge0.weight"])
    expected = quantize(weight, edge.step, edge.bits).numpy() * network.trained["stem.edge0.mask"]
    np.testing.assert_allclose(scores["stem"][:, 0], np.abs(expected).reshape(3, -1).mean(1))
    assert {name: values.shape for name, values in scores.items()} == {
        node.name: (node.shape[0], 2) for node in network.topology.nodes
    }


def test_chance_is_seeded(tmp_path) -> None:
    network = loaded(document(), tmp_path)
    first, again, other = (channel_scores(network, Scoring("random", seed=seed))["stem"] for seed in (0, 0, 1))
    assert (first == again).all()
    assert (first != other)[:, 0].all()


@pytest.mark.parametrize("method", [name for name in METHODS if Scoring(name).needs_samples])
def test_activations_need_samples(method, tmp_path) -> None:
    with pytest.raises(DataError, match="--dataset NAME or --input"):
        channel_scores(loaded(document(), tmp_path), Scoring(method))


def test_a_channel_that_never_spikes_has_rank_nothing(tmp_path) -> None:
    network = loaded(document(), tmp_path)
    network.trained["stem.norm.weight"][1] = 0
    network.trained["stem.norm.bias"][1] = -1
    scores = channel_scores(network, Scoring("svs"), random_input(network, 4, 0))
    assert (scores["stem"][1] == 0).all()
    model = SpikingModel.from_genotype(network)
    spikes = model.propagate(torch.from_numpy(random_input(network, 4, 0).astype(np.int32)))["stem"]
    assert spikes.sum() > 0
