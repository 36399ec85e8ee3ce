"""What a genotype means: names, shapes, strides, inherited bits; and which wirings cannot be."""

from math import prod

import pytest
from written_genotypes import document, lightsnn_cells, litesnn_cells, parsed, resnet, vgg

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import expected_tensors, resolve


def nodes(raw: dict) -> dict:
    return {node.name: node for node in resolve(parsed(raw)).nodes}


def cell(*inputs: list[dict], **changes) -> list[dict]:
    return [{"channels": 3, "nodes": [{"inputs": list(edges)} for edges in inputs], **changes}]


def edge(source: str, op: str, **changes) -> dict:
    return {"source": source, "op": op, **changes}


def test_litesnn_cells_read_both_cells_before_and_concatenate_their_nodes() -> None:
    found = nodes(litesnn_cells())
    first = found["cell3.node0"]
    assert first.edges[0].sources == tuple(f"cell1.node{j}" for j in range(4))
    assert first.edges[1].sources == tuple(f"cell2.node{j}" for j in range(4))
    assert [found[f"cell{i}.node3"].shape for i in range(8)] == [
        (4, 16, 16), (4, 16, 16), (8, 8, 8), (8, 8, 8), (8, 8, 8), (16, 4, 4), (16, 4, 4), (16, 4, 4),
    ]  # fmt: skip


def test_an_edge_from_before_a_reduction_strides_to_meet_the_node() -> None:
    found = nodes(litesnn_cells())
    old, new = found["cell3.node0"].edges
    assert (old.in_shape[1:], old.stride) == ((16, 16), 2)
    assert (new.in_shape[1:], new.stride) == ((8, 8), 1)
    assert [e.stride for e in found["cell2.node0"].edges] == [2, 2]


def test_bits_come_from_the_edge_then_from_the_cell_and_unweighted_edges_have_one() -> None:
    found = nodes(
        document(cells=cell([edge("s1", "conv3x3", bits=7), edge("s1", "conv1x1"), edge("s1", "skip")], bits=5))
    )
    assert [e.bits for e in found["cell0.node0"].edges] == [7, 5, 1]


def test_backward_edges_are_named_and_stand_outside_the_forward_order() -> None:
    topology = resolve(parsed(lightsnn_cells()))
    assert topology.has_backward == tuple(f"cells[{i}].backward[{j}]" for i in range(2) for j in range(3))
    assert [n.name for n in topology.nodes][1:5] == [f"cell0.node{j}" for j in range(4)]


def test_backward_edges_stand_behind_the_other_edges_of_their_target() -> None:
    found = nodes(lightsnn_cells())
    assert [(e.name, e.sources, e.distance) for e in found["cell0.node1"].edges][2:] == [
        ("cell0.backward0", ("cell0.node3",), 1)
    ]
    assert [(e.name, e.distance) for e in found["stem"].edges] == [("stem.edge0", 0), ("cell0.backward2", 1)]
    to_cell_before = found["cell0.node3"].edges[-1]
    assert (to_cell_before.name, to_cell_before.sources, to_cell_before.op) == (
        "cell1.backward2",
        ("cell1.node1",),
        "avgpool3x3",
    )
    assert (found["cell0.node1"].edges[2].bits, found["cell0.node1"].edges[2].place) == (4, "cells[0].backward[0]")


def test_feedback_from_dense_to_dense_reads_the_flattened_map() -> None:
    feedback = [{**edge("n1", "dense"), "target": "n0"}]
    cells = cell([edge("s1", "dense")], [edge("n0", "dense")], backward=feedback, output="last")
    plan = nodes(document(cells=cells))["cell0.node0"].edges[1]
    assert (plan.weight_shape, plan.out_shape) == ((3, 3), (3, 1, 1))


