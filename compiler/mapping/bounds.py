"""A true lower bound on the number of cores: total demand without any copy, over what one core holds.

Splitting duplicates axons, kernels, headers and padding; none of that is counted, so no mapping can beat the bound.
"""

from __future__ import annotations

from math import prod

import numpy as np
import numpy.typing as npt

from litesnn.compiler.mapping.fan import Fan
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.usage import Demand

Ints = npt.NDArray[np.int64]


def lower_bound(demands: dict[str, Demand], limits: CoreLimits) -> dict[str, float]:
    """Resource -> cores that the total demand fills.

    Per resource the least that any partition holds, whatever kind of axons it chooses: every neuron once, every source
    neuron's axon once, and every list once, of weight and delay bits alone, in whole words.
    """
    readers: dict[str, list[Fan]] = {}
    for demand in demands.values():
        for fan in demand.fans:
            readers.setdefault(fan.source.name, []).append(fan)
    neurons = sum(demand.population.size * demand.compartments for demand in demands.values())
    state = sum(demand.population.size * demand.state_words for demand in demands.values())
    sums = sum(int(demand.sum_words(demand.population.size * demand.compartments)) for demand in demands.values())
    axons = words = projecting = leaving = 0
    for name, fans in readers.items():
        own = [fan for fan in fans if fan.kind == "neuron"]
        bits = sum((_list_bits(fan) for fan in own), np.zeros(fans[0].source.shape, np.int64))
        axons += int(np.count_nonzero(bits)) + sum(_shared_axons(fan) for fan in fans if fan.kind != "neuron")
        words += sum(fan.least_words() for fan in fans if fan.kind != "neuron")
        words += int((-(-bits // fans[0].rule.word_bits)).sum())
        if name in demands:
            per_neuron = not limits.map_per_pixel or any(fan.kind != "row" for fan in fans)
            projecting += fans[0].source.size if per_neuron else prod(fans[0].source.shape[1:])
            leaving += _entries(fans, bits, limits)
    total = {
        "neurons": neurons,
        "input_axons": axons,
        "synapse_words": words,
        # SynMem + AxonIn + Neurons + AxonMap + sums; groups and routes may be common to a core.
        "core_words": words + axons + state + sums + projecting * limits.axon_map_words,
        "axon_map": projecting,
        "delay_slots": sum(
            demand.population.size * demand.compartments << demand.delay_bits for demand in demands.values()
        ),
    }
    if limits.entries is not None:
        total["output_axons"] = leaving
    if demands:
        thresholds = frozenset().union(*(d.thresholds((0, d.population.shape[0])) for d in demands.values()))
        total["threshold_profiles"] = len(thresholds)
        decays = frozenset().union(*(d.decays((0, d.population.shape[0])) for d in demands.values()))
        total["compartment_profiles"] = len(decays)
    return {name: total[name] / limit for name, limit in limits.resources.items() if name in total}


def _entries(fans: list[Fan], own_bits: Ints, limits: CoreLimits) -> int:
    """Output entries of one source: an axon per neuron for all its own lists, and towards each kernel the cheapest kind."""
    if limits.entries is None:
        return 0
    discrete, shared = limits.entries["discrete"], limits.entries["shared"]
    kernels = [np.count_nonzero(_list_bits(fan), axis=0) for fan in fans if fan.kind != "neuron"]
    return discrete * int(np.count_nonzero(own_bits)) + sum(
        int(np.minimum(discrete * channels, shared * (channels > 0)).sum()) for channels in kernels
    )


def _list_bits(fan: Fan) -> Ints:
    """Weight and delay bits of every source neuron's synapses into the whole target, (C, H, W)."""
    rows, columns = fan.rows.touched(0, fan.target.shape[1]), fan.columns.touched(0, fan.target.shape[2])
    bits: Ints = fan.least_bits()[:, rows[:, None], columns[None, :]]
    return bits


def _shared_axons(fan: Fan) -> int:
    """Input axons of a fan with shared kernels: one, or at least one per pixel that reaches the target."""
    return 1 if fan.kind == "row" else int(np.count_nonzero(_list_bits(fan).any(axis=0)))
