"""From a plan to Lava processes: stock ones wherever Lava has them, ours for neurons that it does not have and for recording."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from lava.proc.io.source import RingBuffer
from lava.proc.sparse.process import DelaySparse, Sparse
from lava.utils.weightutils import SignMode
from scipy.sparse import csr_matrix, identity, kron

from litesnn.compiler.graph import Graph
from litesnn.runtime.lava.exchange import create_recording, recording_path
from litesnn.runtime.lava.kinds import PROCESSES, lava_neurons
from litesnn.runtime.lava.neurons import Recorded
from litesnn.runtime.lava.plan import NetworkPlan
from litesnn.runtime.lava.processes.recorders import MessageRecorder, VariableRecorder
from litesnn.runtime.lava.synapses import SynapsePlan


@dataclass(frozen=True)
class Wiring:
    """Connected Lava processes, in the order they were made, and the output among them."""

    output: Any
    processes: tuple[Any, ...]


def wire_network(graph: Graph, plan: NetworkPlan, folder: Path) -> Wiring:
    """Lava processes for a plan; recordings are written to `folder`."""
    source = RingBuffer(data=plan.frames())
    source.name = plan.source
    neurons = {
        part.name: lava_neurons(PROCESSES.of(part.population, part.name)).build(part, plan.copies)
        for part in plan.neurons
    }
    outputs = {plan.source: source.s_out, **{name: process.s_out for name, process in neurons.items()}}
    processes = [source, *neurons.values()]
    arriving: dict[str, list[Any]] = {name: [] for name in neurons}
    for part in plan.synapses:
        sent, target = outputs[part.format.source], part.format.target
        if part.injected:
            sent.connect(neurons[target].a_in)
            arriving[target].append(sent)
            continue
        synapses = build_synapses(part, plan.copies)
        sent.connect(synapses.s_in)
        synapses.a_out.connect(neurons[target].a_in)
        arriving[target].append(synapses.a_out)
        processes.append(synapses)

    def recording(name: str, what: Recorded) -> dict[str, Any]:
        size = plan.neuron(name).size * plan.copies
        path = recording_path(graph, folder, name, what)
        create_recording(path, (plan.steps, size), plan.neuron(name).recorded_type(what))
        return {"shape": (size,), "path": str(path)}

    def variable(name: str, what: Recorded, variable: str) -> Any:
        recorder = VariableRecorder(**recording(name, what))
        recorder.variable.connect_var(getattr(neurons[name], variable))
        return recorder

    def messages(name: str, what: Recorded, ports: list[Any]) -> Any:
        recorder = MessageRecorder(**recording(name, what))
        for port in ports:
            port.connect(recorder.a_in)
        return recorder

    processes += [messages(name, "spikes", [outputs[name]]) for name in plan.recorded_spikes]
    for name in plan.record_states:
        kind = PROCESSES.of(plan.neuron(name).population, name)
        current = kind.current
        processes.append(messages(name, "u", arriving[name]) if current is None else variable(name, "u", current))
        processes.append(variable(name, "v", kind.membrane))
    return Wiring(neurons[plan.output], tuple(processes))


def build_synapses(plan: SynapsePlan, copies: int) -> Any:
    """One block as `Sparse`, or several as `DelaySparse`."""
    parameters: dict[str, Any] = {
        "name": plan.name,
        "weights": _repeated(plan.mantissas(), copies),
        "num_weight_bits": plan.format.num_weight_bits,
        "weight_exp": plan.format.weight_exp,
        "sign_mode": SignMode[plan.format.sign_mode.upper()],
        "num_message_bits": plan.format.num_message_bits,
    }
    if plan.max_delay == 0:
        return Sparse(**parameters)
    # A delay per stored weight: given as one int, Lava would build a full matrix of it.
    return DelaySparse(**parameters, delays=_repeated(plan.delays(), copies), max_delay=plan.max_delay)


def _repeated(matrix: csr_matrix, copies: int) -> csr_matrix:
    """The block-diagonal matrix of so many copies, in the type of one: of no synapses at all, `kron` would make floating point."""
    return matrix if copies == 1 else kron(identity(copies, dtype=np.int32), matrix, format="csr").astype(matrix.dtype)
