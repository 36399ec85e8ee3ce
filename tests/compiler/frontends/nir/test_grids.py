"""Weights that lie on a grid stay exact through chains of nodes; elsewhere each output channel has a step of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nir_files as files
import numpy as np
import pytest
from naive_simulator import simulate_naively

from litesnn.compiler.frontends.nir.read import read_network
from litesnn.compiler.frontends.real.grids import Grid, common_grid, grid_of
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.read import RealReading
from litesnn.compiler.frontends.real.steps import Magnitudes, group_grids, group_steps
from litesnn.compiler.frontends.real.weight_options import WeightBits, parse_scales
from litesnn.compiler.graph import Lif
from litesnn.compiler.profile import load_profile

LOIHI2 = load_profile("loihi2")


def averaged(rng: np.random.Generator, kernel: int, stride: int, step: float, **window: Any) -> dict[str, Any]:
    side = (9 + 2 * window.get("padding", 0) - kernel) // stride + 1
    shape = {"kernel_size": np.array([kernel, kernel]), "stride": np.array([stride, stride])}
    return {
        "input": files.port("Input", 2, 9, 9),
        "c": {**files.conv(rng, 3, (2, 9, 9)), "weight": rng.integers(2, 13, (3, 2, 1, 1)) / 32, **CONV},
        "n": files.if_node((3, 9, 9), 1.0),
        "p": {"type": "AvgPool2d", **shape, "padding": np.array([window.get("padding", 0)] * 2)},
        "f": {"type": "Flatten", "start_dim": np.array(0), "end_dim": np.array(-1)},
        "l": files.linear(rng.integers(-85, 91, (6, 3 * side * side)) * step),
        "m": files.if_node((6,), 30 * step),
        "output": files.port("Output", 6),
    }


CONV = {
    "bias": np.zeros(3),
    "stride": np.ones(2, int),
    "padding": np.zeros(2, int),
    "dilation": np.ones(2, int),
    "groups": np.array(1),
}


def runs(read: RealReading, samples: int = 12) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    graph = read.imported.pipeline(LOIHI2).run()
    (source,) = graph.sources
    inputs = (np.random.default_rng(5).random((samples, graph.timesteps, *source.shape)) < 0.5).astype(np.int16)
    found = simulate_naively(graph, inputs).spikes
    sent = read.float_network.run(inputs, graph.timesteps).sent
    return {name: sent[name].reshape(found[name].shape) for name in found}, dict(found)


def weight_labels(read: RealReading) -> dict[str, str]:
    return {label.place: label.status for label in read.imported.graph.labels if label.step == "weights to integers"}


@pytest.mark.parametrize("at", [False, True])
@pytest.mark.parametrize(("kernel", "stride", "padding"), [(3, 2, 1), (3, 1, 0), (2, 1, 0), (5, 2, 2), (3, 3, 0)])
@pytest.mark.parametrize("step", [1 / 16, 0.1])
def test_overlapping_averages_are_exact(
    tmp_path: Path, kernel: int, stride: int, padding: int, step: float, at: bool
) -> None:
    nodes = averaged(np.random.default_rng(kernel), kernel, stride, step, padding=padding)
    path = files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes))
    read = read_network(path, RealOptions(spike_at=at))
    assert set(weight_labels(read).values()) == {"exact"}
    expected, found = runs(read)
    assert expected["m"].sum() > 20
    for name, spikes in expected.items():
        np.testing.assert_array_equal(found[name], spikes, err_msg=name)


def test_composed_weights_may_take_more_bits_than_the_nodes(tmp_path: Path) -> None:
    nodes = averaged(np.random.default_rng(1), 3, 1, 1 / 16)
    path = files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes))
    graph = read_network(path).imported.graph
    assert max(int(np.abs(block.geometry.codes).max()) for block in graph.blocks) > 127
    narrow = read_network(path, RealOptions(bits=WeightBits({"l": 4})))
    assert weight_labels(narrow)["node 'l'"] == "bounded"  # the user asked for fewer bits than the file's weights have
    assert max(int(np.abs(b.geometry.codes).max()) for b in narrow.imported.graph.blocks if b.edge == "l") <= 7


def outlier(rng: np.random.Generator, neurons: dict[str, Any]) -> dict[str, dict[str, Any]]:
    weight = rng.normal(0, 0.3, (20, 40))
    weight[3, 5] *= 400
    nodes = {"input": files.port("Input", 40), "a": files.linear(weight, rng.normal(0, 0.05, 20)), "n": neurons}
    return {**nodes, "output": files.port("Output", 20)}


@pytest.mark.parametrize("neurons", [files.if_node((20,)), files.lif_node((20,))])
def test_one_large_weight_costs_its_own_channel_alone(tmp_path: Path, neurons: dict[str, Any]) -> None:
    nodes = outlier(np.random.default_rng(0), neurons)
    path = files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes))
    differing = {}
    for per in ("layer", "channel"):
        expected, found = runs(read_network(path, RealOptions(scale_per=parse_scales(per))))
        differing[per] = (expected["n"] != found["n"]).sum() / expected["n"].sum()
    assert differing["layer"] > 0.5
    assert differing["channel"] < 0.05


def test_two_blocks_into_one_population_share_the_channels_units(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    nodes = outlier(rng, files.if_node((20,), 2.0))
    nodes["loop"] = files.linear(rng.normal(0, 0.02, (20, 20)))
    edges = [*files.chain({k: nodes[k] for k in ("input", "a", "n", "output")}), ("n", "loop"), ("loop", "n")]
    read = read_network(files.write_nir(tmp_path / "net.nir", nodes, edges), RealOptions(spike_at=False))
    graph = read.imported.graph
    neurons = graph["n"]
    assert isinstance(neurons, Lif)
    assert neurons.unit is not None
    assert np.ptp(neurons.unit) > 0
    for name in ("a", "loop"):
        block = next(b for b in graph.blocks if b.edge == name)
        codes = block.weights(graph[block.source].shape, neurons.shape).toarray()
        off = np.abs(codes * neurons.unit[:, None] - nodes[name]["weight"])
        assert (off <= neurons.unit[:, None] * 2.0**block.exponent * 0.5001).all()


def test_readouts_keep_one_unit_for_all_classes(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    weight = rng.normal(size=(4, 6)) * np.array([1, 10, 100, 1000])[:, None]
    nodes = {"input": files.port("Input", 6), "fc": files.linear(weight), "output": files.port("Output", 4)}
    graph = read_network(files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes))).imported.graph
    assert graph.output.unit is not None
    assert np.ptp(graph.output.unit) == 0


def test_channels_on_grids_of_their_own_are_exact(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    weight = rng.integers(-7, 8, (12, 10)) * rng.uniform(0.01, 3, (12, 1))
    nodes = {"input": files.port("Input", 10), "fc": files.linear(weight), "n": files.if_node((12,), 4 * weight.max())}
    nodes["output"] = files.port("Output", 12)
    path = files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes))
    assert weight_labels(read_network(path)) == {"node 'fc'": "exact"}
    assert weight_labels(read_network(path, RealOptions(scale_per=parse_scales("layer")))) == {"node 'fc'": "bounded"}


def test_a_grid_is_the_coarsest_step_and_says_its_codes() -> None:
    found = grid_of(np.array([[0.3, -0.6], [0.0, 0.9]], np.float32).astype(np.float64))
    assert found is not None
    assert found[0].step == pytest.approx(0.3)
    assert found[0].largest == 3
    np.testing.assert_array_equal(found[1], [[1, -2], [0, 3]])
    assert grid_of(np.array([1.0, np.pi])) is None
    assert common_grid([Grid(0.3, 5), Grid(0.2, 9)]) == Grid(pytest.approx(0.1), 9)
    assert common_grid([Grid(1.0), None]) is None


def test_groups_are_ruled_one_by_one() -> None:
    rng = np.random.default_rng(6)
    weights = np.stack([rng.normal(size=30), rng.integers(-7, 8, 30) * 0.25, np.zeros(30)])
    groups = np.broadcast_to(np.arange(3)[:, None], weights.shape)
    found = Magnitudes.of(weights, groups, 3)
    np.testing.assert_allclose(group_grids(found, 7), [0, 0.25, 0])
    for rule in ("max", "percentile", "mse"):
        options = RealOptions(scale_rule=rule, percentile=90.0)  # type: ignore[arg-type]
        steps, own = group_steps(found, 7, options)
        alone, _ = group_steps(Magnitudes.of(weights[:1], groups[:1], 1), 7, options)
        assert steps[0] == pytest.approx(alone[0])
        assert steps[2] == 0
        assert own.tolist() == [False, True, True]
    assert found.at(0.9)[0] == pytest.approx(np.percentile(np.abs(weights[0]), 90))
