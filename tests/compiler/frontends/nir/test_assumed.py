"""What a NIR file does not say is said: time step, reset, spikes at the threshold, missing fields; labelled, and measured where it can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import nir_files as files
import numpy as np
import pytest
from naive_simulator import simulate_naively

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.nir.read import read_network
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.read import RealReading
from litesnn.compiler.profile import load_profile
from litesnn.jobs.float_comparison import compare_traces
from litesnn.runtime.exact import simulate

LOIHI2 = load_profile("loihi2")
RNG = np.random.default_rng(5)
GRID = RNG.integers(-15, 17, (16, 20)) / 32
SECOND = RNG.integers(-15, 20, (10, 16)) / 32


def network(first: dict[str, Any], last: dict[str, Any], bias: bool = True) -> dict[str, dict[str, Any]]:
    """Two layers of neurons behind weights and biases that are multiples of 1/32."""
    biases = [np.arange(-4, 12) / 32, np.arange(-4, 6) / 32] if bias else [None, None]
    return {
        "input": files.port("Input", 20),
        "fc": files.linear(GRID, biases[0]),
        "a": first,
        "fc2": files.linear(SECOND, biases[1]),
        "b": last,
        "output": files.port("Output", 10),
    }


def write(tmp_path: Path, nodes: dict[str, dict[str, Any]], **metadata: Any) -> Path:
    return files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes), **metadata)


def integrators(r: float = 1e4) -> dict[str, dict[str, Any]]:
    """IF neurons as SpikingJelly writes them: r is 1 / dt."""
    return network(files.if_node((16,), 1.0, r), files.if_node((10,), 1.0, r))


def leaky(threshold: float = 1.0) -> dict[str, dict[str, Any]]:
    return network(files.lif_node((16,), 0.9, threshold), files.lif_node((10,), 0.8, threshold), bias=False)


def spikes(seed: int, samples: int = 12, steps: int = 16) -> np.ndarray:
    return (np.random.default_rng(seed).random((samples, steps, 20, 1, 1)) < 0.3).astype(np.int16)


def by_hand(nodes: dict[str, dict[str, Any]], inputs: np.ndarray, at: bool, decays: tuple[float, float]) -> np.ndarray:
    """Spikes of the second layer, as a framework that spikes at (or above) the threshold computes them; no line of LiteSNN's."""
    sent = []
    membranes = [np.zeros((len(inputs), size)) for size in (16, 10)]
    for step in range(inputs.shape[1]):
        values = inputs[:, step].reshape(len(inputs), -1).astype(float)
        for i, (fc, decay) in enumerate(zip(("fc", "fc2"), decays, strict=True)):
            drive = values @ nodes[fc]["weight"].T + nodes[fc].get("bias", 0.0)
            membranes[i] = decay * membranes[i] + drive
            fired = membranes[i] >= 1.0 if at else membranes[i] > 1.0
            membranes[i] = np.where(fired, 0.0, membranes[i])
            values = fired.astype(float)
        sent.append(values)
    return np.stack(sent, 1)


def labels(read: RealReading) -> dict[str, tuple[str, str]]:
    """Status and detail by step."""
    return {label.step: (label.status, label.detail) for label in read.imported.graph.labels}


@pytest.mark.parametrize("at", [False, True])
def test_the_time_step_of_if_neurons_is_read_off_their_r(tmp_path: Path, at: bool) -> None:
    nodes = integrators()
    read = read_network(write(tmp_path, nodes), RealOptions(spike_at=at))
    assert (read.step.dt, read.step.assumed) == (1e-4, True)
    graph, inputs = read.imported.pipeline(LOIHI2).run(), spikes(1)
    expected = by_hand(nodes, inputs, at, (1.0, 1.0))
    assert expected.sum() > 300
    np.testing.assert_array_equal(read.float_network.run(inputs, 16).sent["b"], expected)
    np.testing.assert_array_equal(simulate_naively(graph, inputs).spikes["b"].reshape(expected.shape), expected)
    assert (by_hand(nodes, inputs, not at, (1.0, 1.0)) != expected).sum() > 20  # so that the rule shows
    said = {step for step, (status, _) in labels(read).items() if status == "assumed"}
    assert said == {"time step", "reset"}
    assert {status for status, _ in labels(read).values()} == {"assumed", "exact"}
    assert "--dt" in labels(read)["time step"][1]


