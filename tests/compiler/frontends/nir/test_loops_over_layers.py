"""Loops over several layers: a step of the file takes as many steps of the chip as the loop has layers, and every spike is the file's."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import nir_files as files
import numpy as np
import pytest
from naive_simulator import simulate_naively

from litesnn.base.errors import CompileError, ImportFileError
from litesnn.compiler.frontends.nir.read import read_network
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.read import RealReading
from litesnn.compiler.graph import Graph
from litesnn.compiler.profile import load_profile
from litesnn.compiler.program.documents import graph_document, read_graph
from litesnn.jobs.float_comparison import compare_traces
from litesnn.runtime.exact import simulate

STEPS = 9
SIZE = 4


def ring(seed: int, layers: int, delays: int = 0, skips: int = 0, biased: bool = False) -> dict[str, Any]:
    """Layers in a chain whose last reads back into the first (through `delays` steps of Delay), with random skips and shorter loops."""
    rng = np.random.default_rng(seed)
    nodes: dict[str, dict[str, Any]] = {"input": files.port("Input", SIZE)}
    edges: list[tuple[str, str]] = []
    names = [f"n{i}" for i in range(layers)]

    def join(source: str, target: str, wait: int = 0) -> None:
        name = f"{source}>{target}"
        bias = rng.integers(-1, 2, SIZE) if biased and rng.random() < 0.7 else None
        nodes[name] = files.linear(rng.integers(-2, 4, (SIZE, SIZE)), bias)
        edges.extend([(source, name), (name, target)] if not wait else [(source, name), (name, f"{name}.wait")])
        if wait:
            nodes[f"{name}.wait"] = {"type": "Delay", "delay": np.full(SIZE, float(wait))}
            edges.append((f"{name}.wait", target))

    for name in names:
        nodes[name] = files.if_node((SIZE,), rng.integers(1, 6, SIZE) + 0.5)
    for source, target in pairwise(["input", *names]):
        join(source, target)
    join(names[-1], names[0], delays)
    for _ in range(skips):
        first, last = sorted(int(i) for i in rng.choice(layers, 2, replace=layers < 2))
        source, target = (names[last], names[first]) if rng.random() < 0.5 else (names[first], names[last])
        if f"{source}>{target}" not in nodes and source != target:
            join(source, target)
    nodes["output"] = files.port("Output", SIZE)
    return {"nodes": nodes, "edges": [*edges, (names[-1], "output")]}


def read(path: Path, network: dict[str, Any], **options: Any) -> tuple[RealReading, Graph]:
    found = read_network(files.write_nir(path, **network), RealOptions(timesteps=STEPS, dt=1.0, **options))
    return found, found.imported.pipeline(load_profile("loihi2")).run()


def spikes(seed: int, samples: int = 3) -> np.ndarray:
    return (np.random.default_rng(seed).random((samples, STEPS, SIZE, 1, 1)) < 0.4).astype(np.int16)


def assert_all_spikes_are_the_files(reading: RealReading, graph: Graph, inputs: np.ndarray) -> int:
    """Naive loops over the chip's time, both modes of the exact simulator, and the file's own run; the number of spikes."""
    layers = [layer.node.name for layer in reading.wiring.layers]
    expected = reading.float_network.run(inputs, STEPS).sent
    naive = simulate_naively(graph, inputs)
    runs = {"naive": naive, **{str(s): simulate(graph, inputs, record=layers, stream=s) for s in (False, True)}}
    for name in layers:
        for run, trace in runs.items():
            wanted = expected[name].reshape(trace.spikes[name].shape)
            np.testing.assert_array_equal(trace.spikes[name], wanted, err_msg=f"{run} {name}")
    return int(sum(expected[name].sum() for name in layers))


@pytest.mark.parametrize(
    ("layers", "delays", "interval"),
    [(2, 0, 2), (3, 0, 3), (5, 0, 5), (3, 1, 2), (4, 1, 2), (5, 1, 3), (4, 2, 2), (7, 1, 4)],
)
def test_the_interval_is_the_loops_layers_over_its_steps(
    layers: int, delays: int, interval: int, tmp_path: Path
) -> None:
    reading, graph = read(tmp_path / "ring.nir", ring(layers, layers, delays))
    assert graph.schedule is not None
    assert (graph.schedule.initiation_interval, graph.isolated) == (interval, False)
    assert graph.pace.slots == STEPS + delays + 1
    (loop,) = graph.schedule.loops
    assert (loop.latency, loop.distance, loop.interval) == (layers, delays + 1, interval)
    (label,) = [label for label in graph.labels if label.step == "feedback"]
    assert label.status == "exact"
    assert f"neurons compute every {interval} step(s) of the chip" in label.detail
    assert assert_all_spikes_are_the_files(reading, graph, spikes(1)) > 20


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("biased", [False, True])
def test_random_loops_give_the_files_spikes(seed: int, biased: bool, tmp_path: Path) -> None:
    network = ring(100 + seed, 2 + seed % 4, seed // 4, skips=3, biased=biased)
    reading, graph = read(tmp_path / "random.nir", network)
    if graph.isolated:
        pytest.skip("all loops have as many steps as layers")
    assert {label.status for label in graph.labels} <= {"exact", "assumed"}
    assert_all_spikes_are_the_files(reading, graph, spikes(seed))


@pytest.mark.parametrize("reset", ["subtract", "subtract_next", "none"])
def test_programmed_neurons_rest_as_well(reset: str, tmp_path: Path) -> None:
    reading, graph = read(tmp_path / "ring.nir", ring(4, 3), reset=reset, spike_at=True)
    assert {population.kind for population in graph.membranes} == {"programmed_lif"}
    assert graph.pace.interval == 3
    assert assert_all_spikes_are_the_files(reading, graph, spikes(4)) > 20


def test_biases_of_neurons_with_current_memory_come_once_per_step_of_the_file(tmp_path: Path) -> None:
    network = ring(5, 2, 0, biased=True)
    ones = np.ones(SIZE)
    cuba = {"type": "CubaLIF", "tau_syn": ones * 2.0, "tau_mem": ones * 2.0, "r": ones * 2.0, "v_leak": ones * 0.0,
            "v_threshold": ones * 2.5, "v_reset": ones * 0.0, "w_in": ones * 2.0}  # fmt: skip
    network["nodes"]["n0"] = cuba
    network["nodes"]["input>n0"] = files.linear(np.eye(SIZE) * 2, np.arange(SIZE) - 1)
    reading, graph = read(tmp_path / "cuba.nir", network)
    assert any(population.name == "bias" for population in graph.populations)
    inputs = spikes(3)
    layers = ["n0", "n1"]
    document = compare_traces(reading.imported.float_reference, graph, inputs, simulate(graph, inputs, record=layers))
    assert all(row["float_spikes"] > 0 for row in document["layers"])
    assert max(row["differing"] for row in document["layers"]) < 0.03, "a decay of 12 bits, as the label says"


def test_samples_do_not_meet_however_long_a_spike_waits(tmp_path: Path) -> None:
    """Alone, or behind another sample: the same spikes, on the chip's own time axis."""
    _, graph = read(tmp_path / "ring.nir", ring(4, 4, 2))
    inputs = spikes(2, 4)
    together = simulate(graph, inputs, record=["n0", "n3"], stream=True)
    alone = [simulate(graph, inputs[i : i + 1], record=["n0", "n3"], stream=True) for i in range(4)]
    for name in ("n0", "n3"):
        assert together.spikes[name].any()
        np.testing.assert_array_equal(together.spikes[name], np.concatenate([trace.spikes[name] for trace in alone]))


