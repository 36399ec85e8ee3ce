"""Program -> `.nir`: nodes that other frameworks run, metadata that LiteSNN reads back to the same integers."""

from __future__ import annotations

import io
import json
from typing import Any

import h5py
import numpy as np
from safetensors.numpy import save

from litesnn.base.errors import ExportError
from litesnn.compiler.export import Exported
from litesnn.compiler.export.nir.constants import constant_input, constants
from litesnn.compiler.export.nir.neurons import neuron_node
from litesnn.compiler.export.nir.synapses import bundles, flat_layers, layer_nodes
from litesnn.compiler.frontends.bounded_hdf5 import Tree, Value
from litesnn.compiler.frontends.nir.document import graph_of_tree
from litesnn.compiler.frontends.nir.own import FORMAT, VERSION, digest
from litesnn.compiler.graph import WEIGHT_SHIFT, Graph, Names, Population, SynapseBlock
from litesnn.compiler.program import Program
from litesnn.compiler.program.documents import graph_document, packed

# The schema of NIR that the nodes follow: the version of the `nir` package that defined it.
NIR_VERSION = "1.0.8"
NOTES = (
    "weights and thresholds are the program's integers; other frameworks compute decays without truncation",
    "how neurons reset, and whether they spike at the threshold, stands in the metadata; all states are zero when a sample begins",
    "nirtorch runs layers that several layers feed in an order that can leave inputs out; chains run as they should",
)
NAME_MAX = 8192  # characters: HDF5 holds 64 KiB
DT = 1e-4  # seconds; the time step that snnTorch's reader assumes


def export_nir(graph: Graph, dt: float = DT) -> bytes:
    """The bytes of a `.nir` file; the same graph gives the same bytes.

    Raises
    ------
    ExportError
        If the graph holds what NIR cannot say: sigma-delta neurons, several inputs, biases of unconnected neurons without leak; and
        for feedback edges of a genotype, whose step NIR leaves to the framework.
    """
    if not 0 < dt < float("inf"):
        raise ExportError(f"dt: found {dt:g}; allowed: a positive time in seconds")
    if len(graph.sources) != 1:
        raise ExportError(f"found {len(graph.sources)} inputs; NIR files that other frameworks read have one")
    for block in graph.blocks:
        if block.distance:
            raise ExportError(
                f"{block.place}: found feedback from '{block.source}' to '{block.target}'; allowed: forward edges only, since NIR "
                "does not say in which step spikes that go back arrive"
            )
    nodes, edges = _network(graph, dt)
    root: Tree = {"type": "NIRGraph", "nodes": nodes, "edges": np.array(edges, object)}
    tree: Tree = {"version": NIR_VERSION, "node": root}
    read = graph_of_tree("export", b"", tree)
    root["metadata"] = _metadata(graph, dt, digest(read.nodes, read.edges))
    return file_of_tree(tree)


def file_of_tree(tree: Tree) -> bytes:
    """The bytes of an HDF5 file with groups, arrays and texts, members by name; the same tree gives the same bytes."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        _write(file, tree)
    return buffer.getvalue()


def _network(graph: Graph, dt: float) -> tuple[Tree, list[tuple[str, str]]]:
    flat = flat_layers(graph)
    source = graph.sources[0]
    names = Names()
    own = {population.name: names.new(_allowed(population.name)) for population in graph.populations}
    nodes: Tree = {own[source.name]: {"type": "Input", "shape": np.array(source.shape)}}
    edges: list[tuple[str, str]] = []
    constant = constants(graph)
    for population in graph.membranes:
        if population.name in constant:
            continue
        shape = _shape(population, population.name in flat)
        incoming = graph.into(population.name)
        layers = bundles([block for block in incoming if block.source not in constant])
        arriving = constant_input(graph, [block for block in incoming if block.source in constant], population)
        register = population.bias / 2.0**WEIGHT_SHIFT
        # A register's bias goes in with the first layer of weights, as frameworks have it; through a current with memory it cannot.
        through = bool(layers) and not population.remembers_current
        bias = arriving + register if through else arriving
        if bias.any() and not layers:
            raise ExportError(f"'{population.name}': a constant input without a layer of weights; NIR cannot say it")
        for i, bundle in enumerate(layers):
            added = bias if i == 0 and bias.any() else None
            before = own[bundle[0].source]
            for wanted, node in (*_delays(graph, bundle[0], dt, flat), *layer_nodes(graph, bundle, flat, added)):
                name = names.new(_allowed(wanted))
                nodes[name] = node
                edges.append((before, name))
                before = name
            edges.append((before, own[population.name]))
        leak = np.zeros_like(register) if through else register
        nodes[own[population.name]] = neuron_node(population, shape, dt, leak)
    output = names.new("output")
    nodes[output] = {"type": "Output", "shape": np.array(_shape(graph.output, graph.output.name in flat))}
    edges.append((own[graph.output.name], output))
    return nodes, edges


def _delays(graph: Graph, block: SynapseBlock, dt: float, flat: set[str]) -> list[tuple[str, Tree]]:
    """A Delay node where a network of its own time has one: steps beyond those that layers are apart on the chip."""
    if not graph.isolated:
        return []
    source, target = graph[block.source], graph[block.target]
    late = (source.arrival or 0) + block.latency - (target.arrival or 0)
    steps = late - _leads_back(graph, block.source, block.target)
    if steps <= 0:
        return []
    return [
        (f"{block.name}.delay", {"type": "Delay", "delay": np.full(_shape(source, block.source in flat), steps * dt)})
    ]


def _leads_back(graph: Graph, source: str, target: str) -> bool:
    """Whether a block closes a loop: frameworks carry its spikes over to the next step."""
    order = [population.name for population in graph.populations]
    group = next(group for group in graph.components() if any(p.name == source for p in group))
    return any(p.name == target for p in group) and order.index(target) <= order.index(source)


def _shape(population: Population, flat: bool) -> tuple[int, ...]:
    return (population.size,) if flat else population.shape


def _allowed(name: str) -> str:
    """The name as HDF5 can hold it: neither empty nor '.', without '/' and NUL, and not too long."""
    plain = name.replace("/", "_").replace("\0", "_")[:NAME_MAX]
    return "_" if plain in ("", ".") else plain


def _metadata(graph: Graph, dt: float, found: str) -> Tree:
    document, tensors = graph_document(graph)
    stored = save(packed({name: tensors[name] for name in sorted(tensors)}))
    return {
        "dt": np.array(dt),
        "reset": "zero",
        "spike_condition": "above",
        "timesteps": np.array(graph.timesteps),
        "input_range": np.array([graph.sources[0].minimum, graph.sources[0].maximum]),
        "litesnn_format": FORMAT,
        "litesnn_version": str(VERSION),
        "litesnn_graph": json.dumps(document, sort_keys=True),
        "litesnn_tensors": np.frombuffer(stored, np.uint8),
        "litesnn_digest": found,
    }


def _write(group: h5py.Group, tree: Tree) -> None:
    for name in sorted(tree):
        value: Tree | Value | Any = tree[name]
        if isinstance(value, dict):
            _write(group.create_group(name), value)
        elif isinstance(value, str) or value.dtype == object:
            group.create_dataset(name, data=value, dtype=h5py.string_dtype())
        else:
            group.create_dataset(name, data=value)


def export_program(program: Program) -> Exported:
    """The file of a program, and what is to be said about it."""
    return Exported({f"{program.name}.nir": export_nir(program.graph)}, NOTES)
