"""A slow simulator that states what a graph means, one step and one block at a time; an oracle for the fast engines.

It shares nothing with them: synapses are unrolled matrices, neurons are Lava's equations written out in numpy. Isolated samples
are runs of their own from zero state; others stream back to back through one network, as on the chip.
"""

from __future__ import annotations

import numpy as np

from litesnn.base.errors import RegisterError
from litesnn.compiler.graph import GradedRelay, Graph, Membranes, Population, ProgrammedLif, Readout, Sigma, Spiking
from litesnn.runtime.trace import Trace

LIMIT = 2**23  # of Loihi's registers
Rows = dict[str, dict[str, np.ndarray]]  # by what is recorded and population


def simulate_naively(graph: Graph, inputs: np.ndarray) -> Trace:
    """All populations recorded, all in int64; inputs (N, C, H, W) held for T steps, or (N, T, C, H, W)."""
    held = inputs.ndim == 4
    values = np.repeat(inputs[:, None], graph.timesteps, axis=1) if held else inputs
    if graph.isolated:
        parts = [_windows(graph, _run(graph, sample), 1, values.shape[1]) for sample in values]
    else:
        parts = [_windows(graph, _run(graph, _spaced(graph, values)), *values.shape[:2])]
    rows = {
        what: {name: np.concatenate([part[what][name] for part in parts]) for name in parts[0][what]}
        for what in parts[0]
    }
    return Trace(_readout(graph.output, rows["spikes"], rows["membranes"]), **rows)


def _spaced(graph: Graph, values: np.ndarray) -> np.ndarray:
    """Samples (N, T, C, H, W) as frames, one per chip step: a frame per interval, and an empty slot after every sample with feedback."""
    schedule = graph.schedule
    interval, slots = (1, values.shape[1]) if schedule is None else (schedule.initiation_interval, schedule.slots)
    frames = np.zeros((len(values), slots or values.shape[1], interval, *values.shape[2:]), values.dtype)
    frames[:, : values.shape[1], 0] = values
    return frames.reshape(-1, *values.shape[2:])


def _readout(output: Membranes, sent: dict[str, np.ndarray], membranes: dict[str, np.ndarray]) -> np.ndarray:
    if isinstance(output, Readout):
        return membranes[output.name][:, -1].reshape(len(membranes[output.name]), -1)
    messages = sent[output.name]
    last = isinstance(output, Sigma)
    return (messages[:, -1] if last else messages.sum(axis=1)).reshape(len(messages), -1)


def _windows(graph: Graph, run: Rows, samples: int, steps: int) -> Rows:
    schedule = None if graph.isolated else graph.schedule
    interval, slots = (1, steps) if schedule is None else (schedule.initiation_interval, schedule.slots or steps)

    def cut(population: Population, recorded: np.ndarray) -> np.ndarray:
        first = population.arrival or 0
        rows = recorded[first : first + samples * slots * interval]
        return rows.reshape(samples, slots, interval, *population.shape)[:, :steps, 0]

    return {what: {name: cut(graph[name], rows) for name, rows in part.items()} for what, part in run.items()}


def _run(graph: Graph, frames: np.ndarray) -> Rows:
    """One network over all steps and the time its last population lags behind; frames (steps, C, H, W)."""
    total = len(frames) + max(population.arrival or 0 for population in graph.populations)
    (source,) = graph.sources
    sent = {p.name: np.zeros((total, p.size), np.int64) for p in graph.populations}
    sent[source.name][: len(frames)] = frames.reshape(len(frames), -1)
    states = {
        what: {p.name: np.zeros((total, p.size), np.int64) for p in graph.membranes}
        for what in ("currents", "membranes", "potentials")
    }
    blocks = [(b, b.weights(graph[b.source].shape, graph[b.target].shape)) for b in graph.blocks]
    cells = {p.name: _cell(p) for p in graph.membranes}
    for step in range(total):
        for population in graph.membranes:
            arriving = np.zeros(population.size, np.int64)
            for block, weights in blocks:
                sent_at = step - block.latency
                if block.target == population.name and sent_at >= 0:
                    arriving += weights @ sent[block.source][sent_at]
            name, cell = population.name, cells[population.name]
            sent[name][step] = cell.step(arriving, step)
            states["currents"][name][step] = cell.current
            states["membranes"][name][step] = cell.membrane
            states["potentials"][name][step] = cell.potential
    del sent[source.name]
    return {"spikes": sent, **states}


def _cell(population: Membranes) -> _Lif | _SigmaDelta | _GradedRelay:
    if isinstance(population, GradedRelay):
        return _GradedRelay(population)
    return _SigmaDelta(population) if population.sends == "graded" else _Lif(population)


def _spread(population: Membranes, per_channel: np.ndarray) -> np.ndarray:
    return np.repeat(per_channel, population.shape[1] * population.shape[2])


