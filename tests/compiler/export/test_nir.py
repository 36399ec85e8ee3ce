"""Program -> NIR -> program: the same integers; and the file's nodes, run in floating point, give the program's spikes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import nir_files as files
import numpy as np
import pytest
from naive_simulator import simulate_naively
from random_networks import random_input, random_trained_genotype
from small_graphs import graph as small_graph
from small_graphs import neurons, one_to_one, readout, source

from litesnn.base.errors import ExportError, ImportFileError
from litesnn.compiler.export.nir import export_nir
from litesnn.compiler.frontends.nir.read import read_network, read_nir
from litesnn.compiler.frontends.real.options import InputCoding, RealOptions, ValueRange
from litesnn.compiler.graph import Graph, SigmaDelta
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile
from litesnn.compiler.program.documents import graph_document
from litesnn.runtime.exact import simulate

DATA = Path(__file__).parents[2] / "data" / "nir"


def same(first: Graph, second: Graph) -> None:
    """Equal part by part: every population, block, label and range, every array and its type."""
    document, tensors = graph_document(first)
    other, arrays = graph_document(second)
    assert document == other
    assert tensors.keys() == arrays.keys()
    for name, values in tensors.items():
        assert values.dtype == arrays[name].dtype
        np.testing.assert_array_equal(values, arrays[name], err_msg=name)


@pytest.mark.parametrize("profile", ["loihi1", "loihi2"])
@pytest.mark.parametrize(
    ("seed", "choices"),
    [*((seed, {}) for seed in range(5)), (2, {"ops": ("depthwise3x3", "skip"), "encoding": "spikes"})],
)
def test_programs_come_back_and_their_nodes_give_their_spikes(
    seed: int, choices: dict[str, object], profile: str, tmp_path: Path
) -> None:
    loaded = random_trained_genotype(seed, **choices)
    graph = compile_graph(loaded, load_profile(profile))
    path = tmp_path / "program.nir"
    path.write_bytes(export_nir(graph))
    (port,) = graph.sources
    if choices:
        assert any(block.geometry.kind == "depthwise" for block in graph.blocks)
    coding = InputCoding("direct", ValueRange(port.minimum, port.maximum)) if port.message_bits else InputCoding()
    read = read_network(path, RealOptions(input=coding))
    same(graph, read.imported.graph)
    same(graph, read.imported.pipeline(load_profile(profile)).run())
    inputs = random_input(loaded, 3, seed)
    names = [population.name for population in graph.membranes if population.name != "readout"]
    trace = simulate(graph, inputs, record=names)
    sent = read.float_network.run(inputs, graph.timesteps).sent
    for name in names:
        np.testing.assert_array_equal(sent[name].reshape(trace.spikes[name].shape), trace.spikes[name], err_msg=name)


@pytest.mark.parametrize("name", ["snntorch_rleaky", "snntorch_synaptic", "sinabs_conv"])
def test_imported_networks_come_back_with_loops_and_current_memory(name: str, tmp_path: Path) -> None:
    graph = read_nir(DATA / f"{name}.nir").pipeline(load_profile("loihi2")).run()
    path = tmp_path / "again.nir"
    path.write_bytes(export_nir(graph))
    read = read_network(path)
    same(graph, read.imported.graph)
    inputs = (np.random.default_rng(0).random((4, graph.timesteps, *graph.sources[0].shape)) < 0.4).astype(np.int16)
    found = simulate_naively(graph, inputs).spikes
    layers = [p.name for p in graph.membranes if p.name in read.float_network.neurons]
    sent = read.float_network.run(inputs, graph.timesteps).sent
    differing = [(found[n].reshape(sent[n].shape) != sent[n]).mean() for n in layers]
    assert max(differing) < 0.04


def test_feedback_of_a_genotype_is_refused_by_its_place() -> None:
    graph = compile_graph(random_trained_genotype(1, feedback=1, size=4), load_profile("loihi2"))
    with pytest.raises(ExportError, match=r"cells\[\d\]\.backward\[0\]: found feedback from"):
        export_nir(graph)


def test_exporting_twice_gives_the_same_bytes() -> None:
    graph = compile_graph(random_trained_genotype(1), load_profile("loihi2"))
    assert export_nir(graph) == export_nir(graph)


def test_metadata_say_what_nir_cannot(tmp_path: Path) -> None:
    graph = compile_graph(random_trained_genotype(2), load_profile("loihi2"))
    path = tmp_path / "program.nir"
    path.write_bytes(export_nir(graph, dt=1e-3))
    with h5py.File(path) as file:
        found = file["node/metadata"]
        assert (found["reset"][()], found["dt"][()], found["timesteps"][()]) == (b"zero", 1e-3, graph.timesteps)
        for name, node in file["node/nodes"].items():
            if "weight" in node:
                blocks = {block.name: block for block in graph.blocks}
                for i, part in enumerate(node["metadata/blocks"].asstr()[:]):
                    block = blocks[part]
                    assert block.format is not None
                    assert node["metadata/delay"][i] == block.delay, name
                    assert node["metadata/num_weight_bits"][i] == block.format.num_weight_bits
                    assert node["metadata/sign_mode"].asstr()[i] == block.format.sign_mode


def test_a_changed_file_is_read_by_its_nodes(tmp_path: Path) -> None:
    graph = read_nir(DATA / "snntorch_dense.nir").pipeline(load_profile("loihi2")).run()
    path = tmp_path / "changed.nir"
    path.write_bytes(export_nir(graph))
    with h5py.File(path, "r+") as file:
        weight = next(node["weight"] for node in file["node/nodes"].values() if "weight" in node)
        weight[0, 0] += 1
    read = read_nir(path).graph
    assert "weights to integers" in {label.step for label in read.labels}
    assert all(block.format is None for block in read.blocks)


def test_broken_metadata_of_an_export_are_refused(tmp_path: Path) -> None:
    graph = read_nir(DATA / "snntorch_dense.nir").pipeline(load_profile("loihi2")).run()
    path = tmp_path / "broken.nir"
    for key, value in (("litesnn_graph", "{}"), ("litesnn_graph", "["), ("litesnn_version", "9")):
        path.write_bytes(export_nir(graph))
        with h5py.File(path, "r+") as file:
            del file[f"node/metadata/{key}"]
            file["node/metadata"].create_dataset(key, data=value, dtype=h5py.string_dtype())
        with pytest.raises(ImportFileError, match="broken.nir"):
            read_nir(path)


def with_output(population: Any) -> Graph:
    return small_graph([source(2), population, readout(2)], [one_to_one("input", population.name, 2)])


def test_what_nir_cannot_say_is_refused() -> None:
    zeros = np.zeros(2, np.int64)
    fields: dict[str, Any] = {"vth": zeros, "bias_mant": zeros, "bias_exp": zeros}
    with pytest.raises(ExportError, match="found sigma_delta, which NIR has nothing for; it has: lif"):
        export_nir(with_output(SigmaDelta("sd", (2, 1, 1), (0, 1), 2, "sd", **fields)))
    alone = neurons("alone", 2, bias_mant=np.ones(2, np.int64), dv=0)
    with pytest.raises(ExportError, match="without leak"):
        export_nir(small_graph([source(2), alone, readout(2)], []))
    with pytest.raises(ExportError, match="dt"):
        export_nir(with_output(neurons("n", 2)), dt=0.0)


def test_delays_and_feedback_of_a_networks_own_time_are_nodes(tmp_path: Path) -> None:
    nodes = {
        "input": files.port("Input", 3),
        "w": files.linear(np.eye(3) * 2),
        "wait": {"type": "Delay", "delay": np.full(3, 2.0)},
        "lif": files.if_node((3,)),
        "rec": files.linear(np.ones((3, 3)) - np.eye(3)),
        "output": files.port("Output", 3),
    }
    edges = [
        ("input", "w"),
        ("w", "wait"),
        ("wait", "lif"),
        ("lif", "rec"),
        ("rec", "lif"),
        ("w", "lif"),
        ("lif", "output"),
    ]
    graph = read_nir(files.write_nir(tmp_path / "a.nir", nodes, edges)).pipeline(load_profile("loihi2")).run()
    again = tmp_path / "b.nir"
    again.write_bytes(export_nir(graph))
    read = read_network(again)
    same(graph, read.imported.graph)
    assert sorted(c.delay for layer in read.wiring.layers for c in layer.incoming) == [0, 0, 2]
    assert read.timing.feedback == {("lif", "lif")}
