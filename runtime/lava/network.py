"""From a plan to Lava processes: stock ones wherever Lava has them, ours for per-channel thresholds and recording."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.proc.io.source import RingBuffer
from lava.proc.lif.process import LIFReset
from lava.proc.sparse.process import DelaySparse, Sparse
from lava.utils.weightutils import SignMode

from litesnn.runtime.lava.exchange import recording_path
from litesnn.runtime.lava.plan import NetworkPlan, NeuronPlan, SynapsePlan
from litesnn.runtime.lava.processes.lif_reset_vector_vth import LIFResetVectorVth
from litesnn.runtime.lava.processes.recorders import SpikeRecorder, StateRecorder

# Vectors a channel buffers; Lava's 64 would take 64 copies of every map in /dev/shm, and a step sends one.
CHANNEL_SIZE = 4


@dataclass(frozen=True)
class Network:
    """Connected Lava processes, in the order they were made, and the readout among them."""

    readout: Any
    processes: tuple[Any, ...]

    def create_runtime(self) -> Any:
        """Compile the network and start its operating-system processes; returns Lava's runtime."""
        self.readout.create_runtime(run_cfg=run_configuration(), compile_config={"pypy_channel_size": CHANNEL_SIZE})
        return self.readout.runtime


def run_configuration() -> Any:
    """Which model Lava takes for each process: the bit-accurate fixed-point ones."""
    return Loihi2SimCfg(select_tag="fixed_pt")


def build_network(plan: NetworkPlan, folder: Path) -> Network:
    """Lava processes for a plan; recordings are written to `folder`."""
    frames = np.repeat(plan.frames, plan.timesteps, axis=0) if plan.held else plan.frames
    source = RingBuffer(data=frames.T.astype(np.int32))
    source.name = plan.source
    outputs = {plan.source: source.s_out}
    neurons = {part.name: build_neurons(part) for part in plan.neurons}
    outputs.update({name: process.s_out for name, process in neurons.items()})
    processes = [source, *neurons.values()]
    for part in plan.synapses:
        synapses = build_synapses(part)
        outputs[part.source].connect(synapses.s_in)
        synapses.a_out.connect(neurons[part.target].a_in)
        processes.append(synapses)
    for name in plan.record:
        recorder = SpikeRecorder(
            shape=(plan.neuron(name).size,), path=str(recording_path(plan, folder, name, "spikes"))
        )
        outputs[name].connect(recorder.a_in)
        processes.append(recorder)
    for name in plan.record_states:
        paths = {f"{what}_path": str(recording_path(plan, folder, name, what)) for what in ("u", "v")}
        states = StateRecorder(shape=(plan.neuron(name).size,), **paths)
        states.u.connect_var(neurons[name].u)
        states.v.connect_var(neurons[name].v)
        processes.append(states)
    return Network(neurons[plan.readout], tuple(processes))


def build_neurons(plan: NeuronPlan) -> Any:
    """A population: Lava's `LIFReset` where one threshold holds for all, ours where it differs."""
    parameters: dict[str, Any] = {
        "name": plan.name,
        "shape": (plan.size,),
        "du": plan.du,
        "dv": plan.dv,
        "bias_mant": plan.bias_mant,
        "bias_exp": plan.bias_exp,
        "reset_interval": plan.reset_interval,
        "reset_offset": plan.reset_offset,
    }
    if np.all(plan.vth == plan.vth[0]):
        return LIFReset(**parameters, vth=int(plan.vth[0]))
    return LIFResetVectorVth(**parameters, vth=plan.vth)


def build_synapses(plan: SynapsePlan) -> Any:
    """A block: `Sparse`, or `DelaySparse` with the same delay on every synapse."""
    parameters: dict[str, Any] = {
        "name": plan.name,
        "weights": plan.mantissas,
        "num_weight_bits": plan.num_weight_bits,
        "weight_exp": plan.weight_exp,
        "sign_mode": SignMode[plan.sign_mode.upper()],
        "num_message_bits": plan.num_message_bits,
    }
    if plan.delay == 0:
        return Sparse(**parameters)
    # A delay per stored weight: given as one int, Lava would build a full matrix of it.
    delays = plan.mantissas.astype(np.int64)
    delays.data[:] = plan.delay
    return DelaySparse(**parameters, delays=delays, max_delay=plan.delay)