def test_time_steps_that_neurons_do_not_agree_on_are_refused(tmp_path: Path) -> None:
    different = network(files.if_node((16,), 1.0, 1e4), files.if_node((10,), 1.0, 2e4))
    mixed = network(files.lif_node((16,), 0.9), files.if_node((10,), 1.0, 1.0))
    for nodes, message in (
        (different, r"IF neurons have different r \(10000 .. 20000\)"),
        (mixed, "imply a time step of 0.0001"),
    ):
        with pytest.raises(ImportFileError, match=f"{message}.*--dt"):
            read_network(write(tmp_path, nodes))
        read_network(write(tmp_path, nodes), RealOptions(dt=1e-4))
    agreeing = network(files.lif_node((16,), 0.9), files.if_node((10,), 1.0, 1e4))
    assert read_network(write(tmp_path, agreeing)).step.dt == 1e-4
    # SpikingJelly's LIF takes a share of its input (r = 1): the IF neurons beside it say the step.
    sharing = network({**files.lif_node((16,), 0.5), "r": np.ones(16)}, files.if_node((10,), 1.0, 1e4))
    assert read_network(write(tmp_path, sharing)).step.dt == 1e-4


@pytest.mark.parametrize("value", ["fast", -1.0, [1.0, 2.0], np.nan])
def test_metadata_that_say_no_time_step_are_refused(tmp_path: Path, value: Any) -> None:
    with pytest.raises(ImportFileError, match="metadata 'dt': found .*allowed: one positive number"):
        read_network(write(tmp_path, leaky(), dt=value))
    assert read_network(write(tmp_path, leaky(), dt=value), RealOptions(dt=1e-4)).step.origin == "given"


def test_a_reset_that_the_file_does_not_say_is_assumed_and_counted(tmp_path: Path) -> None:
    read = read_network(write(tmp_path, leaky()))
    status, detail = labels(read)["reset"]
    assert status == "assumed"
    assert "snnTorch" in detail
    assert "--reset-kind subtract" in detail
    graph, inputs = read.imported.pipeline(LOIHI2).run(), spikes(2)
    document = compare_traces(read.imported.float_reference, graph, inputs, simulate(graph, inputs, record=["a", "b"]))
    worth = {row["step"]: row["differing_spikes"] for row in document["otherwise"]}
    assert worth["reset"] > 100
    assert set(worth) == {"reset", "spike condition", "decay rule"}
    for options, metadata in ((RealOptions(reset="zero"), {}), (RealOptions(), {"reset": "zero"})):
        assert "reset" not in labels(read_network(write(tmp_path, leaky(), **metadata), options))


def test_a_file_and_a_user_who_contradict_each_other_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, leaky(), reset="subtract")
    with pytest.raises(ImportFileError, match="say reset 'subtract', --reset-kind says 'zero'"):
        read_network(path, RealOptions(reset="zero"))
    with pytest.raises(ImportFileError, match="metadata 'reset': found 'soft'; allowed: zero"):
        read_network(write(tmp_path, leaky(), reset="soft"))


@pytest.mark.parametrize("key", ["litesnn_format", "litesnn_digest", "litesnn_version", "litesnn_graph"])
def test_arrays_where_an_export_wrote_texts_make_a_file_like_any_other(tmp_path: Path, key: str) -> None:
    texts = {"litesnn_format": "litesnn.nir", "litesnn_digest": "0", "litesnn_version": "1", "litesnn_graph": "{}"}
    read = read_network(write(tmp_path, leaky(), **{**texts, key: np.arange(3)}))
    assert labels(read)["reset"][0] == "assumed"


def test_spikes_at_the_threshold_with_a_leak_on_the_fixed_unit_are_labelled_with_their_bound(tmp_path: Path) -> None:
    nodes = leaky()
    read = read_network(write(tmp_path, nodes), RealOptions(spike_at=True, approximate=True))
    found = {label.place: label for label in read.imported.graph.labels if label.step == "spikes at the threshold"}
    assert {label.status for label in found.values()} == {"bounded"}
    assert all(0 < (label.bound or 0) < 0.002 for label in found.values())
    graph, inputs = read.imported.pipeline(LOIHI2).run(), spikes(3, samples=60)
    chip = simulate_naively(graph, inputs).spikes["b"]
    at, above = (by_hand(nodes, inputs, choice, (0.9, 0.8)).reshape(chip.shape) for choice in (True, False))
    assert (at != above).sum() > 20
    assert (chip != at).sum() < (at != above).sum() / 2
    with pytest.raises(ImportFileError, match="a threshold at the reset value"):
        read_network(write(tmp_path, leaky(0.0)), RealOptions(spike_at=True))


