"""The hybrid of a genotype: real normalization, thresholds and offsets beside the integers that they fold to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph, Membranes, SynapseBlock
from litesnn.jobs.explain.chip_rules import CHIP_RULES
from litesnn.jobs.explain.hybrid import HybridNetwork
from litesnn.jobs.explain.operators import Operator, operator
from litesnn.jobs.explain.parts import Added, Constants, Neurons, Synapses
from litesnn.jobs.explain.shared import MEMBRANE, chip_constants, chip_synapses, depth_of, ordered, shift_of

Floats = npt.NDArray[np.float64]


def hybrid_of_genotype(lowered: Graph, folded: Graph) -> HybridNetwork:
    """The network of a genotype, half real and half integers; its decays are the chip's already, for it was trained so.

    Parameters
    ----------
    lowered : before its normalization is folded
    folded : after that
    """
    analog = {block.name: block for block in lowered.blocks}
    neurons = [_neurons(lowered, folded, population, analog) for population in ordered(folded)]
    return HybridNetwork(folded.sources[0].name, neurons, folded.timesteps, depth_of(folded))


def _neurons(lowered: Graph, folded: Graph, population: Membranes, analog: dict[str, SynapseBlock]) -> Neurons:
    chip = chip_constants(population)
    before = lowered[population.name]
    assert isinstance(before, Membranes)
    assert population.unit is not None, "folding gives every population its unit"
    real = chip if before.analog is None else _real(before, population, chip)
    synapses = [
        Synapses(
            source=block.source,
            edge=block.edge,
            shift=shift_of(folded, block),
            real=None if before.analog is None else _real_synapses(folded, before, population, analog[block.name]),
            chip=chip_synapses(folded, block),
        )
        for block in folded.into(population.name)
    ]
    if before.analog is None:  # maxima: nothing of them is real
        synapses = [Synapses(source=s.source, edge=s.edge, shift=s.shift, real=s.chip, chip=s.chip) for s in synapses]
    rule = CHIP_RULES.of(population, population.name)(population)
    return Neurons(
        population=population,
        real=real,
        chip=chip,
        rule=rule,
        synapses=synapses,
        reset=rule.reset,
        spike_at=rule.spike_at,
    )


def _real(before: Membranes, population: Membranes, chip: Constants) -> Constants:
    analog = before.analog
    assert analog is not None
    assert population.unit is not None
    per_unit = MEMBRANE / population.unit
    offset = analog.bias if analog.bias is not None else analog.offset
    added = [] if offset is None else [Added((offset * per_unit)[:, None, None])]
    threshold = None if chip.threshold is None else (analog.threshold * per_unit)[:, None, None]
    return Constants(chip.decay, chip.current_decay, threshold, added)


def _real_synapses(folded: Graph, before: Membranes, population: Membranes, block: SynapseBlock) -> Operator:
    analog, scale = before.analog, block.analog
    assert analog is not None
    assert scale is not None, "lowering gives every block into an analog membrane a value"
    assert population.unit is not None
    gain = np.ones(population.shape[0])
    for factor in (analog.gain, scale.gain):
        gain = gain if factor is None else gain * factor
    worth = np.broadcast_to(scale.value, gain.shape) * gain * (MEMBRANE / population.unit)
    values = block.geometry.codes * block.geometry.by_target(worth)
    return operator(block.geometry, values, folded[block.source].shape, population.shape)
