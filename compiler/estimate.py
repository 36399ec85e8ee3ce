"""Cost of a genotype without compiling it: cores, memory, latency and operations, for a search loop.

Works on genotypes that are not trained: where there are no weights, every tensor gets random ones with exactly its kept
fraction, and the compiler's own folding, formats, schedule and partition are applied to them. What training decides is missing:
dead channels are not removed, and firing rates are assumed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.compiler.genotype import Genotype, LoadedGenotype, Topology, resolve, with_numbers
from litesnn.compiler.genotype.topology import EdgePlan
from litesnn.compiler.graph import Graph, Source
from litesnn.compiler.lower import lower
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.passes import ProveRanges, RemoveDead, StaggerResets
from litesnn.compiler.pipeline import passes
from litesnn.compiler.profile import Profile
from litesnn.compiler.rules.graph_rules import broken_rules
from litesnn.errors import CompileError

# What is dead is up to training; resets and ranges cost nothing on the chip.
SKIPPED = (RemoveDead, StaggerResets, ProveRanges)
MEMBRANE_EXP = 8
DEFAULT_RATE = 0.15  # spikes per neuron and step; LitE-SNN's networks fire at 0.12 to 0.15 (from its Table 5)


@dataclass(frozen=True)
class Estimate:
    """What a genotype would cost on a profile.

    Attributes
    ----------
    cores, chips, least_cores : of the partition, and the lower bound
    ideal_bits : stored weights times their width, what a search counts
    synapse_words : 64-bit words of synaptic memory over all cores, as encoded
    neurons : on the chip
    latency, period : steps from a sample's first input to its answer, and to the next sample
    synaptic_operations : per sample at `rate` spikes per neuron and step
    """

    profile: str
    cores: int
    chips: int
    least_cores: int
    ideal_bits: int
    synapse_words: int
    neurons: int
    timesteps: int
    latency: int
    period: int
    synaptic_operations: float
    rate: float

    def document(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return asdict(self)


def estimate(
    genotype: Genotype | LoadedGenotype, profile: Profile, *, rate: float = DEFAULT_RATE, seed: int = 0
) -> Estimate:
    """Estimate a genotype's cost; a trained one is estimated with its own weights and masks.

    Raises
    ------
    CompileError
        If it cannot be lowered, breaks a rule of the chip, or one neuron does not fit a core.
    """
    graph = _graph(_with_weights(genotype, seed), profile)
    # The exponents are this module's guess; training chooses membranes that fit.
    broken = [finding for finding in broken_rules(graph, profile) if finding.code != "LSN-WEIGHT-EXP"]
    if broken:
        raise CompileError("\n  ".join(f"{finding.place}: {finding.message}; {finding.fix}" for finding in broken))
    mapping = map_graph(graph, profile)
    ideal = operations = 0.0
    for block in graph.blocks:
        assert block.format is not None
        source = graph[block.source]
        ideal += block.geometry.nnz * block.format.num_weight_bits
        graded = isinstance(source, Source) and source.message_bits > 0
        events = 1.0 if graded else rate
        operations += float(graph.fan_out(block).sum()) * events
    assert graph.schedule is not None
    return Estimate(
        profile=profile.name,
        cores=len(mapping.cores),
        chips=mapping.chips,
        least_cores=mapping.least_cores,
        ideal_bits=int(ideal),
        synapse_words=sum(core.usage.get("synapse_words", 0) for core in mapping.cores),
        neurons=sum(core.neurons for core in mapping.cores),
        timesteps=graph.timesteps,
        latency=graph.schedule.latency,
        period=graph.schedule.period,
        synaptic_operations=operations * graph.timesteps,
        rate=rate,
    )


def _graph(loaded: LoadedGenotype, profile: Profile) -> Graph:
    graph = lower(loaded)
    for step in passes(profile):
        if not isinstance(step, SKIPPED):
            graph = step.apply(graph)
    return graph


def _with_weights(genotype: Genotype | LoadedGenotype, seed: int) -> LoadedGenotype:
    if isinstance(genotype, LoadedGenotype):
        if genotype.tensors is not None:
            return genotype
        genotype = genotype.spec
    if genotype.norm == "edge":
        # Gains are what training makes them; equal ones cost what the searched bits cost.
        genotype = genotype.model_copy(update={"norm": "node"})
    # One step for all channels: what the codes below assume. Steps per channel change thresholds, not the memory of weights.
    genotype = genotype.model_copy(update={"quantizer": None})
    topology = resolve(genotype)
    # Step 2: codes are what `_random_tensors` draws; membranes fine enough to keep the thresholds of channels apart.
    stepped = with_numbers(genotype, lambda edge: 2.0, lambda population: MEMBRANE_EXP)
    topology = resolve(stepped)
    return LoadedGenotype(stepped, topology, _random_tensors(topology, np.random.default_rng(seed)), b"")


def _random_tensors(topology: Topology, generator: np.random.Generator) -> dict[str, npt.NDArray[np.generic]]:
    tensors: dict[str, npt.NDArray[np.generic]] = {}
    for edge in topology.edges():
        if edge.weighted:
            tensors[f"{edge.name}.weight"], tensors[f"{edge.name}.mask"] = _random_weights(edge, generator)
    for node in topology.nodes:
        channels = node.shape[0]
        for part, value in (("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)):
            tensors[f"{node.name}.norm.{part}"] = np.full(channels, value, np.float32)
        # Training gives every channel its own gain, hence its own threshold, which some chips have to store.
        tensors[f"{node.name}.norm.weight"] = generator.uniform(0.5, 2.0, channels).astype(np.float32)
    tensors["readout.bias"] = np.zeros(topology.readout.out_shape[0], np.float32)
    return tensors


def _random_weights(
    edge: EdgePlan, generator: np.random.Generator
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Uniform codes of the edge's bits (step 2: a weight is its code), and a mask that keeps exactly its fraction."""
    size = int(np.prod(edge.weight_shape))
    codes = 2 * generator.integers(0, 2**edge.bits, size) - (2**edge.bits - 1)
    mask = np.zeros(size, np.uint8)
    mask[int((1 - edge.keep) * size) :] = 1
    generator.shuffle(mask)
    return codes.astype(np.float32).reshape(edge.weight_shape), mask.reshape(edge.weight_shape)
