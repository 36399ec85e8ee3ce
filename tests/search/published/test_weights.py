"""Published state dicts: the imported network spikes as the released code does; what does not fit is refused, all of it."""

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from published_networks import AUTOSNN, autosnn_spikes, autosnn_state, dhs_spikes, dhs_state
from torch import Tensor

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import LoadedGenotype, load_genotype, save_genotype
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.published import import_published
from litesnn.search.published.imported import ImportedGenotype

LEVELS, EDGES = [0, 1, 1, 2], [0, 1, 3, 4]
LITESNN = "network_path = [0, 1, 1, 2]\ncell_arch = [[1, 0], [0, 1], [4, 1], [3, 1]]\nbits_arch = [2, 0, 1, 2]\n"
SPIKEDHS = "network_path_fea = [0, 1, 1, 2]\ncell_arch_fea = [[1, 2], [0, 1], [4, 1], [3, 0]]\n"
SIZES: dict[str, Any] = {"channels": 2, "input_shape": (3, 8, 8), "timesteps": 3, "classes": 4}


def imported(text: str, state: dict[str, Tensor], folder: Path, **settings: Any) -> ImportedGenotype:
    (folder / "arrays.txt").write_text(text)
    torch.save({"epoch": 3, "net": {f"module.{name}": tensor for name, tensor in state.items()}}, folder / "weights.pt")
    return import_published(folder / "arrays.txt", {**SIZES, **settings}, weights=folder / "weights.pt")


def loaded(found: ImportedGenotype, folder: Path) -> LoadedGenotype:
    save_genotype(found.genotype, found.tensors, folder / "genotype.json")
    return load_genotype(folder / "genotype.json")