@pytest.mark.parametrize("norm", ["node", "edge"])
def test_feedback_has_tensors_of_its_own(norm: str) -> None:
    genotype = parsed({**lightsnn_cells(), "norm": norm})
    names = set(expected_tensors(genotype, resolve(genotype)))
    assert {n for n in names if "backward" in n and ".norm." not in n} == {
        f"cell{i}.backward0.{part}" for i in range(2) for part in ("weight", "mask")
    }
    assert ("cell0.backward0.norm.weight" in names) == (norm == "edge")


def test_vgg_pools_spikes_on_edges_and_flattens_before_the_readout() -> None:
    topology = resolve(parsed(vgg()))
    shapes = [node.shape for node in topology.nodes]
    assert shapes == [(8, 16, 16), (8, 16, 16), (16, 8, 8), (16, 4, 4), (32, 1, 1)]
    assert [node.edges[0].bits for node in topology.nodes] == [8, 4, 2, 1, 3]
    assert topology.nodes[2].edges[0].max_window == (2, 2, 0)
    assert topology.nodes[4].edges[0].weight_shape == (32, 16 * 2 * 2)
    assert topology.pool is None
    assert topology.readout.weight_shape == (10, 32)


def test_resnet_shortcuts_stride_and_widen_without_weights() -> None:
    found = nodes(resnet())
    shortcut = found["cell1.node1"].edges[1]
    assert (shortcut.op, shortcut.in_shape, shortcut.out_shape, shortcut.stride) == (
        "shortcut",
        (4, 8, 8),
        (8, 4, 4),
        2,
    )
    assert found["cell0.node1"].edges[1].op == "skip"
    assert [found[f"cell{i}.node{j}"].edges[0].bits for i in range(4) for j in range(2)] == [8, 4, 4, 2, 2, 1, 5, 6]


def test_nearest_downsampling_spreads_the_kernel() -> None:
    raw = document(cells=cell([edge("s1", "conv3x3")], stride=2, downsample="nearest"))
    plan = nodes(raw)["cell0.node0"].edges[0]
    assert (plan.stride, plan.dilation, plan.padding) == (2, 2, 2)


def test_odd_maps_round_up_when_they_stride() -> None:
    raw = document(input={"shape": [1, 7, 5]}, cells=cell([edge("s1", "conv3x3")], stride=2))
    assert nodes(raw)["cell0.node0"].shape == (3, 4, 3)


@pytest.mark.parametrize("norm", ["node", "edge"])
def test_tensors_have_one_normalization_per_node_or_per_weighted_edge(norm: str) -> None:
    genotype = parsed(document(norm=norm))
    names = set(expected_tensors(genotype, resolve(genotype)))
    owners = {"stem", "cell0.node0", "cell0.node1"}
    if norm == "edge":
        owners = {f"{owner}.edge0" for owner in owners}
    assert {n.removesuffix(".norm.bias") for n in names if n.endswith(".norm.bias")} == owners
    assert {n for n in names if n.endswith("mask")} == {f"{e}.mask" for e in (
        "stem.edge0", "cell0.node0.edge0", "cell0.node1.edge0", "readout.edge0")}  # fmt: skip
    assert "readout.bias" in names


