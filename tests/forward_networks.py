"""Random networks without feedback for tests and for the campaign `forward`: every corner of the numbers, registers that overflow.

Genotypes of both norms, every quantizer and width, held and event inputs, with biases of 4095 * 2^7, thresholds and decays at their
ends, and membranes so fine that currents wrap and membranes are clipped; scheduled graphs with the same; and networks whose currents
have memory. What leaves a register by more than one wrap is refused by every engine, or the generator fails.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from cases import Case, Generator
from feedback_networks import extreme, from_graph
from isolated_graphs import isolated, random_geometry
from programmed_graphs import programmed as programmed_graph
from random_networks import random_input, random_trained_genotype
from recurrent_graphs import scheduled
from small_graphs import LOIHI1, LOIHI2, dense, graph, neurons, random_dag, readout, source

from litesnn.base.errors import CompileError, RegisterError
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import Population, SynapseBlock
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.passes import AssignFormats, ScheduleIsolated
from litesnn.runtime.exact import simulate
from litesnn.search.model.reference import run_reference

SAMPLES = 3
HUGE = 1e9  # of a normalization's offset: its bias is clipped to 4095 * 2^7


def genotypes(seed: int) -> Case:
    """LitE-SNN's quantizer."""
    return _from_genotype(_drawn(seed), seed)


def quantizers(seed: int) -> Case:
    """QP-SNN's quantizers, most with a step per channel."""
    return _from_genotype(_drawn(seed, quantizer="any"), seed)


def corners(seed: int) -> Case:
    """Most of them at several ends at once: T = 1, 1 x 1 maps, one channel, nothing or all forgotten, extreme thresholds."""
    return _from_genotype(_drawn(seed, ends=0.5), seed)


def events(seed: int) -> Case:
    """Spikes of every step as input."""
    return _from_genotype(_drawn(seed, encoding="spikes", quantizer=("any", None)[seed % 2]), seed)


