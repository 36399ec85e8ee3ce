"""A slow simulator that states what a graph means, one step and one block at a time; an oracle for the fast engines.

It shares nothing with them: synapses are unrolled matrices, neurons are Lava's equations written out in numpy. Isolated samples
are runs of their own from zero state; others stream back to back through one network, as on the chip.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from litesnn.compiler.graph import Graph, Membranes, Neurons, Population, Readout, SigmaDelta


@dataclass
class NaiveTrace:
    """Readout (N, outputs) and, per population, what it sent and its membranes: (N, T, C, H, W), path delays removed."""

    readout: np.ndarray
    sent: dict[str, np.ndarray] = field(default_factory=dict)
    membranes: dict[str, np.ndarray] = field(default_factory=dict)


def simulate_naively(graph: Graph, inputs: np.ndarray) -> NaiveTrace:
    """All populations recorded."""
    held = inputs.ndim == 4
    values = np.repeat(inputs[:, None], graph.timesteps, axis=1) if held else inputs
    if graph.isolated:
        parts = [_windows(graph, _run(graph, sample), 1, values.shape[1]) for sample in values]
    else:
        parts = [_windows(graph, _run(graph, values.reshape(-1, *values.shape[2:])), *values.shape[:2])]
    sent, membranes = ({name: np.concatenate([p[i][name] for p in parts]) for name in parts[0][i]} for i in (0, 1))
    return NaiveTrace(_readout(graph.output, sent, membranes), sent, membranes)


def _readout(output: Membranes, sent: dict[str, np.ndarray], membranes: dict[str, np.ndarray]) -> np.ndarray:
    if isinstance(output, Readout):
        return membranes[output.name][:, -1].reshape(len(membranes[output.name]), -1)
    messages = sent[output.name]
    last = isinstance(output, SigmaDelta) and output.kind == "sigma"
    return (messages[:, -1] if last else messages.sum(axis=1)).reshape(len(messages), -1)


def _windows(graph: Graph, run: tuple[dict, dict], samples: int, steps: int) -> tuple[dict, dict]:
    def cut(population: Population, recorded: np.ndarray) -> np.ndarray:
        first = population.arrival or 0
        return recorded[first : first + samples * steps].reshape(samples, steps, *population.shape)

    return tuple({name: cut(graph[name], recorded) for name, recorded in part.items()} for part in run)


def _run(graph: Graph, frames: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """One network over all steps and the time its last population lags behind; frames (steps, C, H, W)."""
    total = len(frames) + max(population.arrival or 0 for population in graph.populations)
    (source,) = graph.sources
    sent = {p.name: np.zeros((total, p.size), np.int64) for p in graph.populations}
    sent[source.name][: len(frames)] = frames.reshape(len(frames), -1)
    membranes = {p.name: np.zeros((total, p.size), np.int64) for p in graph.membranes}
    blocks = [(b, b.weights(graph[b.source].shape, graph[b.target].shape)) for b in graph.blocks]
    cells = {p.name: (_SigmaDelta(p) if isinstance(p, SigmaDelta) else _Lif(p)) for p in graph.membranes}
    for step in range(total):
        for population in graph.membranes:
            arriving = np.zeros(population.size, np.int64)
            for block, weights in blocks:
                sent_at = step - 1 - block.delay
                if block.target == population.name and sent_at >= 0:
                    arriving += weights @ sent[block.source][sent_at]
            cell = cells[population.name]
            sent[population.name][step] = cell.step(arriving, step)
            membranes[population.name][step] = cell.membrane
    del sent[source.name]
    return sent, membranes


def _spread(population: Membranes, per_channel: np.ndarray) -> np.ndarray:
    return np.repeat(per_channel, population.shape[1] * population.shape[2])


def _decayed(state: np.ndarray, kept: int) -> np.ndarray:
    return np.sign(state) * ((np.abs(state) * kept) >> 12)


class _Lif:
    """Lava's `PyLifModelBitAcc`: leak toward zero, current wraps at 24 bits, membrane clips, spikes where v > vth << 6."""

    def __init__(self, population: Membranes) -> None:
        self.population = population
        self.current = self.membrane = np.zeros(population.size, np.int64)
        self.bias = _spread(population, population.bias)

    def step(self, arriving: np.ndarray, step: int) -> np.ndarray:
        p = self.population
        if p.reset_interval is not None and (step + 1) % p.reset_interval == p.reset_offset:
            self.current, self.membrane = np.zeros_like(self.current), np.zeros_like(self.membrane)
        current = _decayed(self.current, 4096 - (p.du + 1)) + (arriving << 6)
        current = np.where(current > 2**23, current - 2**24, current)
        self.current = np.where(current <= -(2**23), current + 2**24, current)
        limit = 2**23 - 1
        self.membrane = np.clip(_decayed(self.membrane, 4096 - p.dv) + self.current + self.bias, -limit, limit)
        if not isinstance(p, Neurons):
            return np.zeros(p.size, np.int64)
        spikes = self.membrane > _spread(p, p.vth) << 6
        self.membrane = np.where(spikes, 0, self.membrane)
        return spikes


class _SigmaDelta:
    """Lava's fixed-point `Delta`, `SigmaDelta` and `Sigma`; thresholds and biases in units of the state."""

    def __init__(self, population: SigmaDelta) -> None:
        self.population = population
        self.membrane = self.act = self.residue = self.error = np.zeros(population.size, np.int64)
        self.bias = _spread(population, population.bias)

    def step(self, arriving: np.ndarray, step: int) -> np.ndarray:
        p = self.population
        if p.kind == "delta":
            return self._encode(arriving << (p.spike_exp + p.state_exp)) >> p.state_exp
        self.membrane = self.membrane + arriving
        if p.kind == "sigma":
            return self.membrane
        act = self.membrane + self.bias
        return self._encode(np.maximum(act, 0) if p.activation == "relu" else act) >> p.state_exp

    def _encode(self, act: np.ndarray) -> np.ndarray:
        p = self.population
        change = act - self.act + self.residue
        self.error = self.error + change
        judged = self.error if p.cum_error else change
        sent = np.where(np.abs(judged) >= _spread(p, p.vth), change, 0)
        self.error = np.where(sent != 0, 0, self.error)
        self.act, self.residue = act, change - sent
        return sent
