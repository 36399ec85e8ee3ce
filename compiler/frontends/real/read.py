"""A network of real values -> its integers, its run in floating point, and an account of how each part got there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from litesnn.compiler.frontends.real.discretize import reset_kind, spikes_at
from litesnn.compiler.frontends.real.float_run import FloatNetwork
from litesnn.compiler.frontends.real.levels import Timing, time_layers
from litesnn.compiler.frontends.real.lower import Lowered, lower
from litesnn.compiler.frontends.real.network import RealNetwork, TimeStep
from litesnn.compiler.frontends.real.nodes import Conv2d, Linear, Neuron, Node, Shape
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.reference import Question, RealReference
from litesnn.compiler.frontends.real.wired import Wiring
from litesnn.compiler.frontends.real.wiring import wire
from litesnn.compiler.graph import FidelityLabel, Graph, Membranes, Source
from litesnn.compiler.graph.kinds.registers import Decay
from litesnn.compiler.origin import Layer, SourceFile


@dataclass(frozen=True)
class File:
    """The file that a network stands in: its format and suffix, its own bytes, and what else the report keeps of it.

    `name` is the network's.
    """

    name: str
    format: str
    suffix: str
    document: bytes
    record: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class RealReading:
    """What reading found out, before and after the integers.

    `wiring` and `timing` are those of the network's nodes, `step` its time step; `imported` the integers.
    """

    graph: RealNetwork
    wiring: Wiring
    timing: Timing
    step: TimeStep
    imported: SourceFile
    float_network: FloatNetwork


def read_real(
    network: RealNetwork,
    shapes: Mapping[str, Shape],
    step: TimeStep,
    options: RealOptions,
    file: File,
    *,
    assumed: Sequence[FidelityLabel] = (),
    questions: Sequence[Question] = (),
    integers: Graph | None = None,
) -> RealReading:
    """Wire, time, quantize and lower a network.

    Parameters
    ----------
    shapes : what every node sends, as `infer_shapes` finds it
    assumed, questions : what the file does not say, and which of it has another answer that can be run
    integers : the graph of integers, where the file keeps it; then nothing is lowered

    Raises
    ------
    ImportFileError
        For what the chip cannot compute: node, what stood there, what is allowed.
    """
    wiring = wire(network, shapes, step.dt)
    timing = time_layers(network, wiring)
    floats = FloatNetwork(graph=network, shapes=shapes, feedback=timing.feedback, dt=step.dt, options=options)
    if integers is not None:
        # An exported file counts each layer's steps from its arrival, whatever its delays were before.
        arrivals = {population.name: population.arrival or 0 for population in integers.populations}
        lowered, questions, timing = Lowered(integers, {}), (), replace(timing, levels={**timing.levels, **arrivals})
    else:
        lowered = lower(network, shapes, wiring, timing, step.dt, options)
        lowered = replace(lowered, graph=lowered.graph.labelled(*assumed))
    taken = {
        "dt": step.dt,
        "dt_origin": step.origin,
        "decay_rule": options.decay_rule,
        "framework": options.framework,
        **_taken_by_neurons(network, options),
    }
    imported = SourceFile(
        graph=lowered.graph,
        float_reference=RealReference(floats, timing, wiring.output, questions),
        name=file.name,
        source_format=file.format,
        document=file.document,
        suffix=file.suffix,
        layers=_layers(network, wiring, lowered, step),
        input_note=_input_note(lowered.graph.sources[0], lowered.graph.timesteps),
        record={**file.record, **taken},
        clamp_delays=options.clamp_delays,
    )
    return RealReading(graph=network, wiring=wiring, timing=timing, step=step, imported=imported, float_network=floats)


def _layers(graph: RealNetwork, wiring: Wiring, lowered: Lowered, step: TimeStep) -> tuple[Layer, ...]:
    populations = {population.name for population in lowered.graph.populations}
    rows = []
    for name, node in graph.nodes.items():
        own = name if name in populations else None
        rows.append(Layer(name, node.type, own, _note(node, wiring, lowered, step)))
    return tuple(rows)


def _note(node: Node, wiring: Wiring, lowered: Lowered, step: TimeStep) -> str:
    if node.name in wiring.unread:
        return "not between Input and Output; left out"
    if isinstance(node, Neuron) and node.name in lowered.graph:
        population = lowered.graph[node.name]
        assert isinstance(population, Membranes)
        return f"dt {step.dt:g} ({step.origin}), du {_shown(population.du)}, dv {_shown(population.dv)}"
    if isinstance(node, (Linear, Conv2d)):
        row = lowered.weights.get(node.name)
        if row is None:
            return "codes of the exported program" if not lowered.weights else "folded into the next weights"
        clipped = f", {row.clipped} clipped" if row.clipped else ""
        return f"{row.bits} bits, step {row.step}{clipped}"
    return ""


def _shown(decay: Decay) -> str:
    return str(decay) if isinstance(decay, int) else f"{decay.min()}..{decay.max()}"


def _taken_by_neurons(graph: RealNetwork, options: RealOptions) -> dict[str, Any]:
    """Reset and comparison of the spiking nodes: one word where all agree, else by node."""
    neurons = [n for n in graph.nodes.values() if isinstance(n, Neuron) and n.spikes]
    found: dict[str, dict[str, Any]] = {
        "reset": {node.name: reset_kind(graph, node, options) for node in neurons},
        "spike_at": {node.name: spikes_at(graph, node, options) for node in neurons},
    }
    return {
        key: next(iter(values.values())) if len(set(values.values())) == 1 else values
        for key, values in found.items()
        if values
    }


def _input_note(source: Source, timesteps: int) -> str:
    if source.message_bits:
        return (
            f"integers {source.minimum}..{source.maximum}, (N, C, H, W) = (N, {', '.join(map(str, source.shape))}), held for "
            f"{timesteps} steps, or (N, T, C, H, W)"
        )
    return f"spikes 0/1, (N, T, C, H, W) = (N, {timesteps}, {', '.join(map(str, source.shape))})"
