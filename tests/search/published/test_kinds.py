"""Published architectures become the genotypes they describe; wrong arrays are refused with cell, edge and allowed set."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from published_networks import README

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import Genotype, resolve
from litesnn.search.published import KINDS, import_published
from litesnn.search.published.dhs_cells import candidates

SPIKEDHS = "cell_arch_fea = [[1, 1], [0, 1], [3, 2], [2, 1], [7, 1], [8, 1]]"
SNASNET_CIFAR10 = "0303 0030 2002 0200"
AUTOSNN = (
    "AutoSNN = ['SRB_k5', 'max_pool_k2', 'SRB_k5', 'skip_connect', 'max_pool_k2', 'SRB_k3', 'SRB_k5', 'max_pool_k2']"
)


def genotype(text: str, folder: Path, kind: str | None = None, array: str | None = None, **given: Any) -> Genotype:
    (folder / "arrays.txt").write_text(text)
    return import_published(folder / "arrays.txt", given, kind=kind, array=array, seed=None).genotype


def edges(spec: Genotype, cell: int) -> list[list[tuple[str, str]]]:
    return [[(edge.source, edge.op) for edge in node.inputs] for node in spec.cells[cell].nodes]


def test_litesnn_readme_arrays(tmp_path: Path) -> None:
    spec = genotype(README, tmp_path)
    assert [cell.bits for cell in spec.cells] == [1, 4, 2, 2, 2, 2, 1, 4]
    assert [cell.stride for cell in spec.cells] == [1, 1, 2, 1, 1, 2, 1, 1]
    assert [cell.channels for cell in spec.cells] == [48, 48, 96, 96, 96, 192, 192, 192]
    conv = "conv3x3"
    wiring = [[("s0", conv), ("s1", conv)], [("s0", conv), ("s1", conv)], [("s0", conv), ("n0", conv)]]
    assert all(edges(spec, cell) == wiring for cell in range(8))
    assert spec.stem is not None
    assert (spec.stem.channels, spec.stem.bits, spec.norm, spec.timesteps) == (144, 4, "edge", 6)
    assert {cell.downsample for cell in spec.cells} == {"nearest"}
    assert spec.search is not None
    assert spec.search.method == "LitE-SNN"
    assert spec.search.settings["arrays"]["bits_arch"] == [0, 2, 1, 1, 1, 1, 0, 2]
    # Table 5 of LitE-SNN: the ANN of this architecture takes 221.63 M MACs with a tenth of the weights, its stem counted twice.
    macs = {
        edge.name: int(np.prod(edge.weight_shape)) * edge.out_shape[1] * edge.out_shape[2]
        for edge in resolve(spec).edges()
    }
    assert round(0.1 * (sum(macs.values()) + macs["stem.edge0"]) / 1e6, 2) == 221.63


def test_skips_between_nodes_are_identities_where_asked_for(tmp_path: Path) -> None:
    text = README.replace("[5, 1]", "[8, 0]").replace("[3, 1]", "[4, 0]")
    spec = genotype(text, tmp_path, skip="identity")
    assert edges(spec, 0) == [
        [("s0", "conv3x3"), ("s1", "conv3x3")],
        [("s0", "conv3x3"), ("n0", "skip")],
        [("n0", "conv3x3"), ("n1", "skip")],
    ]


def test_spikedhs_genotype_with_its_default_path(tmp_path: Path) -> None:
    spec = genotype(SPIKEDHS, tmp_path)
    assert edges(spec, 7)[2] == [("n0", "conv3x3"), ("n1", "conv3x3")]
    assert {cell.bits for cell in spec.cells} == {8}
    # The released network has 14.27 M convolution weights.
    convolutions = [edge for edge in resolve(spec).edges() if edge.op == "conv3x3"]
    assert round(sum(int(np.prod(edge.weight_shape)) for edge in convolutions) / 1e6, 2) == 14.27
    np.save(tmp_path / "feature_genotype.npy", np.array([[1, 1], [0, 1], [3, 2], [2, 1], [7, 1], [8, 1]]))
    other = import_published(tmp_path / "feature_genotype.npy", {}, seed=None).genotype
    assert other.cells == spec.cells


def test_snasnet_cell_with_feedback(tmp_path: Path) -> None:
    spec = genotype(SNASNET_CIFAR10, tmp_path)
    assert edges(spec, 0) == [[("s1", "conv3x3")], [("n0", "conv3x3")], [("s1", "conv3x3"), ("n1", "conv1x1")]]
    feedback = [(edge.source, edge.target, edge.op) for edge in spec.cells[0].backward]
    assert feedback == [("n1", "input", "conv1x1"), ("n2", "n0", "conv1x1")]
    assert spec.cells[2].backward == spec.cells[0].backward
    assert resolve(spec).readout.in_shape == (1024, 1, 1)
    assert resolve(spec).nodes[-1].edges[0].in_shape == (512, 8, 8)
    assert (spec.neuron.decay, spec.timesteps) == (0.25, 5)
    assert spec.neuron.threshold == pytest.approx(4 / 3)


def test_a_node_that_leads_nowhere_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("cnt_mat = ['0103', '0000', '0000', '0000']")
    found = import_published(tmp_path / "a.txt", {"channels": 2}, seed=None)
    assert edges(found.genotype, 0) == [[("s1", "conv3x3")]]
    assert "x1 is left out" in " ".join(found.notes)


def test_lightsnn_parameters_name_one_operation_per_edge(tmp_path: Path) -> None:
    rows = np.full((12, 3), -1000.0)
    keys = sorted(f"{i}<-{j}" for i in range(4) for j in range(4) if i != j)
    chosen = {"1<-0": 1, "2<-1": 2, "3<-0": 1, "3<-2": 1, "0<-3": 1}
    for row, key in enumerate(keys):
        rows[row, chosen.get(key, 0)] = 0
    spec = genotype(f"arch_param = {rows.ravel().tolist()}", tmp_path)
    assert edges(spec, 0) == [[("s1", "conv3x3")], [("n0", "skip")], [("s1", "conv3x3"), ("n1", "conv3x3")]]
    assert [(edge.source, edge.target) for edge in spec.cells[0].backward] == [("n2", "input")]
    assert spec.cells[1].nodes[1].inputs[0].pool == 2
    rows[5, :2] = 0
    with pytest.raises(GenotypeError, match=rf"edge {keys[5]}\): found 2 operations left \(none, nor_conv_3x3\)"):
        genotype(f"arch_param = {rows.tolist()}", tmp_path)


def test_autosnn_blocks(tmp_path: Path) -> None:
    spec = genotype(AUTOSNN, tmp_path)
    first = [(edge.source, edge.op, edge.pool) for node in spec.cells[1].nodes for edge in node.inputs]
    assert first == [("s1", "conv5x5", 2), ("n0", "conv5x5", None), ("s1", "conv1x1", 2)]
    assert [cell.channels for cell in spec.cells] == [16, 32, 64, 64, 100]
    assert edges(spec, 3)[1] == [("n0", "conv5x5"), ("s1", "skip")]
    votes = resolve(spec).nodes[-1]
    assert (votes.shape, votes.edges[0].in_shape) == ((100, 1, 1), (64, 4, 4))
    assert (spec.timesteps, spec.neuron.decay, spec.neuron.threshold) == (8, 0.5, 2.0)


def test_one_of_several_lists_is_named(tmp_path: Path) -> None:
    text = AUTOSNN + "\n" + AUTOSNN.replace("AutoSNN", "other").replace("SRB_k3", "SCB_k3")
    with pytest.raises(GenotypeError, match="found AutoSNN, other; wanted: one list"):
        genotype(text, tmp_path)
    assert edges(genotype(text, tmp_path, array="other"), 2)[1] == [("n0", "conv3x3")]
    with pytest.raises(GenotypeError, match="--array: found 'no'; allowed: AutoSNN, other"):
        genotype(text, tmp_path, array="no")


WRONG = [
    (README.replace("[7, 1]", "[9, 1]"), r"cell_arch\[4\] \(every cell\): edge: found 9; allowed: 0\.\.8 for 3 nodes"),
    (README.replace("[7, 1]", "[2, 1]"), r"cell_arch\[4\] .*edge: found 2 a second time"),
    (README.replace("[7, 1]", "[4, 1]").replace("[5, 1]", "[6, 1]").replace("[2, 1]", "[5, 1]"), None),
    (README.replace("[7, 1],", "[4, 1],").replace("[5, 1]]", "[4, 1]]"), r"edge: found 4 a second time"),
    (README.replace("[0, 0]", "[3, 0]").replace("[1, 0]", "[4, 0]").replace("[3, 1]", "[8, 1]"), "node 0 has no edge; allowed: at least one of 0..1"),
    (README.replace("[7, 1]", "[7, 2]"), r"operation of edge 7 \(n0 -> n2\): found 2; allowed: 0 \(skip_connect\), 1 \(snn_b3\)"),
    (README.replace("[7, 1]", "[7.5, 1]"), r"edge: found 7\.5; allowed"),
    (README.replace("[7, 1]", "['a', 1]"), r"edge: found 'a'; allowed"),
    (README.replace("[7, 1],", ""), r"cell_arch: found shape \(5, 2\)"),
    (README.replace("[7, 1]", "[7]"), r"cell_arch: found shape ragged"),
    (README.replace("bits_arch = [0", "bits_arch = [3"), r"bits_arch\[0\] \(cell 0\): found 3; allowed: 0 \(1 bit\), 1 \(2 bit\), 2 \(4 bit\)"),
    (README.replace("bits_arch = [0,", "bits_arch = ["), r"bits_arch: found .*one index per cell, 8"),
    (README.replace("[0,0,1,", "[0,0,2,"), r"network_path\[2\] \(cell 2\): found level 2; allowed: 0 or 1 after level 0"),
    (README.replace("2,2,2] # d", "2,1,2] # d"), r"network_path\[6\] \(cell 6\): found level 1; allowed: 2 or 3 after level 2 \(there is no upsampling"),
    (README.replace("[0,0,1,1,1,2,2,2] #", "[[0,1]] #"), r"network_path: found \[\[0, 1\]\]"),
    (SPIKEDHS.replace("[3, 2]", "[3, 3]"), r"operation of edge 3 \(s1 -> n1\): found 3; allowed: 0 \(skip_connect\), 1 \(snn_b3\), 2 \(snn_b5\)"),
    ("0303 0530 2002 0200", r"\[1\]\[1\] \(both cells, edge x1 -> x1\): found 5; allowed: 0 on the diagonal"),
    ("0305 0030 2002 0200", r"\[0\]\[3\] \(both cells, edge x0 -> x3\): found 5; allowed: 0 \(zeroize\), .*4 \(avgpool3x3\)"),
    ("0300 0030 2000 0200", "no forward path from x0 to x3"),
    ("0003 0003 0000 0300", "x1 is reached by feedback alone"),
    (AUTOSNN.replace("SRB_k3", "SIB_k3_e1"), r"AutoSNN\[5\] \(block 5\): found 'SIB_k3_e1'; allowed: skip_connect, SCB_k3"),
    (AUTOSNN.replace("'SRB_k3', ", ""), "AutoSNN: found 7 blocks; allowed: 8"),
    ("x = [1, 2, 3]", "found x; no published arrays that LiteSNN knows .*--kind says which"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_wrong_arrays_are_refused_with_the_place_and_the_allowed_set(
    text: str, message: str | None, tmp_path: Path
) -> None:
    if message is None:
        genotype(text, tmp_path)
        return
    with pytest.raises(GenotypeError, match=message):
        genotype(text, tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_of_another_kind_are_refused_by_name(kind: str, tmp_path: Path) -> None:
    with pytest.raises(GenotypeError, match=r"found unknown.*; wanted"):
        genotype("unknown = [1, 2, 3]", tmp_path, kind=kind)


def test_settings_without_use_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GenotypeError, match="--bits: LitE-SNN arrays have no use for it; allowed: .*--keep"):
        genotype(README, tmp_path, bits=4)
    with pytest.raises(GenotypeError, match=r"keep: found 1\.5"):
        genotype(README, tmp_path, keep=1.5)


def test_feedback_gets_random_weights_too(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SNASNET_CIFAR10)
    found = import_published(tmp_path / "a.txt", {"channels": 2})
    assert found.tensors is not None
    assert found.tensors["cell0.backward1.weight"].shape == (2, 2, 1, 1)
    assert found.genotype.cells[2].backward[0].step is not None
    assert "the weights are random" in found.notes[-1]


@given(st.data())
def test_any_valid_dhs_arrays_resolve(data: st.DataObject) -> None:
    nodes = data.draw(st.integers(1, 4))
    rows = []
    first = 0
    for node in range(nodes):
        options = list(range(first, first + len(candidates(node))))
        rows += data.draw(st.lists(st.sampled_from(options), min_size=2, max_size=2, unique=True))
        first += len(options)
    cell_arch = [[edge, data.draw(st.integers(0, 1))] for edge in data.draw(st.permutations(rows))]
    path = [0]
    for _ in range(data.draw(st.integers(0, 6))):
        path.append(min(3, path[-1] + data.draw(st.integers(0, 1))))
    bits = [data.draw(st.integers(0, 2)) for _ in path]
    settings = {"channels": 2, "input_shape": (3, 8, 8), "skip": data.draw(st.sampled_from(["conv", "identity"]))}
    arrays = {"cell_arch": cell_arch, "bits_arch": bits, "network_path": path}
    kind = KINDS["litesnn"]
    spec, _ = kind.build(arrays, "any", kind.defaults.with_given(settings, kind.takes, "any"))
    topology = resolve(spec)
    assert len(topology.nodes) == 1 + nodes * len(path)
    assert topology.nodes[-1].shape == (2 * 2 ** path[-1], 8 >> path[-1], 8 >> path[-1])
    assert [cell.bits for cell in spec.cells] == [(1, 2, 4)[index] for index in bits]


@given(st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=4), min_size=4, max_size=4))
def test_any_connection_matrix_resolves_or_is_refused(matrix: list[list[int]]) -> None:
    square: Any = [[0 if i == j else value for j, value in enumerate(row)] for i, row in enumerate(matrix)]
    kind = KINDS["snasnet"]
    settings = kind.defaults.with_given({"channels": 2, "hidden": 4}, kind.takes, "any")
    reachable = _reaches_the_output(square)
    if not reachable:
        with pytest.raises(GenotypeError, match="no forward path"):
            kind.build({"cnt_mat": square}, "any", settings)
        return
    try:
        spec, _ = kind.build({"cnt_mat": square}, "any", settings)
    except GenotypeError as error:
        if "feedback alone" not in str(error):
            raise
        return
    assert resolve(spec).readout.in_shape == (4, 1, 1)


def _reaches_the_output(matrix: list[list[int]]) -> bool:
    forward = np.triu(np.array(matrix) != 0, 1).astype(int)
    return bool(np.linalg.matrix_power(np.eye(4, dtype=int) + forward, 3)[0, 3])
