"""What quantization costs: the chip's integers beside a floating-point run of the same network, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph
from litesnn.compiler.origin import Origin
from litesnn.compiler.origin.float_reference import FloatReference, Floats
from litesnn.jobs.samples import Samples
from litesnn.runtime.trace import Trace

COMPARED_SAMPLES = 64
OTHERWISE_SAMPLES = 16  # that are run under the other answer to an assumption


def compared(origin: Origin, graph: Graph, samples: Samples) -> Origin:
    """The origin with the comparison in its record, under `comparison`; as it is where it has no run in floating point.

    Parameters
    ----------
    graph : its compiled graph
    samples : the first `COMPARED_SAMPLES` of them are run
    """
    reference = origin.float_reference
    if reference is None:
        return origin
    from litesnn.runtime.exact import simulate

    inputs = samples.inputs[:COMPARED_SAMPLES]
    names = [p.name for p in graph.membranes if p.sends == "spikes" and p.name in reference.layers]
    document = compare_traces(reference, graph, inputs, simulate(graph, inputs, record=names, progress=False))
    return origin.recording(comparison={"inputs": samples.origin, **document})


def _otherwise(
    reference: FloatReference, inputs: npt.NDArray[np.int16], steps: int, floats: Mapping[str, Floats]
) -> list[dict[str, Any]]:
    """What the float run would give under the other answers to what was assumed: the only witness against an assumption."""
    few = inputs[:OTHERWISE_SAMPLES]
    rows = []
    for question in reference.otherwise():
        other = question.network.run(few, steps)
        sent = {name: floats[name][: len(few), :steps] for name in reference.spiking}
        rows.append(
            {
                "step": question.step,
                "taken": question.taken,
                "instead": question.instead,
                "option": question.option,
                "samples": len(few),
                "differing_spikes": sum(int((other[name] != values).sum()) for name, values in sent.items()),
                "float_spikes": sum(int(values.sum()) for values in sent.values()),
            }
        )
    return rows


def compare_traces(
    reference: FloatReference, graph: Graph, inputs: npt.NDArray[np.int16], trace: Trace
) -> dict[str, Any]:
    """Per layer the spikes of the float run and of the chip, and how often the two name the same class.

    A layer whose input comes late (through a Delay) is compared over the same steps of the network: the chip's window begins
    when its first input can arrive.
    """
    steps = inputs.shape[1] if inputs.ndim == 5 else graph.timesteps
    windows = {name: _window(reference, graph, name) for name in reference.layers if name in graph.network}
    floats = reference.run(inputs, steps, max(windows.values(), default=0))
    rows = []
    for name, first in windows.items():
        if name in trace.spikes:
            sent = floats[name][:, first : first + steps].reshape(trace.spikes[name].shape)
            rows.append(_row(name, sent, trace.spikes[name]))
    expected = _scores(reference, floats[graph.output.name], windows[graph.output.name], steps)
    return {
        "samples": len(inputs),
        "steps": steps,
        "layers": rows,
        **_same_class(expected, trace),
        "otherwise": _otherwise(reference, inputs, steps, floats),
    }


def float_classes(reference: FloatReference, graph: Graph, inputs: npt.NDArray[np.int16]) -> npt.NDArray[np.int64]:
    """The class (N,) that the run in floating point names for each sample; `graph` is the compiled one."""
    steps = inputs.shape[1] if inputs.ndim == 5 else graph.timesteps
    first = _window(reference, graph, graph.output.name)
    found = [
        _scores(reference, reference.run(part, steps, first)[graph.output.name], first, steps).argmax(axis=1)
        for part in np.array_split(inputs, -(-len(inputs) // COMPARED_SAMPLES))
    ]
    return np.concatenate(found)


def _same_class(scores: Floats, trace: Trace) -> dict[str, Any]:
    """How often both name the same class, of the samples in which at least one names a class: scores that all tie name none."""
    chip = trace.readout.reshape(len(scores), -1)
    naming = (scores != scores[:, :1]).any(axis=1) | (chip != chip[:, :1]).any(axis=1)
    same = np.argmax(scores, axis=1) == trace.predictions
    return {
        "classified": int(naming.sum()),
        "same_class": float(same[naming].mean()) if naming.any() else None,
    }


def _window(reference: FloatReference, graph: Graph, name: str) -> int:
    arrival = graph[name].arrival
    return reference.first_step(arrival, name) if graph.isolated and arrival is not None else 0


def _row(name: str, floats: Floats, chip: npt.NDArray[np.integer[Any]]) -> dict[str, Any]:
    expected, found = int(floats.sum()), int(chip.sum())
    return {
        "population": name,
        "float_spikes": expected,
        "chip_spikes": found,
        "count_error": abs(found - expected) / max(expected, 1) if expected or found else None,
        "differing": float((floats != chip).mean()),
    }


def _scores(reference: FloatReference, sent: Floats, first: int, steps: int) -> Floats:
    """(N, classes) as the chip's host reads them: counted spikes, an integrator's last value, or a linear output's sum."""
    window = sent[:, first : first + steps].reshape(len(sent), steps, -1)
    scores: Floats = window[:, -1] if reference.output_integrates else window.sum(axis=1)
    return scores
