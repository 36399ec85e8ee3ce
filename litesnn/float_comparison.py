"""What quantization costs: the chip's integers beside a floating-point run of the same NIR file, layer by layer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.imported import Imported
from litesnn.compiler.frontends.nir.float_run import FloatTrace
from litesnn.compiler.frontends.nir.read import NirNetwork
from litesnn.compiler.graph import Graph
from litesnn.runtime.exact import simulate
from litesnn.runtime.trace import Trace

Floats = npt.NDArray[np.float64]
OTHERWISE_SAMPLES = 16  # that are run under the other answer to an assumption


def compared(network: NirNetwork, graph: Graph, inputs: npt.NDArray[np.int16], origin: str) -> Imported:
    """The imported network with the comparison in its record, under `comparison`.

    Parameters
    ----------
    graph : the compiled graph of the network
    inputs : (N, T, C, H, W) spikes or (N, C, H, W) integers, held
    origin : where the inputs are from, in words
    """
    names = [p.name for p in graph.membranes if p.sends == "spikes" and p.name in network.graph.nodes]
    trace = simulate(graph, inputs, record=names)
    document = compare_traces(network, graph, inputs, trace)
    return replace(network.imported, record={**network.imported.record, "comparison": {"inputs": origin, **document}})


def _otherwise(
    network: NirNetwork, inputs: npt.NDArray[np.int16], steps: int, floats: FloatTrace
) -> list[dict[str, Any]]:
    """What the float run would give under the other answers to what was assumed: the only witness against an assumption."""
    few = inputs[:OTHERWISE_SAMPLES]
    nodes = [n for n in network.float_network.neurons if network.spikes(n)]
    rows = []
    for question in network.questions:
        other = network.float_network.otherwise(question.options).run(few, steps)
        differing = sum(int((other.sent[n] != floats.sent[n][: len(few), :steps]).sum()) for n in nodes)
        rows.append(
            {
                "step": question.step,
                "taken": question.taken,
                "instead": question.instead,
                "option": question.option,
                "samples": len(few),
                "differing_spikes": differing,
                "float_spikes": sum(int(floats.sent[n][: len(few), :steps].sum()) for n in nodes),
            }
        )
    return rows


def compare_traces(network: NirNetwork, graph: Graph, inputs: npt.NDArray[np.int16], trace: Trace) -> dict[str, Any]:
    """Per layer the spikes of the float run and of the chip, and how often the two name the same class.

    A layer whose input comes late (through a Delay) is compared over the same steps of the network: the chip's window begins
    when its first input can arrive.
    """
    steps = inputs.shape[1] if inputs.ndim == 5 else graph.timesteps
    windows = {name: _window(network, graph, name) for name in network.float_network.read_out if name in graph.network}
    floats = network.float_network.run(inputs, steps, max(windows.values(), default=0))
    rows = []
    for name, first in windows.items():
        if name in trace.spikes:
            sent = floats.sent[name][:, first : first + steps].reshape(trace.spikes[name].shape)
            rows.append(_row(name, sent, trace.spikes[name]))
    expected = _scores(network, floats.sent[graph.output.name], windows[graph.output.name], steps)
    return {
        "samples": len(inputs),
        "steps": steps,
        "layers": rows,
        **_same_class(expected, trace),
        "otherwise": _otherwise(network, inputs, steps, floats),
    }


def _same_class(scores: Floats, trace: Trace) -> dict[str, Any]:
    """How often both name the same class, of the samples in which at least one names a class: scores that all tie name none."""
    chip = trace.readout.reshape(len(scores), -1)
    naming = (scores != scores[:, :1]).any(axis=1) | (chip != chip[:, :1]).any(axis=1)
    same = np.argmax(scores, axis=1) == trace.predictions
    return {
        "classified": int(naming.sum()),
        "same_class": float(same[naming].mean()) if naming.any() else None,
    }


def _window(network: NirNetwork, graph: Graph, name: str) -> int:
    arrival = graph[name].arrival
    return network.timing.shift(arrival, name) if graph.isolated and arrival is not None else 0


def _row(name: str, floats: Floats, chip: npt.NDArray[np.integer[Any]]) -> dict[str, Any]:
    expected, found = int(floats.sum()), int(chip.sum())
    return {
        "population": name,
        "float_spikes": expected,
        "chip_spikes": found,
        "count_error": abs(found - expected) / max(expected, 1) if expected or found else None,
        "differing": float((floats != chip).mean()),
    }


def _scores(network: NirNetwork, sent: Floats, first: int, steps: int) -> Floats:
    """(N, classes) as the chip's host reads them: counted spikes, an integrator's last value, or a linear output's sum."""
    window = sent[:, first : first + steps].reshape(len(sent), steps, -1)
    output = network.wiring.output
    integrator = output in network.float_network.neurons and not network.spikes(output)
    scores: Floats = window[:, -1] if integrator else window.sum(axis=1)
    return scores
