"""Imported networks go through the passes: arrivals, formats, and ranges that hold for every input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive_simulator import simulate_naively
from written_nets import CUBA, LOIHI2, SDNN, compiled, dense, layer, random_spikes, write_net

from litesnn.compiler.graph import Graph
from litesnn.compiler.image import build_image
from litesnn.compiler.mapping import Mapping, map_graph
from litesnn.compiler.program.documents import graph_document, read_graph
from litesnn.runtime.mapped import simulate_image


def hold(graph: Graph, inputs: np.ndarray) -> None:
    """Every membrane stays within its proved range (spikes reset it, so only the lower bound is met before the reset)."""
    trace = simulate_naively(graph, inputs)
    for proof in graph.ranges:
        if proof.register == "membrane" and trace.membranes[proof.population].any():
            found = trace.membranes[proof.population]
            assert proof.low <= found.min()
            assert found.max() <= proof.high


@given(seed=st.integers(0, 2**16), recurrent=st.booleans(), decay=st.sampled_from([0, 64, 1024, 4096]))
def test_ranges_of_spiking_layers_hold(
    tmp_path_factory: pytest.TempPathFactory, seed: int, recurrent: bool, decay: int
) -> None:
    rng = np.random.default_rng(seed)
    neuron = {**CUBA, "iDecay": decay}
    back = {"kind": "dense_rec", "weight_rec": rng.integers(-90, 90, (4, 4))} if recurrent else {}
    layers = [
        dense(rng.integers(-120, 120, (4, 3)), neuron, bias=rng.integers(-50, 50, 4), **back),
        dense(rng.integers(-9, 9, (2, 4)), None),
    ]
    path = write_net(tmp_path_factory.mktemp("net") / "r.net", layers, 10)
    hold(compiled(path), random_spikes((2, 10, 3, 1, 1), seed, 0.7))


@given(seed=st.integers(0, 2**16), threshold=st.integers(0, 20))
def test_ranges_of_sigma_delta_layers_hold(tmp_path_factory: pytest.TempPathFactory, seed: int, threshold: int) -> None:
    rng = np.random.default_rng(seed)
    first = layer("input", shape=np.array([3]), neuron={**SDNN, "vThMant": threshold})
    hidden = dense(rng.integers(-60, 60, (4, 3)), {**SDNN, "vThMant": threshold}, bias=rng.integers(-50, 50, 4))
    last = dense(rng.integers(-60, 60, (2, 4)), {**SDNN, "sigma_output": True})
    graph = compiled(write_net(tmp_path_factory.mktemp("net") / "s.net", [first, hidden, last], 6))
    hold(graph, rng.integers(-2048, 2048, (2, 6, 3, 1, 1)).astype(np.int16))


def test_arrivals_are_the_shortest_way(tmp_path: Path) -> None:
    layers = [
        dense([[1, 2]], delay=np.array([4.0, 9.0])),
        dense([[1], [2]], delay=np.array([3.0, 0.0])),
        dense([[1, 1]]),
    ]
    graph = compiled(write_net(tmp_path / "a.net", layers))
    assert [population.arrival for population in graph.membranes] == [5, 6, 7]
    assert graph.schedule is not None
    assert (graph.schedule.depth, graph.schedule.latency, graph.schedule.delayed_blocks) == (7, 15, 3)
    assert all(population.reset_interval is None for population in graph.membranes)


def test_parts_of_one_layer_share_a_format_per_sign(tmp_path: Path) -> None:
    """One format for each delay would fill a core's format registers."""
    rng = np.random.default_rng(0)
    weight = rng.integers(-100, 100, (20, 6))
    graph = compiled(write_net(tmp_path / "f.net", [dense(weight, delay=np.arange(20.0))]))
    formats = {block.format for block in graph.into("layer0")}
    assert len(graph.into("layer0")) >= 20
    assert len({form.sign_mode for form in formats if form}) == len(formats)
    stored = sum(block.weights((6, 1, 1), (20, 1, 1)) for block in graph.into("layer0"))
    np.testing.assert_array_equal(stored.toarray(), weight)


def test_delays_and_loops_survive_the_cores_memory_and_the_programs_files(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    first = layer(
        "input", shape=np.array([3]), neuron={**CUBA, "iDecay": 4096}, weight=np.array([30.0]), bias=np.array([9.0])
    )
    layers = [
        first,
        dense(rng.integers(-60, 90, (5, 3)), delay=np.array([0.0, 7, 3, 3, 62])),
        dense(rng.integers(-60, 90, (4, 5)), kind="dense_rec", weight_rec=rng.integers(-60, 60, (4, 4)), bias=np.array([9, 0, 4, 1])),
    ]  # fmt: skip
    graph = compiled(write_net(tmp_path / "l.net", layers, 70))
    mapping = map_graph(graph, LOIHI2)
    assert isinstance(mapping, Mapping)
    document, tensors = graph_document(graph)
    inputs = rng.integers(0, 60, (2, 3, 1, 1)).astype(np.int16)
    expected = simulate_naively(graph, inputs)
    assert all(sent.any() for sent in expected.spikes.values())
    mapped = simulate_image(build_image(graph, mapping, LOIHI2, "l"), {"input": inputs}, record=expected.spikes)
    for found in (mapped, simulate_naively(read_graph(document, tensors), inputs)):
        for name, sent in expected.spikes.items():
            np.testing.assert_array_equal(found.spikes[name], sent, err_msg=name)
