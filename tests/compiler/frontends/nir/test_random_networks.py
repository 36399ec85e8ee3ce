"""Random NIR networks of whole numbers: the integers on the chip give the spikes of the node-by-node floating-point run, all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nir_files as files
import numpy as np
import pytest
from naive_simulator import simulate_naively

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.nir.document import graph_of_tree
from litesnn.compiler.frontends.nir.read import read_network
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.shapes import infer_shapes
from litesnn.compiler.profile import load_profile

LOIHI2 = load_profile("loihi2")
STEPS = 6


class Growing:
    """A network that is grown node by node; every node's output shape is known."""

    def __init__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        self.rng = rng
        self.nodes: dict[str, dict[str, Any]] = {"input": files.port("Input", *shape)}
        self.edges: list[tuple[str, str]] = []
        self.shapes: dict[str, tuple[int, ...]] = {"input": shape}

    def add(self, name: str, node: dict[str, Any], *sources: str) -> str | None:
        """Add a node if it fits; returns its name, or None."""
        nodes = {**self.nodes, name: node}
        edges = [*self.edges, *((source, name) for source in sources)]
        output = {"end": files.port("Output", 1)}
        try:
            tree = files.nir_tree({**nodes, **output}, [*edges, (name, "end")])
            shapes = infer_shapes(graph_of_tree("test", b"", tree), self.shapes["input"])
        except ImportFileError:
            return None
        self.nodes, self.edges, self.shapes = nodes, edges, shapes
        return name

    def linear_step(self, name: str, before: str) -> str | None:
        rng, shape = self.rng, self.shapes[before]
        kinds = ["scale", "flatten"] + (["conv", "conv", "pool"] if len(shape) == 3 else ["linear", "linear"])
        kind = kinds[int(rng.integers(len(kinds)))]
        if kind == "conv":
            return self.add(name, files.conv(rng, int(rng.integers(1, 3)), shape), before)
        if kind == "pool":
            return self.add(name, files.pool(rng, shape), before)
        if kind == "flatten":
            return self.add(name, {"type": "Flatten", "start_dim": np.array(0), "end_dim": np.array(-1)}, before)
        if kind == "scale":
            per_neuron = rng.random() < 0.3
            factors = rng.choice([-1.0, 1.0, 2.0], shape if per_neuron else (shape[0], *(1,) * (len(shape) - 1)))
            return self.add(name, {"type": "Scale", "scale": np.broadcast_to(factors, shape).copy()}, before)
        out = int(rng.integers(2, 5))
        bias = rng.integers(-1, 2, out) if rng.random() < 0.5 else None
        return self.add(name, files.linear(rng.integers(-2, 3, (out, int(np.prod(shape)))), bias), before)

    def neurons(self, name: str, before: str) -> str:
        rng, shape = self.rng, self.shapes[before]
        kind = rng.choice(["layer", "channel", "neuron"], p=[0.6, 0.25, 0.15])
        spread = {"layer": (), "channel": (shape[0], *(1,) * (len(shape) - 1)), "neuron": shape}[kind]
        threshold = rng.integers(1, 6, spread) + rng.choice([0.0, 0.5])
        added = self.add(name, files.if_node(shape, threshold), before)
        assert added is not None
        return added


def random_network(seed: int, delays: bool) -> Growing:
    """Two to three layers of IF neurons with chains of up to three linear nodes, skips, and (`delays`) delays and feedback."""
    rng = np.random.default_rng(seed)
    side = int(rng.integers(3, 7))
    network = Growing(rng, (int(rng.integers(1, 4)), side, side) if rng.random() < 0.7 else (int(rng.integers(3, 9)),))
    last = "input"
    for layer in range(int(rng.integers(2, 4))):
        at = last
        for step in range(int(rng.integers(1, 4))):
            at = network.linear_step(f"l{layer}.{step}", at) or at
        size = int(np.prod(network.shapes[at]))
        if delays and rng.random() < 0.5:
            steps = rng.integers(0, 3, network.shapes[at]) if rng.random() < 0.5 else np.full(network.shapes[at], 2)
            at = network.add(f"d{layer}", {"type": "Delay", "delay": steps.astype(float)}, at) or at
        last = network.neurons(f"n{layer}", at)
        if delays and rng.random() < 0.5:
            recurrent = files.linear(rng.integers(-1, 2, (size, size)), rng.integers(-1, 2, size))
            if len(network.shapes[last]) == 1:
                network.nodes[f"r{layer}"] = recurrent
                network.edges += [(last, f"r{layer}"), (f"r{layer}", last)]
    network.nodes["output"] = files.port("Output", *network.shapes[last])
    network.edges.append((last, "output"))
    return network


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("delays", [False, True])
def test_integers_give_the_spikes_of_the_floating_point_run(seed: int, delays: bool, tmp_path: Path) -> None:
    network = random_network(seed, delays)
    path = files.write_nir(tmp_path / "random.nir", network.nodes, network.edges)
    read = read_network(path, RealOptions(timesteps=STEPS, dt=1.0))
    graph = read.imported.pipeline(LOIHI2).run()
    if any(label.status in ("bounded", "approximate") for label in graph.labels):
        pytest.skip("composed weights need more than 8 bits and are rounded, as the labels say")
    source = graph.sources[0].shape
    inputs = (np.random.default_rng(seed).random((3, STEPS, *source)) < 0.5).astype(np.int16)
    found = simulate_naively(graph, inputs).spikes
    layers = [layer.node.name for layer in read.wiring.layers]
    first = {n: read.timing.shift(graph[n].arrival or 0, n) if graph.isolated else 0 for n in layers}
    expected = read.float_network.run(inputs, STEPS, max(first.values())).sent
    for name in layers:
        wanted = expected[name][:, first[name] : first[name] + STEPS].reshape(found[name].shape)
        np.testing.assert_array_equal(found[name], wanted, err_msg=f"seed {seed}, layer {name}")


def test_random_networks_spike_and_cover_what_they_should() -> None:
    kinds = {node["type"] for seed in range(24) for node in random_network(seed, True).nodes.values()}
    assert {"Conv2d", "AvgPool2d", "SumPool2d", "Scale", "Flatten", "Linear", "Affine", "Delay", "IF"} <= kinds
