"""Random networks with feedback for tests and for the campaign `feedback`, extreme corners included.

Genotypes with backward edges; scheduled loops with initiation intervals 1 to 8; recurrent layers of files; networks whose samples are
isolated; and of each family some that nothing but a bias drives, because no synapse reads the input.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from cases import Case, Generator
from isolated_graphs import random_isolated
from naive_simulator import simulate_naively
from programmed_graphs import programmed as programmed_graph
from random_networks import random_input, random_trained_genotype
from recurrent_graphs import random_recurrent, ring, scheduled
from small_graphs import LOIHI1, LOIHI2
from written_nets import compiled, dense, layer, write_net

from litesnn.base.errors import CompileError, GraphError
from litesnn.compiler.frontends.net import read
from litesnn.compiler.frontends.net.extract import extract
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import (
    BIAS_EXP_MAX,
    BIAS_MANT_MAX,
    VTH_MAX,
    Dense,
    Graph,
    Readout,
    SigmaDelta,
    Source,
    Spiking,
)
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.passes import AssignFormats, ScheduleIsolated
from litesnn.compiler.profile import Profile
from litesnn.runtime.trace import Trace
from litesnn.search.model.reference import ReferenceTrace, run_reference

SAMPLES = 3


def corners(rng: np.random.Generator) -> dict[str, Any]:
    """Choices of `random_trained_genotype`, some of them at their ends."""
    drawn: dict[str, Any] = {
        "timesteps": 1,
        "size": 1,
        "channels": 1,
        "bits": int(rng.integers(1, 9)),
        "decay": float(rng.choice([1 / 8192, 1.0])),
        "threshold": float(rng.choice([1e-3, 4.0])),
        "membrane_exp": int(rng.choice([0, 1])),
        "silenced": 0.7,
        "keep": 0.05,
    }
    return {name: value for name, value in drawn.items() if rng.random() < 0.15}


def genotypes(seed: int) -> Case:
    """A genotype with one to three backward edges, on the chip whose neurons are programmable."""
    return _from_genotype(_drawn(seed), LOIHI2, seed)


def shallow_genotypes(seed: int) -> Case:
    """A genotype whose loops are short, on the chip with fixed neurons where that takes it."""
    loaded = _drawn(seed, nodes=1)
    try:
        return _from_genotype(loaded, LOIHI1, seed)
    except CompileError:  # loops of several synapses, or spikes before a sample arrives
        return _from_genotype(loaded, LOIHI2, seed)


def _drawn(seed: int, **choices: Any) -> LoadedGenotype:
    rng = np.random.default_rng((seed, 2))
    drawn = {"size": (4, 5)[seed % 2], **corners(rng), "feedback": 1 + int(rng.integers(3))}
    return random_trained_genotype(seed, **drawn, **choices)


def _from_genotype(loaded: LoadedGenotype, profile: Profile, seed: int) -> Case:
    def reference(inputs: np.ndarray) -> ReferenceTrace:
        return run_reference(loaded, inputs, "fixed")

    return Case(compile_graph(loaded, profile), random_input(loaded, SAMPLES, seed), reference, "pytorch")


def loops(seed: int) -> Case:
    """Scheduled loops: random wirings, and rings whose interval is their length."""
    rng = np.random.default_rng((seed, 3))
    timesteps = int(rng.choice([1, 2, 3, 5]))
    if rng.random() < 0.3:
        start = ring(int(rng.integers(1, 9)), timesteps)
    else:
        start = random_recurrent(rng, int(rng.integers(1, 6)), int(rng.integers(1, 4)), timesteps)
    graph = scheduled(_unread(rng, extreme(rng, start)), int(rng.choice([1, 62])))
    return from_graph(rng, graph)


def isolated(seed: int) -> Case:
    """Networks whose samples are runs of their own, loops and sigma-delta neurons among them.

    Loops of sigma-delta neurons can grow without end: refused where a message leaves the bits it is sent in, which no chip can do.
    """
    rng = np.random.default_rng((seed, 4))
    start = _unread(rng, extreme(rng, random_isolated(seed, sigma_deltas=bool(rng.random() < 0.3))))
    start = start.rebuild(start.populations, [block for block in start.blocks if block.geometry.nnz])
    return _bounded(from_graph(rng, ScheduleIsolated().apply(AssignFormats(LOIHI2).apply(start))))


def _bounded(case: Case) -> Case:
    """The case, whose messages stay within their bits."""
    sent = case.reference(case.inputs).spikes
    for population in case.graph.membranes:
        if isinstance(population, SigmaDelta):
            low, high = population.sent
            if sent[population.name].min() < low or sent[population.name].max() > high:
                raise GraphError(f"'{population.name}' sends more than {population.message_bits} bits hold")
    return case


def programmed(seed: int) -> Case:
    """Loops, scheduled or isolated, of programmed neurons, many with decays per channel."""
    rng = np.random.default_rng((seed, 6))
    case = (loops, isolated)[int(rng.integers(2))](seed)
    return _bounded(from_graph(rng, programmed_graph(case.graph, seed)))


def recurrent_layers(seed: int) -> Case:
    """A file of dense layers, some of them recurrent, whose first may have no weights at all."""
    rng = np.random.default_rng((seed, 5))
    sizes = rng.integers(1, 6, int(rng.integers(2, 5)))
    layers = [layer("input", shape=np.array([sizes[0]]))]
    for index, (before, size) in enumerate(pairwise(sizes)):
        top = 2 ** int(rng.integers(1, 8))
        weight = 2 * rng.integers(-top // 2, top // 2 + 1, (size, before)) * int(index > 0 or rng.random() < 0.6)
        neuron = {
            "type": "CUBA",
            "iDecay": int(rng.choice([4096, 4096, 1024])),
            "vDecay": int(rng.choice([0, 128, 4096])),
            "vThMant": int(rng.choice([1, 10, 60, 5000])),
            "refDelay": 1,
            "gradedSpike": False,
        }
        bias = {"bias": rng.integers(-5, 40, size).astype(np.float32)} if rng.random() < 0.7 else {}
        if rng.random() < 0.7:
            back = (2 * rng.integers(-top // 2, top // 2 + 1, (size, size))).astype(np.float32)
            layers.append(dense(weight, neuron, "dense_rec", weight_rec=back, **bias))
        else:
            layers.append(dense(weight, neuron, **bias))
    # Read in this process: the reader's own worker takes seconds to start, and has its tests elsewhere.
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.object(read, "read_arrays", lambda document, name: extract(document)),
    ):
        graph = compiled(write_net(Path(folder) / "network.net", layers, timesteps=int(rng.integers(1, 9))))
    return from_graph(rng, graph)


def from_graph(rng: np.random.Generator, graph: Graph) -> Case:
    """With random inputs, against the independent simulator."""
    (source,) = graph.sources
    shape = (SAMPLES, graph.timesteps, *source.shape)
    low, high = source.sent
    values = rng.random(shape) < 0.4 if (low, high) == (0, 1) else rng.integers(low, high + 1, shape)
    return Case(graph, values.astype(np.int16), partial(_naively, graph), "naive")


def _naively(graph: Graph, inputs: np.ndarray) -> Trace:
    """Of the independent simulator, what engines record: a readout sends nothing."""
    found = simulate_naively(graph, inputs)
    sending = {name: spikes for name, spikes in found.spikes.items() if not isinstance(graph[name], Readout)}
    return replace(found, spikes=sending)


def _unread(rng: np.random.Generator, graph: Graph) -> Graph:
    """One in four without the blocks that read the input: biases alone drive it."""
    if rng.random() < 0.75:
        return graph
    return graph.rebuild(graph.populations, [b for b in graph.blocks if not isinstance(graph[b.source], Source)])


def extreme(rng: np.random.Generator, graph: Graph) -> Graph:
    """Some populations with thresholds, biases and decays at their ends, some blocks of other widths."""
    populations = []
    for population in graph.populations:
        if isinstance(population, Spiking) and rng.random() < 0.3:
            count = population.shape[0]
            ends: dict[str, Any] = {
                "vth": rng.choice([0, 1, VTH_MAX], count),
                "dv": int(rng.choice([0, 1, 4095, 4096])),
                "bias_mant": rng.choice([-BIAS_MANT_MAX, 0, 1, BIAS_MANT_MAX], count),
                "bias_exp": rng.choice([0, BIAS_EXP_MAX], count),
            }
            population = replace(population, **{name: value for name, value in ends.items() if rng.random() < 0.5})
        populations.append(population)
    blocks = []
    for block in graph.blocks:
        if isinstance(block.geometry, Dense) and block.format is None and rng.random() < 0.3:
            top = 2 ** int(rng.integers(1, 9)) - 1
            codes = rng.integers(-top, top + 1, block.geometry.codes.shape)
            codes[codes % 2 == 0] += 1
            block = replace(block, geometry=replace(block.geometry, codes=np.clip(codes, -top, top).astype(np.int32)))
        blocks.append(block)
    return graph.rebuild(populations, blocks)


KINDS: dict[str, Generator] = {
    "genotypes": genotypes,
    "loops": loops,
    "shallow-genotypes": shallow_genotypes,
    "isolated": isolated,
    "recurrent-layers": recurrent_layers,
    "programmed": programmed,
}