def test_weight_tensors_have_the_size_of_the_window() -> None:
    genotype = parsed(resnet())
    shapes = {name: shape for name, (shape, _) in expected_tensors(genotype, resolve(genotype)).items()}
    assert shapes["stem.edge0.weight"] == (4, 3, 3, 3)
    assert prod(shapes["readout.edge0.weight"]) == 4 * 16


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"cells": cell([edge("n1", "skip")], [edge("s1", "skip")])},
            r"cells\[0\].nodes\[0\].inputs\[0\].source: found 'n1', which is not computed before node 0; allowed here: s0, s1 "
            r"\(feedback goes into cells\[0\].backward\)",
        ),
        ({"cells": cell([edge("n0", "skip")])}, "found 'n0', which is not computed before node 0"),
        (
            {"cells": cell([edge("s1", "conv3x3"), edge("s1", "skip")], stride=2)},
            r"cells\[0\].nodes\[0\].inputs\[1\]: 'skip' with stride 1 cannot turn a map of \(4, 4\) into the node's \(2, 2\); use conv3x3",
        ),
        (
            {"cells": cell([edge("s1", "skip")], channels=5)},
            r"inputs\[0\].op: found 'skip' from 3 channels to 5; allowed source channels: 5",
        ),
        (
            {"cells": cell([edge("s1", "shortcut")], channels=2)},
            "found 'shortcut' from 3 channels to 2; allowed source channels: at most 2",
        ),
        ({"cells": cell([edge("s1", "skip", stride=2)])}, r"inputs\[0\].stride: found 2 for 'skip'; allowed: 1"),
        ({"cells": cell([edge("s1", "conv3x3", pool=9)])}, r"inputs\[0\].pool: found 9, larger than the map \(4, 4\)"),
        ({"cells": cell([edge("s1", "maxpool3x3", pool=2)])}, "found 2 on 'maxpool3x3', which pools by itself"),
        ({"stem": None, "cells": cell([edge("s1", "conv3x3", pool=2)])}, "max pooling of graded input is not a spike operation"),
        ({"stem": None, "cells": None}, "cells: found none and no stem"),
        (
            {"cells": cell([edge("s1", "conv3x3")], [edge("n0", "dense")])},
            r"cells\[0\].output: found 'concat' of maps of different size \[\(1, 1\), \(4, 4\)\]",
        ),
        (
            {"input": {"shape": [2, 5, 5]}, "cells": cell([edge("s1", "conv3x3")], stride=2, downsample="nearest")},
            r"nearest downsampling by 2 needs a map divisible by it; found \(5, 5\)",
        ),
        (
            {"cells": cell([edge("s1", "skip")], [edge("s1", "skip")], backward=[{**edge("n0", "skip"), "target": "n1"}])},
            r"cells\[0\].backward\[0\]: found n0 -> n1, which points forward",
        ),
        (
            {"cells": cell([edge("s1", "skip")], backward=[{**edge("n4", "skip"), "target": "n0"}])},
            r"cells\[0\].backward\[0\].source: found 'n4'; allowed: input, n0",
        ),
        (
            {"stem": None, "cells": cell([edge("s1", "conv3x3")], backward=[{**edge("n0", "skip"), "target": "input"}])},
            r"cells\[0\].backward\[0\].target: found 'input' where the cell reads the network's input, which has no membrane",
        ),
        (
            {"cells": cell([edge("s1", "skip")], [edge("s1", "skip")])
                + cell([edge("s1", "conv3x3")], backward=[{**edge("n0", "skip"), "target": "input"}])},
            r"cells\[1\].backward\[0\].target: found 'input' where the cell reads 2 populations side by side",
        ),
        (
            {"cells": cell([edge("s1", "conv3x3")], stride=2, backward=[{**edge("n0", "conv3x3"), "target": "input"}])},
            r"cells\[0\].backward\[0\]: 'conv3x3' from n0 gives a map of \(2, 2\), its target input has \(4, 4\)",
        ),
        (
            {"cells": cell([edge("s1", "skip")], backward=[{**edge("n0", "avgpool2x2"), "target": "n0"}])},
            r"cells\[0\].backward\[0\].op: found 'avgpool2x2', which makes maps smaller; allowed for feedback: conv1x1",
        ),
        (
            {"cells": cell([edge("s1", "skip")], backward=[{**edge("n0", "dense"), "target": "n0"}])},
            r"cells\[0\].backward\[0\]: 'dense' from n0 gives a map of \(1, 1\), its target n0 has \(4, 4\)",
        ),
        (
            {"cells": cell([edge("s1", "conv3x3")], channels=5, backward=[{**edge("n0", "skip"), "target": "input"}])},
            r"cells\[0\].backward\[0\].op: found 'skip' from 5 channels to 3; allowed source channels: 3",
        ),
    ],
)  # fmt: skip
def test_impossible_wiring_is_refused_with_its_place(changes: dict, message: str) -> None:
    with pytest.raises(GenotypeError, match=message):
        resolve(parsed(document(**changes)))