def test_a_program_keeps_distances(tmp_path: Path) -> None:
    _, graph = read(tmp_path / "ring.nir", ring(3, 4, 2))
    assert max(block.distance for block in graph.blocks) == 3
    again = read_graph(*graph_document(graph))
    assert [block.distance for block in again.blocks] == [block.distance for block in graph.blocks]
    again.validate("read")


def test_fixed_neurons_cannot_wait(tmp_path: Path) -> None:
    reading, _ = read(tmp_path / "ring.nir", ring(3, 3))
    message = r"feedback: found loops of several synapses.*3 steps of the chip.*n0 > n1 > n2 > n0 needs an initiation interval of 3: drop n2>n0"
    with pytest.raises(CompileError, match=rf"(?s){message}"):
        reading.imported.pipeline(load_profile("loihi1")).run()


def test_a_delay_that_no_interval_can_take_is_refused(tmp_path: Path) -> None:
    network = ring(3, 3)
    network["nodes"]["wait"] = {"type": "Delay", "delay": np.full(SIZE, 2000.0)}
    edges = [edge for edge in network["edges"] if edge != ("input>n0", "n0")]
    network["edges"] = [*edges, ("input>n0", "wait"), ("wait", "n0")]
    with pytest.raises(
        ImportFileError, match="node 'n0': a delay of 2,000 steps in a network with a loop over several"
    ):
        read(tmp_path / "late.nir", network)
