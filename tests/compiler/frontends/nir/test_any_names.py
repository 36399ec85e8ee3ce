"""Names are for people: whatever the nodes of a file are called, the network becomes the same program, its names apart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nir_files as files
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.weight_options import WeightBits
from litesnn.compiler.mapping import mapping_document
from litesnn.compiler.origin.formats import read_network
from litesnn.compiler.profile import load_profile
from litesnn.compiler.program import Program
from litesnn.compiler.program.documents import graph_document
from litesnn.jobs.compilation import Compilation
from litesnn.jobs.compile import import_network

NODES = ("input", "w1", "first", "w2", "left", "w3", "right", "w4", "w5", "w6", "last", "output")
EDGES = (
    ("input", "w1"), ("w1", "first"), ("first", "w2"), ("w2", "left"), ("first", "w3"), ("w3", "right"),
    ("left", "w4"), ("w4", "last"), ("right", "w5"), ("w5", "last"), ("first", "w6"), ("w6", "last"), ("last", "output"),
)  # fmt: skip
LOOP = (("last", "back"), ("back", "last"))
# HDF5: neither empty nor '.', without '/' and NUL; UTF-8. Some look like what passes call their parts.
NAMES = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=12)
    | st.lists(st.sampled_from(["first", "left", ".relay2", ".hi", ":", "+", "-", ".max", ".edge0", "bias", "output"]), min_size=1, max_size=4).map("".join)
).filter(lambda name: name != ".")  # fmt: skip


def write(path: Path, names: tuple[str, ...], loop: bool) -> Path:
    """A network with a skip, branches, weights of both signs and more than a byte; with a loop and a bias, if asked."""
    rng = np.random.default_rng(5)
    called = dict(zip((*NODES, "back"), names, strict=True))
    weights = [rng.integers(-3, 4, (3, n)) + np.eye(3, n, dtype=int) for n in (4, 3, 3, 3, 3, 3, 3)]
    weights[5][0, 0] = 1000
    nodes = {"input": files.port("Input", 4), "output": files.port("Output", 3)}
    nodes |= {
        name: files.lif_node(3, decay=0.5 if name == "left" else 0.75) for name in ("first", "left", "right", "last")
    }
    linear = ("w1", "w2", "w3", "w4", "w5", "w6", *(["back"] if loop else []))
    bias = {"w3": np.array([0.5, -1.0, 2.0])} if loop else {}
    nodes |= {name: files.linear(weight, bias.get(name)) for name, weight in zip(linear, weights, strict=False)}
    edges = [(called[a], called[b]) for a, b in (*EDGES, *(LOOP if loop else ()))]
    return files.write_nir(path, {called[name]: node for name, node in nodes.items()}, edges, dt=np.array(1e-4))


def compiled(path: Path, names: tuple[str, ...], loop: bool) -> Compilation:
    profile = load_profile("loihi2", overrides={} if loop else {"delay_max": "0"})
    options = RealOptions(timesteps=3, bits=WeightBits(default=12))
    np.save(path.with_suffix(".npy"), np.random.default_rng(0).integers(0, 2, (4, 3, 4, 1, 1)))
    found = read_network(write(path, names, loop), options=options)
    return import_network(found, profile, input_path=path.with_suffix(".npy"), lava_samples=0)


def figures(found: Any) -> Any:
    """A document without its texts and keys: what is left must be the same whatever the names."""
    if isinstance(found, dict):
        return [figures(value) for value in found.values()]
    if isinstance(found, (list, tuple)):
        return [figures(value) for value in found]
    return None if isinstance(found, str) else found


def facts(result: Compilation) -> list[Any]:
    """A program up to names: wiring by position, weights, cores, report, what was compared."""
    graph, mapping = result.program.graph, result.program.mapping
    assert mapping is not None
    position = {population.name: i for i, population in enumerate(graph.populations)}
    wiring = [(position[block.source], position[block.target], block.whole == block.name) for block in graph.blocks]
    weights = [array.tolist() for block in graph.blocks for array in block.geometry.arrays().values()]
    cores = [[position[part.population] for part in core.slices] for core in mapping.cores]
    report = {key: value for key, value in result.program.report.model_dump(mode="json").items() if key != "schedule"}
    documents = (
        graph_document(graph)[0],
        mapping_document(mapping),
        report,
        result.verification and result.verification.document().plain(),
    )
    return [wiring, weights, cores, *map(figures, documents)]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, list[Any]]:
    folder = tmp_path_factory.mktemp("plain")
    return {loop: facts(compiled(folder / "net.nir", (*NODES, "back"), loop)) for loop in (False, True)}


@pytest.mark.parametrize("loop", [False, True])
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAMES, min_size=len(NODES) + 1, max_size=len(NODES) + 1, unique=True))
@example(
    names=[
        "bias",
        "w1+",
        "enc.relay",
        "w1-",
        "enc.hi",
        "w1.hi",
        "enc.relay2",
        "a:b",
        "a",
        "b",
        "\x1b[1m\n",
        "x" * 20_000,
        "é \u202e",
    ]
)
def test_any_names_give_the_same_program(
    tmp_path: Path, plain: dict[bool, list[Any]], loop: bool, names: list[str]
) -> None:
    result = compiled(tmp_path / "net.nir", tuple(names), loop)
    assert json.dumps(facts(result)) == json.dumps(plain[loop])
    result.program.save(tmp_path / "program")
    again = Program.load(tmp_path / "program").graph
    assert graph_document(again)[0] == graph_document(result.program.graph)[0]
    assert [p.name for p in again.populations if p.name in names] == [
        names[NODES.index(n)] for n in ("input", "first", "left", "right", "last")
    ]


def test_the_network_has_what_names_used_to_say(tmp_path: Path) -> None:
    streamed, looped = (compiled(tmp_path / "net.nir", (*NODES, "back"), loop).program.graph for loop in (False, True))
    assert streamed.schedule is not None
    assert streamed.schedule.relays
    assert {block.byte for block in streamed.blocks} == {0, 1}
    assert "bias" in looped.network
    assert looped.isolated


@pytest.mark.parametrize("name", ["enc_hidden", "enc.hidden", "layer.hi"])
def test_the_weights_of_a_node_count_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    nodes = {"input": files.port("Input", 4), "w": files.linear(np.arange(1, 13).reshape(3, 4) / 12), name: files.lif_node(3), "output": files.port("Output", 3)}  # fmt: skip
    result = import_network(
        files.write_nir(tmp_path / "n.nir", nodes, files.chain(nodes), dt=np.array(1e-4)), simulate=False
    )
    assert (result.program.report.network.weights, result.program.report.network.kept_weights) == (12, 12)


def test_weights_whose_lowest_byte_is_zero_are_kept_weights(tmp_path: Path) -> None:
    """Two kept weights of three: of 512 all bits stand in the second byte."""
    nodes = {"input": files.port("Input", 3), "w": files.linear([[512, 1, 0]]), "n": files.lif_node(1), "output": files.port("Output", 1)}  # fmt: skip
    path = files.write_nir(tmp_path / "n.nir", nodes, files.chain(nodes), dt=np.array(1e-4))
    result = import_network(read_network(path, options=RealOptions(bits=WeightBits(default=12))), simulate=False)
    assert result.program.report.network.kept_weights == 2


def test_a_node_of_a_subgraph_may_be_called_as_one_beside_it(tmp_path: Path) -> None:
    """Opened graphs give their nodes names with dots, which a node may have already."""
    inner = {"in": files.port("Input", 2), "n": files.lif_node(2), "out": files.port("Output", 2)}
    graph = files.nir_tree(inner, files.chain(inner))["node"]
    outer = {"input": files.port("Input", 2), "w": files.linear(np.eye(2)), "sub": graph, "v": files.linear(np.eye(2)), "sub.n": files.lif_node(2), "output": files.port("Output", 2)}  # fmt: skip
    path = files.write_nir(tmp_path / "n.nir", outer, files.chain(outer), dt=np.array(1e-4))
    found = import_network(path, simulate=False).program.graph
    assert [population.name for population in found.populations] == ["input", "sub.n_", "sub.n"]


def test_what_hdf5_cannot_hold_is_exported_under_another_name(tmp_path: Path) -> None:
    from litesnn.compiler.export.nir.write import export_nir
    from litesnn.compiler.frontends.nir.document import read_document
    from litesnn.compiler.frontends.nir.own import exported_graph

    graph = compiled(tmp_path / "net.nir", (*NODES, "back"), False).program.graph
    names = {"input": "", "first": "a/b", "left": "a_b", "right": ".", "last": "n\0"}
    called = lambda name: name and names.get(name, name)  # noqa: E731
    populations = [replace(p, name=called(p.name)) for p in graph.populations]
    populations = [replace(p, stands_for=called(p.stands_for)) if hasattr(p, "stands_for") else p for p in populations]
    blocks = [replace(b, source=called(b.source), target=called(b.target)) for b in graph.blocks]
    renamed = replace(graph.rebuild(populations, blocks), ranges=())
    (tmp_path / "export.nir").write_bytes(export_nir(renamed))
    read = read_document(tmp_path / "export.nir")
    assert {"_", "a_b", "a_b_", "__", "n_"} <= set(read.nodes)
    back = exported_graph(read)
    assert back is not None
    assert graph_document(back)[0] == graph_document(renamed)[0]
