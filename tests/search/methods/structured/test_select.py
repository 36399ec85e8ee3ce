"""How many channels stay, and which."""

import numpy as np
import pytest
from written_genotypes import document, parsed, resnet

from litesnn.compiler.genotype import resolve
from litesnn.search.methods.structured import PRESETS, channel_groups, kept_count
from litesnn.search.methods.structured.select import group_scores, kept_channels, kept_counts, kept_sets


@pytest.mark.parametrize(
    ("channels", "rate", "kept"),
    [(64, 0.1, 57), (128, 0.3, 89), (128, 0.6, 51), (512, 0.6, 204), (512, 0.0, 512), (3, 0.9, 1), (1, 0.5, 1)],
)
def test_kept_counts_are_rounded_down_and_at_least_one(channels: int, rate: float, kept: int) -> None:
    assert kept_count(channels, rate) == kept


def test_the_lowest_scores_go_and_the_rest_keeps_its_order() -> None:
    scores = np.array([[3.0, 0], [1, 0], [2, 0], [5, 0], [1.5, 0]])
    assert kept_sets(scores, 3).tolist() == [0, 2, 3]


def test_equal_scores_are_told_apart_by_the_second_and_then_by_order() -> None:
    scores = np.array([[2.0, 0.5], [2, 0.1], [2, 0.5], [2, 0.9]])
    assert kept_sets(scores, 3).tolist() == [0, 2, 3]
    assert kept_sets(scores, 2).tolist() == [2, 3]


def test_a_group_is_scored_by_the_mean_of_its_members() -> None:
    topology = resolve(parsed(resnet()))
    stage = next(group for group in channel_groups(topology) if group.populations[0] == "stem")
    scores = {name: np.arange(8.0).reshape(4, 2) * factor for name, factor in (("stem", 1), ("cell0.node1", 3))}
    np.testing.assert_array_equal(group_scores(stage, scores), np.arange(8.0).reshape(4, 2) * 2)


def test_members_of_a_group_keep_the_same_channels() -> None:
    topology = resolve(parsed(resnet()))
    groups = channel_groups(topology)
    rng = np.random.default_rng(0)
    scores = {node.name: rng.random((node.shape[0], 2)) for node in topology.nodes}
    kept = kept_channels(topology, groups, scores, kept_counts(topology, groups, [0.5] * len(groups)))
    assert kept["stem"].tolist() == kept["cell0.node1"].tolist()
    assert kept["cell1.node1"].tolist() == kept["cell2.node1"].tolist()
    assert [len(kept[node.name]) for node in topology.nodes] == [2, 2, 2, 4, 4, 4, 4, 8, 8]


def test_a_node_keeps_what_its_padded_shortcut_brings() -> None:
    topology = resolve(parsed(resnet()))
    groups = channel_groups(topology)
    rates = [0.0 if group.name.startswith("stem") else 0.9 for group in groups]
    counts = dict(zip((group.name for group in groups), kept_counts(topology, groups, rates), strict=True))
    assert counts["stem+cell0.node1"] == 4
    assert counts["cell1.node1+cell2.node1"] == 4
    assert counts["cell3.node1"] == 4
    assert counts["cell1.node0"] == 1


def resnet20() -> dict:
    """QP-SNN's ResNet20: stem of 64, three stages of three blocks of 128, 256 and 512 channels, padded shortcuts."""
    cells = []
    for channels in (128, 256, 512):
        for block in range(3):
            stride = 2 if block == 0 and channels > 128 else 1
            skip = {"source": "s1", "op": "shortcut" if block == 0 else "skip"}
            nodes = [
                {"inputs": [{"source": "s1", "op": "conv3x3"}]},
                {"inputs": [{"source": "n0", "op": "conv3x3"}, skip]},
            ]
            cells.append({"channels": channels, "stride": stride, "nodes": nodes, "output": "last"})
    shape = {"shape": [3, 32, 32]}
    return document(name="resnet20", input=shape, stem={"channels": 64}, cells=cells, head={"classes": 10})


@pytest.mark.parametrize(("bits", "published"), [(8, 6.27), (4, 3.16), (2, 1.61)])
def test_resnet20_a_has_the_published_size(bits: int, published: float) -> None:
    """QP-SNN's rule: b bits per weight, but 32 for the first and last layer and for both numbers of a normalization."""
    topology = resolve(parsed(resnet20()))
    groups = channel_groups(topology)
    counts = kept_counts(topology, groups, PRESETS["resnet20-a"])
    left = {name: count for group, count in zip(groups, counts, strict=True) for name in group.populations}
    left["input"], left["pool"], left["readout"] = 3, left["cell8.node1"], 10
    owners = {edge.name: node.name for node in topology.nodes for edge in node.edges}
    size = 0.0
    for edge in topology.edges():
        if edge.weighted:
            weights = left[owners.get(edge.name, "readout")] * left[edge.sources[0]] * max(edge.kernel, 1) ** 2
            whole = edge.name in ("stem.edge0", "readout.edge0")
            size += weights * (32 if whole else bits) / 8
    size += sum(2 * 4 * left[node.name] for node in topology.nodes)
    assert round(size / 1e6, 2) == published
