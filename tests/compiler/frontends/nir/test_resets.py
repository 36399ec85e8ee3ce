"""Every reset, both comparisons and decays per neuron: the file's own equations, written out here, spike for spike on the chip's integers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import nir_files as files
import numpy as np
import pytest
from naive_simulator import simulate_naively

from litesnn.base.errors import ImportFileError
from litesnn.compiler.export.nir.write import export_nir
from litesnn.compiler.frontends.nir.read import read_network
from litesnn.compiler.frontends.real.conventions import CONVENTIONS
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.read import RealReading
from litesnn.compiler.graph import Graph, Lif, ProgrammedLif
from litesnn.compiler.profile import load_profile
from litesnn.runtime.exact import simulate

LOIHI2 = load_profile("loihi2")
RESETS = ("zero", "subtract", "subtract_next", "none")
STEP = 1 / 64
Decay = float | np.ndarray


def network(rng: np.random.Generator, decays: tuple[Decay, Decay]) -> dict[str, dict[str, Any]]:
    """20 -> 30 -> 10 leaky neurons with biases; weights on a grid of 1/64, thresholds of 1."""
    sizes = (20, 30, 10)
    nodes: dict[str, dict[str, Any]] = {"input": files.port("Input", 20)}
    for name, fan_in, size, decay in zip("ab", sizes, sizes[1:], decays, strict=False):
        weight, bias = (rng.integers(-20, 24, shape) * STEP for shape in ((size, fan_in), size))
        nodes[f"fc_{name}"] = files.linear(weight, bias)
        leaks = np.broadcast_to(decay, size) < 1
        nodes[name] = files.lif_node((size,), decay, 1.0) if leaks.all() else files.if_node((size,), 1.0, 1e4)
    return {**nodes, "output": files.port("Output", 10)}


def by_hand(nodes: dict[str, dict[str, Any]], inputs: np.ndarray, reset: str, at: bool) -> np.ndarray:
    """The equations of snnTorch and sinabs in float64, step by step; (N, T, 10)."""
    layers = [(nodes["fc_a"], nodes["a"]), (nodes["fc_b"], nodes["b"])]
    membranes = [np.zeros((len(inputs), len(fc["bias"]))) for fc, _ in layers]
    fired = [np.zeros_like(membrane) for membrane in membranes]
    sent = []
    for step in range(inputs.shape[1]):
        values = inputs[:, step].reshape(len(inputs), -1).astype(float)
        for i, (fc, node) in enumerate(layers):
            decay = 1 - 1e-4 / node["tau"] if "tau" in node else 1.0
            membrane = decay * membranes[i] + values @ fc["weight"].T + fc["bias"]
            if reset == "subtract_next":
                membrane = membrane - fired[i] * node["v_threshold"]
            values = (membrane >= node["v_threshold"] if at else membrane > node["v_threshold"]).astype(float)
            left = {"zero": 0 * membrane, "subtract": membrane - node["v_threshold"]}.get(reset, membrane)
            membranes[i], fired[i] = np.where(values > 0, left, membrane), values
        sent.append(values)
    return np.stack(sent, 1)


def write(tmp_path: Path, nodes: dict[str, dict[str, Any]], **metadata: Any) -> Path:
    return files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes), **metadata)


def spikes(seed: int, samples: int = 12, steps: int = 16) -> np.ndarray:
    return (np.random.default_rng(seed).random((samples, steps, 20, 1, 1)) < 0.35).astype(np.int16)


def run(read: RealReading, inputs: np.ndarray) -> tuple[Graph, np.ndarray]:
    """The compiled graph, and what its last layer sends: by the engine, which must agree with the slow simulator."""
    graph = read.imported.pipeline(LOIHI2).run()
    found = simulate(graph, inputs, record=["b"]).spikes["b"]
    np.testing.assert_array_equal(found, simulate_naively(graph, inputs).spikes["b"])
    return graph, found.reshape(len(inputs), inputs.shape[1], -1)


@pytest.mark.parametrize("at", [False, True])
@pytest.mark.parametrize("reset", RESETS)
def test_neurons_without_leak_are_exact(tmp_path: Path, reset: Any, at: bool) -> None:
    nodes, inputs = network(np.random.default_rng(3), (1.0, 1.0)), spikes(3)
    read = read_network(write(tmp_path, nodes), RealOptions(reset=reset, spike_at=at, dt=1e-4))
    expected = by_hand(nodes, inputs, reset, at)
    assert expected.sum() > 150
    assert all((by_hand(nodes, inputs, other, at) != expected).any() for other in RESETS if other[:3] != reset[:3])
    assert (by_hand(nodes, inputs, reset, not at) != expected).any()
    np.testing.assert_array_equal(read.float_network.run(inputs, 16).sent["b"], expected)
    graph, found = run(read, inputs)
    np.testing.assert_array_equal(found, expected)
    assert {label.status for label in graph.labels} == {"exact"}
    assert {type(graph[name]) for name in "ab"} == {Lif if reset == "zero" else ProgrammedLif}


@pytest.mark.parametrize("at", [False, True])
@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("seed", range(3))
def test_leaky_neurons_follow_the_float_network(tmp_path: Path, reset: Any, at: bool, seed: int) -> None:
    nodes, inputs = network(np.random.default_rng(seed), (3686 / 4096, 3277 / 4096)), spikes(seed)
    read = read_network(write(tmp_path, nodes), RealOptions(reset=reset, spike_at=at))
    expected = by_hand(nodes, inputs, reset, at)
    np.testing.assert_array_equal(read.float_network.run(inputs, 16).sent["b"], expected)
    graph, found = run(read, inputs)
    others = [by_hand(nodes, inputs, other, at) for other in RESETS if other != reset]
    off = int((found != expected).sum())
    assert off <= 0.01 * expected.sum()  # what decays leave is truncated
    assert all(off < (other != expected).sum() / 4 for other in others)
    assert isinstance(graph["a"], ProgrammedLif) == (reset != "zero" or at)
    assert "approximate" not in {label.status for label in graph.labels}


@pytest.mark.parametrize("reset", ["zero", "subtract_next"])
def test_decays_thresholds_and_biases_per_neuron(tmp_path: Path, reset: Any) -> None:
    rng = np.random.default_rng(5)
    nodes, inputs = network(rng, (rng.integers(2048, 4000, 30) / 4096, rng.integers(2048, 4000, 10) / 4096)), spikes(5)
    nodes["a"]["v_threshold"] = rng.integers(40, 90, 30) * STEP
    read = read_network(write(tmp_path, nodes), RealOptions(reset=reset))
    expected = by_hand(nodes, inputs, reset, at=False)
    np.testing.assert_array_equal(read.float_network.run(inputs, 16).sent["b"], expected)
    graph, found = run(read, inputs)
    assert int((found != expected).sum()) <= 0.01 * expected.sum()
    population = graph["a"]
    assert isinstance(population, Lif if reset == "zero" else ProgrammedLif)
    np.testing.assert_array_equal(population.decay_mantissa, np.rint((1 - 1e-4 / nodes["a"]["tau"]) * 4096))
    label = next(label for label in graph.labels if label.step.startswith("membrane decay"))
    assert " decays, the worst " in label.detail


def test_a_vector_of_equal_decays_is_one(tmp_path: Path) -> None:
    read = read_network(write(tmp_path, network(np.random.default_rng(0), (np.full(30, 0.9), 0.8))))
    assert {type(read.imported.graph[name].dv) for name in "ab"} == {int}  # type: ignore[attr-defined]


@pytest.mark.parametrize("framework", sorted(name for name, taken in CONVENTIONS.items() if not taken.step_in_r))
def test_a_framework_says_what_the_file_does_not(tmp_path: Path, framework: Any) -> None:
    nodes, inputs, taken = network(np.random.default_rng(1), (0.9, 0.8)), spikes(1), CONVENTIONS[framework]
    by_framework = read_network(write(tmp_path, nodes), RealOptions(framework=framework, decay="euler", dt=1e-4))
    expected = by_hand(nodes, inputs, taken.reset, taken.spike_at)
    np.testing.assert_array_equal(by_framework.float_network.run(inputs, 16).sent["b"], expected)
    record = by_framework.imported.record
    assert (record["framework"], record["reset"], record["spike_at"]) == (framework, taken.reset, taken.spike_at)
    labels = {label.step: label for label in by_framework.imported.graph.labels if label.status == "assumed"}
    assert set(labels) == {"framework"}
    assert framework in labels["framework"].detail
    otherwise = read_network(write(tmp_path, nodes), RealOptions(framework=framework, reset="none", dt=1e-4))
    assert otherwise.imported.record["reset"] == "none"


def test_metadata_say_reset_and_comparison(tmp_path: Path) -> None:
    nodes, inputs = network(np.random.default_rng(2), (0.9, 0.8)), spikes(2)
    path = write(tmp_path, nodes, reset="subtract", spike_condition="at")
    read = read_network(path)
    expected = by_hand(nodes, inputs, "subtract", at=True)
    np.testing.assert_array_equal(read.float_network.run(inputs, 16).sent["b"], expected)
    assert {label.step for label in read.imported.graph.labels if label.status == "assumed"} == {
        "time step",
        "decay rule",
    }
    with pytest.raises(ImportFileError, match="spikes at its threshold, --spike-above says otherwise"):
        read_network(path, RealOptions(spike_at=False))
    with pytest.raises(ImportFileError, match="metadata 'spike_condition': found 'over'; allowed: above or at"):
        read_network(write(tmp_path, nodes, spike_condition="over"))


@pytest.mark.parametrize("at", [False, True])
@pytest.mark.parametrize("reset", RESETS)
def test_an_export_says_what_it_does(tmp_path: Path, reset: Any, at: bool) -> None:
    """Read like a file of another tool, without the integers in its metadata, it is the same network."""
    nodes, inputs = network(np.random.default_rng(4), (1.0, 1.0)), spikes(4)
    graph, found = run(read_network(write(tmp_path, nodes), RealOptions(reset=reset, spike_at=at, dt=1e-4)), inputs)
    path = tmp_path / "export.nir"
    path.write_bytes(export_nir(graph))
    same, again = run(read_network(path), inputs)
    np.testing.assert_array_equal(again, found)
    assert [type(p) for p in same.membranes] == [type(p) for p in graph.membranes]
    with h5py.File(path, "r+") as file:
        del file["node/metadata/litesnn_digest"]
    read = read_network(path)
    np.testing.assert_array_equal(read.float_network.run(inputs, 16).sent["b"], found)
    assert {label.step for label in read.imported.graph.labels if label.status == "assumed"} == {
        "metadata",
        "exported program",
    }
