"""An oracle for isolated samples: one sample, one step, one population at a time, in plain numpy and Lava's equations.

Nothing of the simulator is used: synapses are unrolled, a block is a queue of what is on its way.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from litesnn.compiler.graph import Graph, Membranes, Neurons, Population, Readout, SigmaDelta
from litesnn.runtime.trace import Trace

LIMIT = 2**23


@dataclass
class Registers:
    """State of one population, flat."""

    size: int
    u: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.u, self.v, self.act, self.residue, self.error, self.sigma = np.zeros((6, self.size), np.int64)
        self.potential = np.zeros(self.size, np.int64)


def decayed(state: np.ndarray, mantissa: int) -> np.ndarray:
    return np.sign(state) * ((np.abs(state) * mantissa) >> 12)


def int32(values: np.ndarray) -> np.ndarray:
    return values.astype(np.int32).astype(np.int64)


def flat(population: Population, per_channel: np.ndarray) -> np.ndarray:
    return np.repeat(per_channel.astype(np.int64), population.shape[1] * population.shape[2])


def lif_step(population: Membranes, registers: Registers, arriving: np.ndarray) -> np.ndarray:
    u = decayed(registers.u, 4096 - (population.du + 1)) + int32(arriving << 6)
    wrapped = np.where(u > LIMIT, u - 2 * LIMIT, u)
    registers.u = np.where(wrapped <= -LIMIT, u + 2 * LIMIT, wrapped)
    v = decayed(registers.v, 4096 - population.dv) + registers.u + flat(population, population.bias)
    registers.potential = np.clip(v, -LIMIT + 1, LIMIT - 1)
    if not isinstance(population, Neurons):
        registers.v = registers.potential
        return np.zeros_like(u)
    spikes = registers.potential > flat(population, population.vth) << 6
    registers.v = np.where(spikes, 0, registers.potential)
    return spikes.astype(np.int64)


def sigma_delta_step(population: SigmaDelta, registers: Registers, arriving: np.ndarray) -> np.ndarray:
    arriving = registers.u = int32(arriving)
    if population.kind == "delta":
        act = int32(arriving << (population.spike_exp + population.state_exp))
    else:
        registers.sigma = registers.v = int32(registers.sigma + arriving)
        if population.kind == "sigma":
            return registers.sigma
        act = int32(registers.sigma + flat(population, population.bias))
        act = np.maximum(act, 0) if population.activation == "relu" else act
    delta = int32(act - registers.act + registers.residue)
    registers.act = act
    registers.error = registers.potential = int32(registers.error + delta) if population.cum_error else delta
    sent = np.where(np.abs(registers.error) >= flat(population, population.vth), delta, 0)
    registers.error = np.where(np.abs(sent) > 0, 0, registers.error)
    registers.residue = int32(delta - sent)
    return sent >> population.state_exp


def simulate_steps(graph: Graph, inputs: np.ndarray) -> Trace:
    """Every population recorded; inputs (N, C, H, W) held for T steps, or (N, T, C, H, W)."""
    timesteps = inputs.shape[1] if inputs.ndim == 5 else graph.timesteps
    total = timesteps + max(p.arrival or 0 for p in graph.populations)
    samples = [_sample(graph, sample, timesteps, total) for sample in inputs]

    def gathered(what: str, p: Membranes) -> np.ndarray:
        first = p.arrival or 0
        return np.stack([s[what, p.name][first : first + timesteps].reshape(timesteps, *p.shape) for s in samples])

    output = graph.output
    sent = gathered("sent", output).reshape(len(samples), timesteps, -1)
    if isinstance(output, Readout):
        readout = gathered("v", output).reshape(len(samples), timesteps, -1)[:, -1]
    else:
        readout = sent[:, -1] if isinstance(output, SigmaDelta) and output.kind == "sigma" else sent.sum(axis=1)
    parts = {what: {p.name: gathered(what, p) for p in graph.membranes} for what in ("sent", "u", "v", "potential")}
    return Trace(readout, parts["sent"], parts["u"], parts["v"], parts["potential"])


def _sample(graph: Graph, values: np.ndarray, timesteps: int, total: int) -> dict[tuple[str, str], np.ndarray]:
    matrices = {b.name: b.weights(graph[b.source].shape, graph[b.target].shape) for b in graph.blocks}
    registers = {p.name: Registers(p.size) for p in graph.membranes}
    sent = {p.name: np.zeros((total, p.size), np.int64) for p in graph.populations}
    kept = {
        (what, p.name): np.zeros((total, p.size), np.int64) for p in graph.membranes for what in ("u", "v", "potential")
    }
    for source in graph.sources:
        frames = values.reshape(-1, source.size) if values.ndim == 4 else np.tile(values.reshape(-1), (timesteps, 1))
        sent[source.name][:timesteps] = frames
    for step in range(total):
        for p in graph.membranes:
            arriving = np.zeros(p.size, np.int64)
            for block in graph.into(p.name):
                sent_at = step - 1 - block.delay
                if sent_at >= 0:
                    arriving += matrices[block.name] @ sent[block.source][sent_at]
            compute = sigma_delta_step if isinstance(p, SigmaDelta) else lif_step
            sent[p.name][step] = compute(p, registers[p.name], arriving)
            for what in ("u", "v", "potential"):
                kept[what, p.name][step] = getattr(registers[p.name], what)
    return kept | {("sent", p.name): sent[p.name] for p in graph.membranes}
