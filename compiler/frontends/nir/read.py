"""`.nir` -> `SourceFile`: one line per stage. Files that LiteSNN exported are read back to the graph they were made from."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from litesnn.compiler.frontends.nir.assumed import assumption_labels, open_questions
from litesnn.compiler.frontends.nir.document import NirGraph, read_document
from litesnn.compiler.frontends.nir.float_run import FloatNetwork
from litesnn.compiler.frontends.nir.levels import Timing, time_layers
from litesnn.compiler.frontends.nir.lower import Lowered, lower
from litesnn.compiler.frontends.nir.nodes import Conv2d, Linear, Neuron, Node
from litesnn.compiler.frontends.nir.options import NirOptions
from litesnn.compiler.frontends.nir.own import exported_graph
from litesnn.compiler.frontends.nir.reference import RealReference
from litesnn.compiler.frontends.nir.shapes import infer_shapes
from litesnn.compiler.frontends.nir.time_step import TimeStep, time_step
from litesnn.compiler.frontends.nir.wiring import Wiring, wire
from litesnn.compiler.graph import Membranes, Source
from litesnn.compiler.origin import Layer, SourceFile


@dataclass(frozen=True, eq=False)
class NirNetwork:
    """What reading a file found out, before and after its integers: what the float run and the comparison need.

    `wiring` and `timing` are those of the file's nodes, `step` its time step; `imported` the integers.
    """

    graph: NirGraph
    wiring: Wiring
    timing: Timing
    step: TimeStep
    imported: SourceFile
    float_network: FloatNetwork


def read_nir(path: str | os.PathLike[str], options: NirOptions | None = None) -> SourceFile:
    """Read a `.nir` file as a graph of integers.

    Raises
    ------
    ImportFileError
        For a file that is broken, hostile, or holds what the chip cannot compute: file, node, what stood there, what is allowed.
    """
    return read_network(path, options).imported


def read_network(path: str | os.PathLike[str], options: NirOptions | None = None) -> NirNetwork:
    """`read_nir`, with everything that a comparison against a floating-point run of the same file needs."""
    chosen = options or NirOptions()
    graph = read_document(Path(path))
    shapes = infer_shapes(graph, chosen.input_shape)
    step = time_step(graph, chosen)
    wiring = wire(graph, shapes, step.dt)
    timing = time_layers(graph, wiring)
    floats = FloatNetwork(graph, shapes, timing.feedback, step.dt, chosen)
    exported = exported_graph(graph)
    if exported is not None:
        lowered, questions = Lowered(exported, {}), []
    else:
        lowered = lower(graph, shapes, wiring, timing, step.dt, chosen)
        labels = assumption_labels(graph, chosen, step)
        lowered = replace(lowered, graph=lowered.graph.labelled(*labels))
        questions = open_questions(graph, chosen)
    imported = SourceFile(
        graph=lowered.graph,
        float_reference=RealReference(floats, timing, wiring.output, questions),
        name=Path(path).stem,
        source_format="nir",
        document=graph.document,
        suffix=".nir",
        layers=_layers(graph, wiring, lowered, step),
        input_note=_input_note(lowered.graph.sources[0], lowered.graph.timesteps),
        record={
            "nir_version": graph.version,
            "dt": step.dt,
            "dt_origin": step.origin,
            "decay_rule": chosen.decay_rule,
            "spike_at": bool(chosen.spike_at),
        },
    )
    return NirNetwork(graph, wiring, timing, step, imported, floats)


def _layers(graph: NirGraph, wiring: Wiring, lowered: Lowered, step: TimeStep) -> tuple[Layer, ...]:
    populations = {population.name for population in lowered.graph.populations}
    rows = []
    for name, node in graph.nodes.items():
        own = name if name in populations else None
        rows.append(Layer(name, node.type, own, _note(node, wiring, lowered, step)))
    return tuple(rows)


def _note(node: Node, wiring: Wiring, lowered: Lowered, step: TimeStep) -> str:
    if node.name in wiring.unread:
        return "not between Input and Output; left out"
    if isinstance(node, Neuron) and node.name in lowered.graph.network:
        population = lowered.graph[node.name]
        assert isinstance(population, Membranes)
        return f"dt {step.dt:g} ({step.origin}), du {population.du}, dv {population.dv}"
    if isinstance(node, (Linear, Conv2d)):
        row = lowered.weights.get(node.name)
        if row is None:
            return "codes of the exported program" if not lowered.weights else "folded into the next weights"
        clipped = f", {row.clipped} clipped" if row.clipped else ""
        return f"{row.bits} bits, step {row.step:.4g}{clipped}"
    return ""


def _input_note(source: Source, timesteps: int) -> str:
    if source.message_bits:
        return (
            f"integers {source.minimum}..{source.maximum}, (N, C, H, W) = (N, {', '.join(map(str, source.shape))}), held for "
            f"{timesteps} steps, or (N, T, C, H, W)"
        )
    return f"spikes 0/1, (N, T, C, H, W) = (N, {timesteps}, {', '.join(map(str, source.shape))})"
