"""Rules about single weights, sums of them and messages: values that formats, neurons and spikes of a chip cannot carry."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from litesnn.compiler.graph import WEIGHT_SHIFT, Graph, Membranes
from litesnn.compiler.profile import Profile
from litesnn.compiler.rules import on_chip
from litesnn.compiler.rules.finding import Finding


def mantissas_are_held(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Every stored mantissa, aligned to the top of 8 bits, lies in the range of its sign mode."""
    synapses = profile.synapses
    ranges = {
        "mixed": synapses.mixed_mantissa.value,
        "excitatory": synapses.excitatory_mantissa.value,
        "inhibitory": synapses.inhibitory_mantissa.value,
    }
    worst: dict[str, Finding] = {}
    for block in on_chip.blocks(graph):
        allowed = None if block.format is None else ranges[block.format.sign_mode]
        if block.format is None or allowed is None:
            continue
        codes = block.geometry.codes << block.format.alignment
        low, high = int(codes.min(initial=0)), int(codes.max(initial=0))
        below = allowed[0] - low > high - allowed[1]
        value, limit = (-low, -allowed[0]) if below else (high, allowed[1])
        if value > limit and (block.place not in worst or worst[block.place].value < value):
            text = f"{block.format.sign_mode} mantissas {low} .. {high}; the chip holds {allowed[0]} .. {allowed[1]}"
            fix = "use fewer bits, or --sign split"
            worst[block.place] = Finding(
                code="LSN-MANTISSA",
                severity="error",
                place=block.place,
                value=value,
                limit=limit,
                unit="mantissa",
                message=text,
                fix=fix,
            )
    yield from worst.values()


def weights_are_held(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """No weight is larger than the chip computes with, after the shift by 6."""
    limit = profile.synapses.effective_weight_max.value
    largest: dict[str, int] = {}
    for block in on_chip.blocks(graph) if limit is not None else ():
        top = int(np.abs(block.geometry.codes).max(initial=0)) << (block.exponent + WEIGHT_SHIFT)
        largest[block.place] = max(top, largest.get(block.place, 0))
    for place, value in largest.items():
        if limit is not None and value > limit:
            text = f"a weight of {value:,} membrane units; the chip holds {limit:,}"
            fix = f"a membrane_exp {(value // limit).bit_length()} lower, or fewer bits"
            yield Finding(
                code="LSN-WEIGHT",
                severity="error",
                place=place,
                value=value,
                limit=limit,
                unit="membrane units",
                message=text,
                fix=fix,
            )


def fan_in_fits(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """No neuron has more synapses than a chip allows one."""
    limit = profile.core.fan_in_max.value
    for population in on_chip.membranes(graph) if limit is not None else ():
        value = fan_in(graph, population)
        if limit is not None and value > limit:
            text = f"a neuron of '{population.name}' has {value:,} synapses of at most {limit:,}"
            fix = "prune its fan-in, or let it read fewer channels"
            yield Finding(
                code="LSN-FAN-IN",
                severity="error",
                place=population.place,
                value=value,
                limit=limit,
                unit="synapses",
                message=text,
                fix=fix,
            )


def fan_in(graph: Graph, population: Membranes) -> int:
    """Most synapses of one neuron; where its map has a border, those of a neuron away from it."""
    synapses = np.zeros(population.shape[0], np.int64)
    for block in graph.into(population.name):
        ones = block.geometry.map_codes(lambda codes: (codes != 0).astype(codes.dtype))
        synapses += ones.sums(graph[block.source].shape, population.shape)[0]
    return int(synapses.max(initial=0))


def messages_fit(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """What neurons send is no wider than a spike's payload; binary spikes have none."""
    payload = profile.payload_bits
    for population in on_chip.membranes(graph):
        low, high = population.sent
        bits = max((-low - 1).bit_length() if low < 0 else 0, high.bit_length()) + (low < 0)
        if (low, high) != (0, 1) and bits > payload and graph.out_of(population.name):
            carries = f"a spike carries {payload}" if payload else "spikes are binary"
            text = f"'{population.name}' sends values of {bits} bits; {carries}"
            fix = "a chip with graded spikes of that width"
            yield Finding(
                code="LSN-MESSAGE",
                severity="error",
                place=population.place,
                value=bits,
                limit=payload,
                unit="bits",
                message=text,
                fix=fix,
            )
