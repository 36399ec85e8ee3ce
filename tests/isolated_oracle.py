"""Isolated samples in plain numpy, one step and one sample at a time: every semantics of `Graph.isolated`, slow and obvious."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from litesnn.compiler.graph import Graph, Membranes, Neurons, Readout, SigmaDelta

Rows = dict[tuple[str, str], np.ndarray]


class Lif:
    def __init__(self, population: Membranes) -> None:
        self.population = population
        self.u = self.v = np.zeros(population.size, np.int64)

    def step(self, a: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sent, u, v."""
        p, area = self.population, self.population.shape[1] * self.population.shape[2]
        self.u = decay(self.u, 4096 - (p.du + 1)) + 64 * a
        self.v = decay(self.v, 4096 - p.dv) + self.u + np.repeat(p.bias, area)
        assert max(np.abs(self.u).max(), np.abs(self.v).max()) < 2**23 - 1, "the test leaves the registers"
        fired = np.zeros(p.size, bool)
        if isinstance(p, Neurons):
            assert p.vth is not None
            fired = self.v > 64 * np.repeat(p.vth, area)
        self.v = np.where(fired, 0, self.v)
        return fired.astype(np.int64), self.u, self.v


class Encoder:
    def __init__(self, population: SigmaDelta) -> None:
        self.population = population
        self.sigma, self.act, self.residue, self.error = (np.zeros(population.size, np.int64) for _ in range(4))

    def step(self, a: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sent, what arrived, sigma."""
        p, area = self.population, self.population.shape[1] * self.population.shape[2]
        if p.kind == "delta":
            return self.change(a << (p.spike_exp + p.state_exp)) >> p.state_exp, a, self.sigma
        self.sigma = self.sigma + a
        if p.kind == "sigma":
            return self.sigma, a, self.sigma
        act = self.sigma + np.repeat(p.bias, area)
        act = np.maximum(act, 0) if p.activation == "relu" else act
        return self.change(act) >> p.state_exp, a, self.sigma

    def change(self, act: np.ndarray) -> np.ndarray:
        p, area = self.population, self.population.shape[1] * self.population.shape[2]
        assert p.vth is not None
        vth = np.repeat(p.vth, area)
        delta = act - self.act + self.residue
        if p.cum_error:
            self.error = self.error + delta
            sent = np.where(np.abs(self.error) >= vth, delta, 0)
            self.error = np.where(sent != 0, 0, self.error)
        else:
            sent = np.where(np.abs(delta) >= vth, delta, 0)
        self.act, self.residue = act, delta - sent
        return sent


def decay(state: np.ndarray, kept: int) -> np.ndarray:
    return np.sign(state) * (np.abs(state) * kept >> 12)


def run_isolated(graph: Graph, inputs: np.ndarray) -> tuple[Rows, np.ndarray]:
    """Recorded windows by (population, "spikes" | "u" | "v"), (N, T, n), and the readout (N, outputs)."""
    samples = [_run_sample(graph, sample) for sample in inputs]
    rows = {key: np.stack([windows[key] for windows in samples]) for key in samples[0]}
    output = graph.output
    sent = rows[output.name, "spikes"]
    if isinstance(output, Readout):
        return rows, rows[output.name, "v"][:, -1]
    return rows, sent[:, -1] if isinstance(output, SigmaDelta) and output.kind == "sigma" else sent.sum(axis=1)


def _run_sample(graph: Graph, sample: np.ndarray) -> Rows:
    (source,) = graph.sources
    held = sample.ndim == 3
    steps = graph.timesteps if held else len(sample)
    state: dict[str, Any] = {p.name: Encoder(p) if isinstance(p, SigmaDelta) else Lif(p) for p in graph.membranes}
    weights = {b.name: b.weights(graph[b.source].shape, graph[b.target].shape) for b in graph.blocks}
    arriving: dict[tuple[str, int], Any] = defaultdict(int)
    rows: dict[tuple[str, str], list[np.ndarray]] = defaultdict(list)
    for time in range(steps + max(p.arrival or 0 for p in graph.membranes)):
        values = sample if held else sample[min(time, steps - 1)]
        sent = {source.name: values.reshape(-1).astype(np.int64) * (time < steps)}
        for p in graph.membranes:
            outcome = state[p.name].step(arriving.pop((p.name, time), 0) + np.zeros(p.size, np.int64))
            sent[p.name] = outcome[0]
            assert p.arrival is not None
            if p.arrival <= time < p.arrival + steps:
                for what, value in zip(("spikes", "u", "v"), outcome, strict=True):
                    rows[p.name, what].append(value)
        for block in graph.blocks:
            arriving[block.target, time + 1 + block.delay] += weights[block.name] @ sent[block.source]
    return {key: np.stack(value) for key, value in rows.items()}
