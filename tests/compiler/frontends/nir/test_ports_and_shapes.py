"""Files without ports, shapes with a batch or time, convolutions over one axis, and neurons of infinite time constants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nir_files as files
import numpy as np
import pytest
from naive_simulator import simulate_naively

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.nir.read import read_network
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.read import RealReading
from litesnn.compiler.graph import Lif
from litesnn.compiler.profile import load_profile

LOIHI2 = load_profile("loihi2")
RNG = np.random.default_rng(0)
WEIGHT = RNG.integers(-7, 8, (5, 4)) / 8
CONV = {"stride": np.array(1), "padding": np.array(0), "dilation": np.array(1), "groups": np.array(1)}


def dense(**ports: Any) -> dict[str, dict[str, Any]]:
    nodes = {"input": files.port("Input", 4), "fc": files.linear(WEIGHT), "n": files.if_node((5,), 1.0)}
    return {**nodes, "output": files.port("Output", 5), **ports}


def written(tmp_path: Path, nodes: dict[str, Any], edges: Any = None) -> Path:
    return files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes) if edges is None else edges)


def without(nodes: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: node for name, node in nodes.items() if name not in names}


def labels(read: RealReading, step: str) -> list[str]:
    return [label.detail for label in read.imported.graph.labels if label.step == step and label.status == "assumed"]


def assert_same_spikes(read: RealReading, at_least: int = 20) -> None:
    graph = read.imported.pipeline(LOIHI2).run()
    (source,) = graph.sources
    inputs = (np.random.default_rng(5).random((10, graph.timesteps, *source.shape)) < 0.5).astype(np.int16)
    found = simulate_naively(graph, inputs).spikes
    sent = read.float_network.run(inputs, graph.timesteps).sent
    for name, spikes in found.items():
        assert spikes.sum() >= at_least
        np.testing.assert_array_equal(spikes, sent[name].reshape(spikes.shape), err_msg=name)


@pytest.mark.parametrize("gone", [("input",), ("output",), ("input", "output")])
def test_what_nothing_sends_to_reads_the_input_and_what_sends_to_nothing_is_the_output(
    tmp_path: Path, gone: tuple[str, ...]
) -> None:
    read = read_network(written(tmp_path, without(dense(), *gone)))
    assert_same_spikes(read)
    for name in gone:
        (detail,) = labels(read, f"missing {name.capitalize()}")
        assert ("'fc'" if name == "input" else "'n'") in detail


def test_ambiguous_ends_are_refused_by_name(tmp_path: Path) -> None:
    nodes = without(dense(other=files.linear(WEIGHT)), "input")
    edges = [("fc", "n"), ("other", "n"), ("n", "output")]
    with pytest.raises(ImportFileError, match=r"no Input node.*'fc', 'other'"):
        read_network(written(tmp_path, nodes, edges))
    loop = {"a": files.linear(np.eye(4)), "n": files.if_node((4,))}
    with pytest.raises(ImportFileError, match="every node is part of a loop"):
        read_network(written(tmp_path, loop, [("a", "n"), ("n", "a")]))
    first = {
        "c": {"type": "Conv2d", "weight": np.ones((1, 1, 1, 1)), "bias": np.zeros(1), **CONV},
        "n": files.if_node(()),
    }
    with pytest.raises(ImportFileError, match="does not say its shape; give --input-shape"):
        read_network(written(tmp_path, first))
    assert_same_spikes(read_network(written(tmp_path, first), RealOptions(input_shape=(1, 3, 3), spike_at=True)))


def test_subgraphs_without_ports_are_opened(tmp_path: Path) -> None:
    inner = {"fc": files.linear(WEIGHT), "n": files.if_node((5,), 1.0)}
    graph = {"type": "NIRGraph", "nodes": inner, "edges": np.array(files.chain(inner), object)}
    nodes = {"input": files.port("Input", 4), "sub": graph, "output": files.port("Output", 5)}
    assert_same_spikes(read_network(written(tmp_path, nodes)))


@pytest.mark.parametrize("shape", [(16, 4), (7, 3, 4), (4, 100)])
def test_a_batch_or_time_in_the_shape_is_left_out_and_said(tmp_path: Path, shape: tuple[int, ...]) -> None:
    read = read_network(written(tmp_path, dense(input=files.port("Input", *shape))))
    assert read.imported.graph.sources[0].shape == (4, 1, 1)
    (detail,) = labels(read, "input shape")
    assert str(shape) in detail
    assert "--input-shape" in detail
    assert_same_spikes(read)


def test_declared_shapes_may_carry_the_same_batch(tmp_path: Path) -> None:
    nodes = dense(input=files.port("Input", 16, 4), output=files.port("Output", 16, 5))
    nodes["fc"]["input_type"] = {"input": np.array([16, 4])}
    assert_same_spikes(read_network(written(tmp_path, nodes)))
    nodes["fc"]["input_type"] = {"input": np.array([15, 4])}
    with pytest.raises(ImportFileError, match="the file says that"):
        read_network(written(tmp_path, nodes))


def test_shapes_that_can_be_read_in_two_ways_are_refused(tmp_path: Path) -> None:
    nodes = dense(input=files.port("Input", 2, 2, 1, 2), output=files.port("Output", 5))
    assert_same_spikes(read_network(written(tmp_path, nodes), RealOptions(input_shape=(4, 1, 1))))
    with pytest.raises(ImportFileError, match="a batch or time steps"):
        read_network(written(tmp_path, nodes))


def naive_line(values: np.ndarray, node: dict[str, Any]) -> np.ndarray:
    """torch's conv1d of (N, C, L), tap by tap."""
    weight, stride, dilation = node["weight"], int(node["stride"]), int(node["dilation"])
    reach = dilation * (weight.shape[2] - 1)
    padding = node["padding"]
    before, after = (
        (reach // 2, reach - reach // 2) if padding == "same" else (0, 0) if padding == "valid" else (int(padding),) * 2
    )
    padded = np.pad(values, ((0, 0), (0, 0), (before, after)))
    groups, per = int(node["groups"]), weight.shape[1]
    length = (padded.shape[2] - reach - 1) // stride + 1
    result = np.zeros((len(values), weight.shape[0], length))
    for out in range(weight.shape[0]):
        first = out // (weight.shape[0] // groups) * per
        for channel in range(per):
            for tap in range(weight.shape[2]):
                start = tap * dilation
                part = padded[:, first + channel, start : start + stride * (length - 1) + 1 : stride]
                result[:, out] += weight[out, channel, tap] * part
    return result + node["bias"][None, :, None]


@pytest.mark.parametrize(
    ("change", "channels"),
    [
        ({}, 2),
        ({"padding": np.array(2)}, 2),
        ({"stride": np.array(3), "padding": np.array(1)}, 2),
        ({"dilation": np.array(2), "padding": "same"}, 2),
        ({"padding": "valid"}, 2),
        ({"groups": np.array(2), "padding": np.array(1)}, 4),
    ],
)
@pytest.mark.parametrize("shape", ["line", "null", "absent"])
def test_a_convolution_over_one_axis(tmp_path: Path, change: dict[str, Any], channels: int, shape: str) -> None:
    import h5py

    node = {
        "type": "Conv1d",
        "weight": RNG.integers(-3, 7, (6, 2, 3)) / 4,
        "bias": RNG.integers(-1, 2, 6) / 4,
        **CONV,
        **change,
    }
    if shape != "absent":
        node["input_shape"] = np.array(12) if shape == "line" else h5py.Empty("f")
    length = naive_line(np.zeros((1, channels, 12)), node).shape[2]
    nodes = {
        "input": files.port("Input", channels, 12),
        "c": node,
        "n": files.if_node((6, length), 1.0),
        "f": {"type": "Flatten", "start_dim": np.array(0), "end_dim": np.array(-1)},
        "fc": files.linear(RNG.integers(-2, 4, (4, 6 * length)) / 4),
        "m": files.if_node((4,), 1.0),
        "output": files.port("Output", 4),
    }
    read = read_network(written(tmp_path, nodes), RealOptions(spike_at=False))
    assert read.imported.graph.sources[0].shape == (channels, 1, 12)
    assert_same_spikes(read)
    spikes = (RNG.random((3, 16, channels, 12)) < 0.5).astype(float)
    membrane, fired = np.zeros((3, 6, length)), []
    for step in range(16):
        membrane = membrane + naive_line(spikes[:, step], node)
        fired.append(membrane > 1)
        membrane[fired[-1]] = 0
    sent = read.float_network.run(spikes[:, :, :, None].astype(np.int16), 16).sent["n"]
    np.testing.assert_array_equal(sent, np.stack(fired, 1))


def endless(size: int, **change: Any) -> dict[str, Any]:
    """snnTorch's Leaky of beta 1: tau = dt / (1 - beta), r = tau / dt."""
    unbounded = np.full(size, np.inf, np.float32)
    return {**files.lif_node((size,), threshold=1.0), "tau": unbounded, "r": unbounded, **change}


def test_infinite_time_constants_and_gains_add_what_arrives(tmp_path: Path) -> None:
    nodes = dense(n=endless(5))
    read = read_network(written(tmp_path, nodes))
    assert_same_spikes(read)
    neurons = read.imported.graph["n"]
    assert isinstance(neurons, Lif)
    assert neurons.dv == 0
    assert labels(read, "infinite tau")
    plain = read_network(written(tmp_path, dense()))
    found, expected = read.imported.graph["n"], plain.imported.graph["n"]
    assert isinstance(found, Lif)
    assert isinstance(expected, Lif)
    np.testing.assert_array_equal(found.vth, expected.vth)


def test_a_leaky_layer_beside_an_endless_one_says_the_time_step(tmp_path: Path) -> None:
    nodes = dense(n=endless(5))
    more = {"fc2": files.linear(WEIGHT.T), "lif": files.lif_node((4,), 0.5, 1.0), "output": files.port("Output", 4)}
    assert read_network(written(tmp_path, {**without(nodes, "output"), **more})).step.dt == pytest.approx(1e-4)


@pytest.mark.parametrize("change", [{"r": np.ones(5)}, {"tau": np.full(5, 1e-3)}, {"r": np.full(5, -np.inf)}])
def test_one_infinite_without_the_other_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(ImportFileError, match="inf"):
        read_network(written(tmp_path, dense(n=endless(5, **change))))