def test_a_threshold_node_with_a_bias_and_at_its_threshold(tmp_path: Path) -> None:
    weight, bias = RNG.integers(-60, 61, (6, 8)).astype(float), np.array([40.0, -40, 3, 0, -3, 7])
    nodes = {
        "input": files.port("Input", 8),
        "fc": files.linear(weight, bias),
        "last": {"type": "Threshold", "threshold": np.full(6, 40.0)},
        "output": files.port("Output", 6),
    }
    inputs = (np.random.default_rng(0).random((40, 16, 8, 1, 1)) < 0.4).astype(np.int16)
    sums = inputs.reshape(40, 16, 8) @ weight.T + bias
    for at, expected in ((False, sums > 40), (True, sums >= 40)):
        graph = read_network(write(tmp_path, nodes), RealOptions(spike_at=at)).imported.pipeline(LOIHI2).run()
        assert not {label.status for label in graph.labels} & {"bounded", "approximate"}
        found = simulate_naively(graph, inputs).spikes["last"].reshape(expected.shape)
        np.testing.assert_array_equal(found, expected)


def test_an_edge_that_stands_twice_is_refused(tmp_path: Path) -> None:
    nodes = leaky()
    path = files.write_nir(tmp_path / "net.nir", nodes, [*files.chain(nodes), ("a", "fc2")])
    with pytest.raises(ImportFileError, match="the edge 'a' -> 'fc2' stands twice.*double the weights"):
        read_network(path)


def test_two_ways_that_become_one_edge_are_refused(tmp_path: Path) -> None:
    inner = {"in": files.port("Input", 20), "out": files.port("Output", 20)}
    nodes = {**leaky(), "sub": files.nir_tree(inner, [("in", "out")])["node"]}
    path = files.write_nir(tmp_path / "net.nir", nodes, [*files.chain(leaky()), ("input", "sub"), ("sub", "fc")])
    with pytest.raises(ImportFileError, match="two edges lead from 'input' to 'fc'"):
        read_network(path)


@pytest.mark.parametrize(
    ("node", "change", "message"),
    [
        ("a", {"refractory": np.array(2)}, "node 'a' .LIF.: 'refractory' is not a field of NIR's LIF, which has tau, r"),
        ("fc", {"mask": GRID}, "'mask' is not a field of NIR's Linear"),
        ("output", {"shape": np.array([11])}, r"the file says that \(11,\) arrives; \(10,\) does"),
        ("a", {"metadata": "soft"}, "'metadata' is not a group"),
        ("a", {"tau": h5py.Empty("f8")}, "'tau' is missing"),
    ],
)  # fmt: skip
def test_what_could_change_the_network_is_refused_by_name(
    tmp_path: Path, node: str, change: dict[str, Any], message: str
) -> None:
    nodes = leaky()
    nodes[node] = {**nodes[node], **change}
    with pytest.raises(ImportFileError, match=message):
        read_network(write(tmp_path, nodes))


def test_a_neuron_that_the_input_does_not_reach_but_is_read_is_refused(tmp_path: Path) -> None:
    nodes = {**leaky(), "clock": {**files.lif_node((10,)), "v_leak": np.full(10, 5.0)}}
    path = files.write_nir(tmp_path / "net.nir", nodes, [*files.chain(leaky()), ("clock", "b")])
    with pytest.raises(ImportFileError, match="reads 'clock', which nothing from the Input reaches"):
        read_network(path)


def test_every_default_that_is_taken_is_said(tmp_path: Path) -> None:
    image = {
        "input": files.port("Input", 1, 6, 6),
        "conv": {"type": "Conv2d", "weight": np.ones((2, 1, 2, 2)), "padding": "same"},
        "a": {"type": "IF", "r": np.ones(2), "v_threshold": np.ones(2), "v_reset": h5py.Empty("f8")},
        "pool": {"type": "AvgPool2d", "kernel_size": np.array([2, 2]), "padding": np.array([1, 1])},
        "flat": {"type": "Flatten"},
        "b": {"type": "CubaLIF", "tau_syn": 2e-4, "tau_mem": 1e-3, "r": 10.0, "v_leak": 0.0, "v_threshold": 1.0},
        "output": files.port("Output", 32),
    }
    image["b"] = {key: value if isinstance(value, str) else np.array(value) for key, value in image["b"].items()}
    tree = files.nir_tree(image, files.chain(image), {"author": "someone"})
    path = files.write_tree(tmp_path / "net.nir", {**tree, "version": "2.0", "data": {"x": np.ones(2)}})
    read = read_network(path, RealOptions(dt=1e-4, reset="zero", spike_at=False, decay="euler"))
    assumed = {step: detail for step, (status, detail) in labels(read).items() if status == "assumed"}
    fields = {"bias", "stride", "dilation", "groups", "v_reset", "w_in"}
    others = {"order of current and membrane", "padding of averages", "padding same", "version", "metadata"}
    assert set(assumed) == {f"missing {field}" for field in fields} | others | {"entries beside the graph"}
    assert "author" in assumed["metadata"]
    assert "data" in assumed["entries beside the graph"]