def resets(seed: int) -> Case:
    """Neurons that lose their threshold at a spike, or with the update after it; some so fine that registers overflow."""
    rng = np.random.default_rng((seed, 12))
    choices: dict[str, Any] = {
        "reset": ("subtract", "subtract_next")[seed % 2],
        "quantizer": ("any", None)[seed % 4 // 2],
    }
    if rng.random() < 0.3:
        choices |= {"membrane_exp": int(rng.choice((5, 9, 13))), "keep": 1.0}
    return _from_genotype(_drawn(seed, ends=0.2, **choices), seed)


def overflowing(seed: int) -> Case:
    """Membranes so fine that registers overflow."""
    rng = np.random.default_rng((seed, 11))
    exps = (3, 5, 7, 9, 11, 13)
    loaded = _drawn(seed, membrane_exp=int(rng.choice(exps)), timesteps=int(rng.integers(1, 7)), keep=1.0)
    return _from_genotype(loaded, seed)


def _drawn(seed: int, ends: float = 0.12, **choices: Any) -> LoadedGenotype:
    """A genotype in which each thing that has ends is at one of them with probability `ends`."""
    rng = np.random.default_rng((seed, 7))
    extremes: dict[str, Any] = {
        "timesteps": 1,
        "size": 1,
        "channels": 1,
        "decay": float(rng.choice([1 / 8192, 1 / 4096, 1.0])),
        "threshold": float(rng.choice([1e-4, 1e4])),
        "silenced": 0.7,
        "keep": 0.05,
    }
    drawn = {name: value for name, value in extremes.items() if rng.random() < ends}
    drawn["bits"] = int(rng.integers(1, 9))
    if rng.random() < 0.3:
        del drawn["bits"]
    return _biased(rng, random_trained_genotype(seed, **{"size": (4, 5)[seed % 2], **drawn, **choices}))


def _biased(rng: np.random.Generator, loaded: LoadedGenotype) -> LoadedGenotype:
    """One in four with biases at their ends in some channels."""
    if rng.random() < 0.75:
        return loaded
    tensors = dict(loaded.trained)
    for name, values in loaded.trained.items():
        if name.endswith("norm.bias") or name == "readout.bias":
            ends = rng.choice([-HUGE, HUGE, 0, 0], values.shape)
            tensors[name] = np.where(ends != 0, ends, values).astype(np.float32)
    return replace(loaded, tensors=tensors)


def _from_genotype(loaded: LoadedGenotype, seed: int) -> Case:
    profile = (LOIHI2, LOIHI1)[seed % 5 == 0]
    try:
        compiled = compile_graph(loaded, profile)
    except CompileError:  # an input that the smaller chip cannot take
        compiled = compile_graph(loaded, LOIHI2)
    inputs = random_input(loaded, SAMPLES, seed)
    if seed % 3 == 0 and loaded.spec.input.encoding == "direct":
        ends = (loaded.spec.input.minimum, loaded.spec.input.maximum)
        inputs[0] = ends[seed % 2]
    return _defined(Case(compiled, inputs, partial(run_reference, loaded, evaluation="fixed"), "pytorch"))


def _defined(case: Case) -> Case:
    """The case with its reference's answer, if it has one.

    What the reference refuses the chip's side refuses too, unless what overflows has no reader and was removed.
    """
    try:
        found = case.reference(case.inputs)
    except RegisterError:
        if not any(removal.reason == "never read" for removal in case.graph.removals):
            with pytest.raises(RegisterError):
                simulate(case.graph, case.inputs)
        raise
    return replace(case, reference=lambda inputs: found)


def graphs(seed: int) -> Case:
    """Scheduled graphs, some with wide weights that take currents out of their register."""
    rng = np.random.default_rng((seed, 8))
    start = extreme(rng, random_dag(rng, int(rng.integers(1, 6))))
    if rng.random() < 0.4:
        start = start.rebuild(start.populations, [_shifted(rng, block) for block in start.blocks])
    return _defined(from_graph(rng, scheduled(start, int(rng.choice([1, 62])))))


def _shifted(rng: np.random.Generator, block: SynapseBlock) -> SynapseBlock:
    return replace(block, exponent=int(rng.choice([0, 7, 12, 14, 15])))


def readouts(seed: int) -> Case:
    """Readouts whose membranes reach the ends of their register."""
    rng = np.random.default_rng((seed, 9))
    count = int(rng.integers(1, 6))
    parts: list[Population] = [
        source(2),
        neurons("a", count, vth=np.zeros(count, np.int64), bias_mant=rng.integers(-2, 9, count)),
        readout(3, bias_mant=rng.choice([-4095, 0, 4095], 3), bias_exp=rng.choice([0, 7], 3)),
    ]
    codes = 2 * rng.integers(-128, 128, (3, count)) + 1
    blocks = [
        dense("input", "a", rng.integers(-3, 4, (count, 2))),
        dense("a", "readout", codes, exponent=int(rng.choice([0, 5, 7, 8]))),
    ]
    return _defined(from_graph(rng, scheduled(graph(parts, blocks, int(rng.integers(1, 12))))))


def currents(seed: int) -> Case:
    """Chains of isolated samples whose currents remember, with any geometry."""
    rng = np.random.default_rng((seed, 10))
    size = int(rng.integers(1, 4))
    parts: list[Population] = [source(int(rng.integers(1, 4)), size, minimum=-8, maximum=7, message_bits=8)]
    blocks: list[SynapseBlock] = []
    for index in range(int(rng.integers(1, 5))):
        channels = int(rng.integers(1, 4))
        memory = {"du": int(rng.choice([0, 1, 100, 4094, 4095])), "dv": int(rng.choice([0, 1, 100, 4095, 4096]))}
        bias = {"bias_mant": rng.choice([-4095, -9, 0, 9, 4095], channels), "bias_exp": rng.integers(0, 8, channels)}
        vth = rng.choice([0, 1, 300, 2**17 - 1], channels)
        parts.append(neurons(f"p{index}", channels, size, vth=vth, **memory, **bias))
        blocks.append(_block(rng, parts[-2], parts[-1]))
    parts.append(readout(2))
    blocks.append(_block(rng, parts[-2], parts[-1]))
    start = isolated(parts, blocks, timesteps=int(rng.integers(1, 9)))
    return _defined(from_graph(rng, ScheduleIsolated().apply(AssignFormats(LOIHI2).apply(start))))


def _block(rng: np.random.Generator, reads: Population, target: Population) -> SynapseBlock:
    name, exponent = f"{reads.name}>{target.name}", int(rng.choice([0, 0, 4, 7, 9]))
    return SynapseBlock(
        name, reads.name, target.name, random_geometry(rng, reads, target), name, name, None, exponent, None, 0
    )


def programmed(seed: int) -> Case:
    """Scheduled graphs and chains of isolated samples of programmed neurons, many with decays per channel."""
    rng = np.random.default_rng((seed, 12))
    case = (graphs, currents)[int(rng.integers(2))](seed)
    return _defined(from_graph(rng, programmed_graph(case.graph, seed)))


KINDS: dict[str, Generator] = {
    "genotypes": genotypes,
    "overflowing": overflowing,
    "quantizers": quantizers,
    "corners": corners,
    "events": events,
    "graphs": graphs,
    "readouts": readouts,
    "currents": currents,
    "programmed": programmed,
    "resets": resets,
}
