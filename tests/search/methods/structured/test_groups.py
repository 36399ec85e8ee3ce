"""Channels that can only go together, read from the wiring of any genotype."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_networks import random_trained_genotype
from written_genotypes import document, lightsnn_cells, litesnn_cells, parsed, resnet, vgg

from litesnn.compiler.genotype import resolve
from litesnn.search.methods.structured import channel_groups


def names(raw) -> list[str]:
    return [group.name for group in channel_groups(resolve(parsed(raw)))]


def test_a_plain_stack_has_one_group_per_layer() -> None:
    groups = channel_groups(resolve(parsed(vgg())))
    assert [group.name for group in groups] == [f"cell{i}.node0" for i in range(5)]
    assert [len(group.sets) for group in groups] == [8, 8, 16, 16, 32]


def test_the_outputs_of_a_residual_stage_share_a_rate_and_padded_shortcuts_tie_nothing() -> None:
    assert names(resnet()) == [
        "stem+cell0.node1",
        "cell0.node0",
        "cell1.node0",
        "cell1.node1+cell2.node1",
        "cell2.node0",
        "cell3.node0",
        "cell3.node1",
    ]


def test_a_skip_of_a_concatenation_ties_each_part_to_its_place() -> None:
    nodes = [{"inputs": [{"source": "s1", "op": "conv3x3"}]}, {"inputs": [{"source": "s1", "op": "conv3x3"}]}]
    reader = {"channels": 6, "nodes": [{"inputs": [{"source": "s1", "op": "avgpool3x3"}]}]}
    groups = channel_groups(resolve(parsed(document(cells=[{"channels": 3, "nodes": nodes}, reader]))))
    assert [group.name for group in groups] == ["stem", "cell0.node0+cell1.node0", "cell0.node1+cell1.node0"]
    assert groups[2].sets[1] == (("cell0.node1", 1), ("cell1.node0", 4))


def test_what_is_tied_to_the_input_cannot_go() -> None:
    cell = {"channels": 2, "nodes": [{"inputs": [{"source": "s1", "op": "skip"}, {"source": "s1", "op": "conv3x3"}]}]}
    follower = {"channels": 2, "nodes": [{"inputs": [{"source": "s1", "op": "conv3x3"}]}]}
    groups = channel_groups(resolve(parsed(document(stem=None, cells=[cell, follower]))))
    assert [(group.name, group.removable) for group in groups] == [("cell0.node0", False), ("cell1.node0", True)]


def test_litesnn_cells_are_tied_by_their_skips() -> None:
    found = names(litesnn_cells())
    assert found[:2] == ["stem", "cell0.node0+cell0.node1+cell0.node2+cell0.node3"]
    assert found[3:5] == ["cell2.node0+cell2.node1", "cell2.node2+cell2.node3"]


@pytest.mark.parametrize("family", [document, litesnn_cells, lightsnn_cells, vgg, resnet])
def test_every_channel_is_in_exactly_one_set(family) -> None:
    check_partition(resolve(parsed(family())))


@given(seed=st.integers(0, 10**6))
def test_every_channel_of_a_random_network_is_in_exactly_one_set(seed: int) -> None:
    check_partition(random_trained_genotype(seed).topology)


def check_partition(topology) -> None:
    groups = channel_groups(topology)
    found = [channel for group in groups for members in group.sets for channel in members]
    assert sorted(found) == sorted((node.name, index) for node in topology.nodes for index in range(node.shape[0]))
    for group in groups:
        assert len({tuple(Counter(name for name, _ in members).items()) for members in group.sets}) == 1
    for node in topology.nodes:
        for edge in node.edges:
            if edge.op in ("skip", "maxpool3x3", "avgpool2x2", "avgpool3x3") and not edge.reads_input:
                sets = {
                    channel: i for i, members in enumerate(s for g in groups for s in g.sets) for channel in members
                }
                read = [
                    (name, i)
                    for name, count in zip(edge.sources, edge.source_channels, strict=True)
                    for i in range(count)
                ]
                assert all(sets[channel] == sets[node.name, i] for i, channel in enumerate(read))