def _decayed(state: np.ndarray, kept: int) -> np.ndarray:
    return np.sign(state) * ((np.abs(state) * kept) >> 12)


def _int32(values: np.ndarray) -> np.ndarray:
    return values.astype(np.int32).astype(np.int64)


class _Lif:
    """Lava's `PyLifModelBitAcc`: leak toward zero, current wraps at 24 bits, membrane clips, spikes where v > vth << 6.

    A readout is one with the largest threshold. Where one wrap does not bring a current back, nothing is defined.
    """

    def __init__(self, population: Membranes) -> None:
        self.population = population
        self.current = self.membrane = self.potential = np.zeros(population.size, np.int64)
        self.bias = _spread(population, population.bias)
        self.due = np.zeros(population.size, bool)  # a subtraction with the next update

    def step(self, arriving: np.ndarray, step: int) -> np.ndarray:
        p = self.population
        if p.reset_interval is not None and (step + 1) % p.reset_interval == p.reset_offset:
            self.current, self.membrane = np.zeros_like(self.current), np.zeros_like(self.membrane)
            self.due = np.zeros(p.size, bool)
        if p.initiation_interval > 1 or p.open_slots is not None:
            age = (step + 1 - p.reset_offset) % p.reset_interval  # steps since the last reset
            resting = p.open_slots is not None and age >= p.open_slots * p.initiation_interval
            if resting or age % p.initiation_interval != 0:
                return np.zeros(p.size, np.int64)
        current = _decayed(self.current, 4096 - (self._each(p.du) + 1)) + (arriving << 6)
        wrapped = np.where(current > LIMIT, current - 2 * LIMIT, current)
        self.current = np.where(wrapped <= -LIMIT, current + 2 * LIMIT, wrapped)
        if (np.abs(self.current) > LIMIT).any():
            raise RegisterError(f"{p.name}: {np.abs(current).max()}")
        membrane = _decayed(self.membrane, 4096 - self._each(p.dv)) + self.current + self.bias
        if isinstance(p, ProgrammedLif) and p.reset == "subtract_next":
            membrane = membrane - self.due * self._each(p.vth)
        self.potential = self.membrane = np.clip(membrane, -LIMIT + 1, LIMIT - 1)
        if not isinstance(p, Spiking):
            self.membrane = np.where(self.potential > (2**17 - 1) << 6, 0, self.potential)
            return np.zeros(p.size, np.int64)
        if not isinstance(p, ProgrammedLif):
            spikes = self.potential > _spread(p, p.vth) << 6
            self.membrane = np.where(spikes, 0, self.potential)
            return spikes
        vth = self._each(p.vth)
        spikes = self.potential >= vth if p.spike_at else self.potential > vth
        after = {"zero": 0 * self.potential, "subtract": self.potential - vth}.get(p.reset, self.potential)
        self.membrane = np.where(spikes, after, self.potential)
        self.due = spikes
        return spikes

    def _each(self, value: int | np.ndarray) -> int | np.ndarray:
        return value if isinstance(value, int) else _spread(self.population, value)


class _SigmaDelta:
    """Lava's fixed-point `Delta`, `SigmaDelta` and `Sigma`; thresholds and biases in units of the state."""

    def __init__(self, population: Membranes) -> None:
        self.population = population
        zeros = np.zeros(population.size, np.int64)
        self.current = self.membrane = self.potential = self.act = self.residue = self.error = zeros
        self.bias = _spread(population, population.bias)

    def step(self, arriving: np.ndarray, step: int) -> np.ndarray:
        p = self.population
        self.current = _int32(arriving)
        if p.kind == "delta":
            return self._encode(_int32(self.current << (p.spike_exp + p.state_exp))) >> p.state_exp
        self.membrane = _int32(self.membrane + self.current)
        if p.kind == "sigma":
            return self.membrane
        act = _int32(self.membrane + self.bias)
        return self._encode(np.maximum(act, 0) if p.activation == "relu" else act) >> p.state_exp

    def _encode(self, act: np.ndarray) -> np.ndarray:
        p = self.population
        change = _int32(act - self.act + self.residue)
        self.potential = _int32(self.error + change) if p.cum_error else change
        sent = np.where(np.abs(self.potential) >= _spread(p, p.vth), change, 0)
        self.error = np.where(sent != 0, 0, self.potential)
        self.act, self.residue = act, _int32(change - sent)
        return sent


class _GradedRelay:
    """Sends what arrives; the sum of it is its membrane."""

    def __init__(self, population: Membranes) -> None:
        self.current = self.membrane = self.potential = np.zeros(population.size, np.int64)

    def step(self, arriving: np.ndarray, step: int) -> np.ndarray:
        self.current = self.potential = _int32(arriving)
        self.membrane = _int32(self.membrane + self.current)
        return self.current
