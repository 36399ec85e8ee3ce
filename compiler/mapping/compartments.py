"""What neurons take on a chip besides what a LIF neuron does: a second compartment and a synapse of their own, or more state.

Where neurons are fixed, a reset by subtraction takes two compartments: the first integrates and never spikes, the second compares what
the first holds, spikes, and takes the threshold from it by a synapse, one step later (NxTF). Those synapses are blocks of the
graph that is mapped: they take lists, axons, formats and packets as any other.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from litesnn.compiler.graph import (
    DECAY_UNITY,
    NO_CURRENT_MEMORY,
    WEIGHT_SHIFT,
    Graph,
    Membranes,
    OneToOne,
    SynapseBlock,
)
from litesnn.compiler.profile import Profile
from litesnn.compiler.profile.neuron import Neuron

SPIKING_COMPARTMENT = (NO_CURRENT_MEMORY, DECAY_UNITY)
"""du and dv of the second compartment: it knows nothing of the step before."""


def compartments(population: Membranes, neuron: Neuron) -> int:
    """Compartments of the chip that one neuron takes: 2 where a fixed unit that cannot subtract does so by a synapse."""
    fixed = not neuron.programmable.value and not neuron.soft_reset.value and not population.on_host
    return 2 if fixed and population.own_synapse is not None else 1


def own_synapses(graph: Graph, profile: Profile) -> list[SynapseBlock]:
    """The synapses of -vth by which neurons of two compartments reset, formatted for the chip; wide thresholds take two each."""
    from litesnn.compiler.passes.assign_formats import AssignFormats

    found = [_own(population) for population in graph.membranes if compartments(population, profile.neuron) > 1]
    found = [block for block in found if block.geometry.nnz]
    return AssignFormats(profile).apply(graph.rebuild(graph.populations, found)).blocks if found else []


def with_own_synapses(graph: Graph, profile: Profile) -> Graph:
    """The graph as cores hold it."""
    own = own_synapses(graph, profile)
    return graph.rebuild(graph.populations, [*graph.blocks, *own]) if own else graph


def core_decays(population: Membranes, channels: tuple[int, int], neuron: Neuron) -> frozenset[tuple[int, int]]:
    """Distinct (du, dv) that a core with a channel range holds."""
    own = population.decays(channels)
    return own | {SPIKING_COMPARTMENT} if compartments(population, neuron) > 1 else own


def core_thresholds(population: Membranes, channels: tuple[int, int], neuron: Neuron) -> frozenset[int]:
    """Distinct threshold mantissas of a channel range; a compartment that never spikes takes none, as a readout does."""
    register = population.threshold_register if neuron.programmable.value else population.fixed_register
    return frozenset() if register is None else frozenset(int(value) for value in np.unique(register[slice(*channels)]))


def state_words(population: Membranes, neuron: Neuron, neuron_words: int, word_bits: int) -> int:
    """Words of state per neuron: those of a LIF neuron, and where neurons are programs more for what each holds for itself."""
    more = -(-population.state_bits // word_bits) if neuron.programmable.value and neuron_words else 0
    return neuron_words * compartments(population, neuron) + more


def _own(population: Membranes) -> SynapseBlock:
    assert population.own_synapse is not None
    weights = (-population.own_synapse >> WEIGHT_SHIFT).astype(np.int32)
    ids = np.flatnonzero(weights)
    block = SynapseBlock(
        name=f"{population.name}:reset",
        source=population.name,
        target=population.name,
        geometry=OneToOne(weights[ids], ids, ids),
        edge=population.name,
        place=population.place,
    )
    return replace(block, distance=1, subtracts=True)