def our_spikes(network: LoadedGenotype, integers: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    model = SpikingModel.from_genotype(network)
    spikes: dict[str, Tensor] = {}
    with torch.no_grad():
        model.run(integers, lambda name, fired, _: spikes.setdefault(name, fired))
        return spikes, model(integers)


def images(network: LoadedGenotype, count: int = 6) -> tuple[Tensor, Tensor]:
    """Integers, and the values they stand for."""
    integers = torch.from_numpy(np.random.default_rng(5).integers(-120, 121, (count, 3, *network.spec.input.shape[1:])))
    return integers.int(), integers.double() * network.spec.input.scale


@pytest.mark.parametrize("keep", [0.2, 0.7])
def test_litesnn_spikes_as_its_released_code(keep: float, tmp_path: Path) -> None:
    state = dhs_state(LEVELS, EDGES, 2, 4, scores=True, bias=False)
    network = loaded(imported(LITESNN, state, tmp_path, keep=keep), tmp_path)
    integers, values = images(network)
    expected = dhs_spikes(state, LEVELS, EDGES, [4, 1, 2, 4], keep, 3, values)
    found, logits = our_spikes(network, integers)
    assert set(found) == set(expected) - {"logits"}
    for name, spikes in found.items():
        assert torch.equal(spikes.double(), expected[name]), name
        assert spikes.any(), name
    assert (logits - expected["logits"]).abs().max() < 0.02 * expected["logits"].abs().max()


def test_spikedhs_keeps_its_biases_and_differs_by_its_quantization_alone(tmp_path: Path) -> None:
    state = dhs_state(LEVELS, EDGES, 2, 4, scores=False, bias=True)
    network = loaded(imported(SPIKEDHS, state, tmp_path), tmp_path)
    integers, values = images(network)
    quantized = dict(state)
    assert network.tensors is not None
    steps = {edge.name: edge.step for edge in network.topology.edges()}
    for name, step in steps.items():
        published = _dhs_name(name, EDGES)
        if published and step:
            weight = state[f"{published}.conv1.weight"].double()
            codes = (2 * torch.round(weight / step + 0.5) - 1).clamp(-255, 255)
            quantized[f"{published}.conv1.weight"] = codes * step / 2
            assert (codes * step / 2 - weight).abs().median() <= step / 2
    expected = dhs_spikes(quantized, LEVELS, EDGES, None, 1.0, 3, values)
    found, logits = our_spikes(network, integers)
    for name, spikes in found.items():
        assert torch.equal(spikes.double(), expected[name]), name
    assert (logits - expected["logits"]).abs().max() < 0.02 * expected["logits"].abs().max()


def _dhs_name(edge: str, edges: list[int]) -> str | None:
    if edge == "stem.edge0":
        return "feature.stem0.snn_optimal"
    if not edge.startswith("cell"):
        return None
    cell, node, number = (int(part.strip("celnodg")) for part in edge.split("."))
    return f"feature.cells.{cell}._ops.{2 * node + number}"


def test_autosnn_blocks_residuals_pools_and_votes(tmp_path: Path) -> None:
    state = autosnn_state(2, 4, 16)
    found = imported(f"arch = {AUTOSNN}", state, tmp_path, input_shape=(3, 16, 16), bits=8)
    network = loaded(found, tmp_path)
    assert [node.name for node in network.topology.nodes] == [
        "stem", "cell0.node0", "cell0.node1", "cell1.node0", "cell1.node1", "cell2.node0", "cell3.node0", "cell3.node1",
        "cell4.node0",
    ]  # fmt: skip
    integers, values = images(network)
    assert network.tensors is not None
    quantized = dict(state)
    names = {"stem.edge0": "conv_stem.0", "cell2.node0.edge0": "layers.5.conv", "cell4.node0.edge0": "fc.1"}
    names |= {f"cell{c}.node{n}.edge0": f"layers.{k}.conv{n + 1}" for c, k in ((0, 0), (1, 2), (3, 6)) for n in (0, 1)}
    for edge in network.topology.edges():
        if edge.name in names:
            assert edge.step is not None
            weight = state[f"{names[edge.name]}.weight"].double()
            codes = (2 * torch.round(weight / edge.step + 0.5) - 1).clamp(-255, 255)
            quantized[f"{names[edge.name]}.weight"] = codes * edge.step / 2
    expected = autosnn_spikes(quantized, 3, values)
    spikes, logits = our_spikes(network, integers)
    for name in expected.keys() - {"logits"}:
        assert torch.equal(spikes[name].double(), expected[name]), name
    assert expected["cell4.node0"].any()
    torch.testing.assert_close(logits.double(), expected["logits"], atol=1e-5, rtol=0)


def test_time_constants_that_differ_are_refused(tmp_path: Path) -> None:
    state = autosnn_state(2, 4, 16)
    state["layers.2.spike_neuron_1.w"] = torch.tensor(0.4)
    with pytest.raises(GenotypeError, match=r"layers\.2\.spike_neuron_1\.w: found tau 1\.67.*one decay for all"):
        imported(f"arch = {AUTOSNN}", state, tmp_path, input_shape=(3, 16, 16))


def test_every_tensor_that_does_not_fit_is_listed(tmp_path: Path) -> None:
    state = dhs_state(LEVELS, EDGES, 2, 4, scores=True, bias=False)
    del state["feature.cells.0._ops.1.bn.bias"]
    state["feature.cells.1._ops.0.conv1.weight"] = torch.zeros(1, 2, 3, 3)
    state["feature.cells.9._ops.0.conv1.weight"] = torch.zeros(1)
    state["classifier.fc1.weight"][0, 0] = float("nan")
    with pytest.raises(GenotypeError) as refused:
        imported(LITESNN, state, tmp_path)
    message = str(refused.value)
    assert "4 tensor(s) do not fit" in message
    assert "feature.cells.0._ops.1.bn.bias: missing; wanted: (2,)" in message
    assert "feature.cells.1._ops.0.conv1.weight: found (1, 2, 3, 3); wanted: (4, 4, 3, 3)" in message
    assert "feature.cells.9._ops.0.conv1.weight: found (1,); no part of this network" in message
    assert "classifier.fc1.weight: found NaN" in message


def test_what_is_ignored_is_said_and_recorded(tmp_path: Path) -> None:
    found = imported(LITESNN, dhs_state(LEVELS, EDGES, 2, 4, scores=True, bias=False), tmp_path)
    said = " ".join(found.notes)
    assert "auxiliary head" in said
    assert "bounded: the classifier's normalization is folded into 8-bit weights" in said
    assert found.genotype.training is not None
    assert found.genotype.training.settings["weights"] == "taken over from weights.pt"


def test_a_pickle_that_runs_code_is_refused_before_it_runs(tmp_path: Path) -> None:
    class Attack:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return os.mkdir, (str(tmp_path / "attacked"),)

    (tmp_path / "arrays.txt").write_text(LITESNN)
    torch.save({"net": Attack()}, tmp_path / "zip.pt")
    (tmp_path / "plain.pt").write_bytes(pickle.dumps(Attack()))
    for name in ("zip.pt", "plain.pt"):
        with pytest.raises(GenotypeError, match=f"{name}: refused: it holds more than tensors"):
            import_published(tmp_path / "arrays.txt", SIZES, weights=tmp_path / name)
    assert not (tmp_path / "attacked").exists()


@pytest.mark.parametrize("content", [b"", b"no tensors", b"PK\x03\x04broken"])
def test_broken_state_dicts_are_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "arrays.txt").write_text(LITESNN)
    (tmp_path / "w.pt").write_bytes(content)
    with pytest.raises(GenotypeError, match=r"w\.pt: (not a state dict|refused)"):
        import_published(tmp_path / "arrays.txt", SIZES, weights=tmp_path / "w.pt")


def test_a_file_of_plain_values_is_no_state_dict(tmp_path: Path) -> None:
    (tmp_path / "arrays.txt").write_text(LITESNN)
    torch.save({"epoch": 3}, tmp_path / "w.pt")
    with pytest.raises(GenotypeError, match="found no state dict"):
        import_published(tmp_path / "arrays.txt", SIZES, weights=tmp_path / "w.pt")
    with pytest.raises(GenotypeError, match="no such file"):
        import_published(tmp_path / "arrays.txt", SIZES, weights=tmp_path / "none.pt")


def test_snasnet_weights_are_refused_with_the_reason(tmp_path: Path) -> None:
    torch.save({}, tmp_path / "w.pt")
    (tmp_path / "cell.txt").write_text("0303 0030 0002 0000")
    with pytest.raises(GenotypeError, match="analog sums.*litesnn train"):
        import_published(tmp_path / "cell.txt", {}, weights=tmp_path / "w.pt")


def test_weights_need_the_published_normalization(tmp_path: Path) -> None:
    state = dhs_state(LEVELS, EDGES, 2, 4, scores=True, bias=False)
    with pytest.raises(GenotypeError, match=r"--norm: found 'node' with --weights; allowed: edge"):
        imported(LITESNN, state, tmp_path, norm="node")
