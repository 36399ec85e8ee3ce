"""A genotype that is not trained, with random weights in the place of those that training will find.

Every tensor gets random codes with exactly its kept fraction, and the compiler's own folding, formats and schedule are applied to
them. What training decides is missing: dead channels are not removed, and membranes are finer than needed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.compiler.genotype import Genotype, LoadedGenotype, Topology, resolve, with_numbers
from litesnn.compiler.genotype.topology import EdgePlan
from litesnn.compiler.graph import Graph
from litesnn.compiler.origin.genotype import GenotypeOrigin
from litesnn.compiler.passes import ProveRanges, RemoveDead, StaggerResets
from litesnn.compiler.profile import Profile

# What is dead is up to training; resets and ranges cost nothing on the chip.
SKIPPED = (RemoveDead.name, StaggerResets.name, ProveRanges.name)
MEMBRANE_EXP = 8


def stand_in_graph(genotype: Genotype | LoadedGenotype, profile: Profile, seed: int = 0) -> Graph:
    """The scheduled graph of a genotype, with random weights where it has none; ranges and dead channels are not looked for."""
    weighted = GenotypeOrigin(with_random_weights(genotype, seed))
    return weighted.pipeline(profile).without(*SKIPPED).run(validate=False)


def with_random_weights(genotype: Genotype | LoadedGenotype, seed: int = 0) -> LoadedGenotype:
    """The genotype itself where it is trained, otherwise one of the same shapes with random weights."""
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
