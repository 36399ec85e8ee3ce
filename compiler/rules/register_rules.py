"""Rules about the registers of a neuron: thresholds, biases, decays and states that a chip narrower than all engines cannot hold.

Every engine computes with the same registers (docs/numbers.md), and programs are equal in them. What a chip's own figures
allow on top changes nothing; what they do not hold is an error, for there is no engine that shows what such a chip would do.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from litesnn.compiler.graph import DECAY_UNITY, STATE_MAX, VTH_MAX, WEIGHT_SHIFT, Graph, Membranes
from litesnn.compiler.graph.kinds.registers import DECAY_BITS
from litesnn.compiler.profile import Profile, known
from litesnn.compiler.rules import on_chip
from litesnn.compiler.rules.finding import Finding

CURRENT_OFFSET, MEMBRANE_OFFSET = 1, 0
"""What the engines add to a decay register (Lava): the current keeps 4096 - (du + 1) of 4096, the membrane 4096 - dv."""


def thresholds_are_held(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Every threshold is a multiple of 2^vth_exp of at most vth_bits bits; no readout's membrane reaches the largest."""
    figure = profile.neuron.vth_exp.value
    exponent = WEIGHT_SHIFT if figure is None else figure
    bits = known(profile.neuron.vth_bits, "neuron.vth_bits", profile.name)
    most = 2**bits - 1
    highest = {proof.population: proof.high for proof in graph.ranges if proof.register == "membrane"}
    for population in on_chip.in_registers(graph, profile):
        if population.fixed_register is not None:
            membrane = population.fixed_register << WEIGHT_SHIFT
            yield from _threshold(population, int(membrane.max(initial=0)) >> exponent, most, bits)
            coarse = int(np.bitwise_or.reduce(membrane, initial=0))
            step = (coarse & -coarse).bit_length() - 1
            if coarse and step < exponent:
                text = f"thresholds of '{population.name}' are multiples of 2^{step}; the register holds those of 2^{exponent}"
                fix = f"a chip with vth_exp {step} or less"
                yield Finding(
                    code="LSN-VTH",
                    severity="error",
                    place=population.place,
                    value=exponent,
                    limit=step,
                    unit="exponent",
                    message=text,
                    fix=fix,
                )
        top = most << exponent
        reach = highest.get(population.name, 0)
        if population.sends == "nothing" and top < min(reach, VTH_MAX << WEIGHT_SHIFT):
            text = f"the membrane of '{population.name}' can reach {reach:,}; a chip's readout spikes beyond {top:,} ({bits} bits)"
            yield Finding(
                code="LSN-VTH",
                severity="error",
                place=population.place,
                value=reach,
                limit=top,
                unit="membrane units",
                message=text,
                fix="prune its fan-in",
            )


def _threshold(population: Membranes, value: int, most: int, bits: int) -> Iterator[Finding]:
    if value > most:
        text = f"a threshold of '{population.name}' is {value:,}; the register holds {most:,} ({bits} bits)"
        fix = f"a membrane_exp {(value // max(most, 1)).bit_length()} lower"
        yield Finding(
            code="LSN-VTH",
            severity="error",
            place=population.place,
            value=value,
            limit=most,
            unit="threshold units",
            message=text,
            fix=fix,
        )


def biases_are_held(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Every bias has a mantissa of bias_mant_bits, its sign included, and an exponent of bias_exp_bits."""
    bits = known(profile.neuron.bias_mant_bits, "neuron.bias_mant_bits", profile.name)
    most, exponents = 2 ** (bits - 1) - 1, profile.neuron.bias_exp_bits.value
    for population in on_chip.in_registers(graph, profile):
        if population.bias_mant is None or population.bias_exp is None:
            continue
        mantissa, exponent = int(np.abs(population.bias_mant).max(initial=0)), int(population.bias_exp.max(initial=0))
        fix = "train it with a lower membrane_exp, which makes biases smaller"
        if mantissa > most:
            text = f"a bias of '{population.name}' has the mantissa {mantissa:,}; the register holds {most:,} ({bits} bits)"
            yield Finding(
                code="LSN-BIAS",
                severity="error",
                place=population.place,
                value=mantissa,
                limit=most,
                unit="mantissa",
                message=text,
                fix=fix,
            )
        if exponents is not None and exponent > 2**exponents - 1:
            text = f"a bias of '{population.name}' has the exponent {exponent}; the register holds {2**exponents - 1}"
            yield Finding(
                code="LSN-BIAS",
                severity="error",
                place=population.place,
                value=exponent,
                limit=2**exponents - 1,
                unit="exponent",
                message=text,
                fix=fix,
            )


def decays_are_held(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Every decay is a register value of decay_bits and the chip's offset: a warning where another offset would hold it."""
    neuron = profile.neuron
    bits = DECAY_BITS if neuron.decay_bits.value is None else neuron.decay_bits.value
    for population in on_chip.in_registers(graph, profile):
        currents, membranes = zip(*sorted(population.decays()), strict=True)
        for state, decays, figure, offset in (
            ("current", currents, neuron.current_decay_offset.value, CURRENT_OFFSET),
            ("membrane", membranes, neuron.membrane_decay_offset.value, MEMBRANE_OFFSET),
        ):
            own = offset if figure is None else figure
            for taken in sorted({decay + offset for decay in decays}):
                if not _held(taken, bits, own):
                    yield _decay(population, state, taken, bits, own)


def _decay(population: Membranes, state: str, taken: int, bits: int, own: int) -> Finding:
    text = (
        f"the {state} of '{population.name}' loses {taken}/{DECAY_UNITY} a step; a register of {bits} bits and offset "
        f"{own} holds no such decay"
    )
    if any(_held(taken, bits, flag) for flag in (0, 1)):
        least = own * DECAY_UNITY >> bits
        return Finding(
            code="LSN-DECAY",
            severity="warning",
            place=population.place,
            value=taken,
            limit=least if taken < least else (2**bits - 1 + own) * DECAY_UNITY >> bits,
            unit="4096ths",
            message=text,
            fix="a chip whose offset is a flag (see the figure's note), or another decay",
            floor=taken < least,
        )
    return Finding(
        code="LSN-DECAY",
        severity="error",
        place=population.place,
        value=DECAY_BITS - ((taken & -taken).bit_length() - 1 if taken else DECAY_BITS),
        limit=bits,
        unit="bits",
        message=text,
        fix=f"a decay in steps of 1/{2**bits}",
    )


def _held(taken: int, bits: int, offset: int) -> bool:
    """Whether a state that loses `taken` / 4096 a step loses (register + offset) / 2^bits for some register value."""
    scaled = taken << bits
    return scaled % DECAY_UNITY == 0 and 0 <= (scaled // DECAY_UNITY) - offset < 2**bits


def states_are_held(graph: Graph, profile: Profile) -> Iterator[Finding]:
    """Where a chip's states are narrower than those of the engines, no input drives a current or membrane out of them."""
    neuron = profile.neuron
    width = profile.state_limit
    low, high = neuron.membrane_min_exp_max.value, neuron.membrane_max_exp_max.value
    # Loihi 1's registers: vmin = -(2^n) + 1 and vmax = 2^(9 + 2 n) - 1.
    lowest = width if low is None else min(width, 2**low - 1)
    highest = width if high is None else min(width, 2 ** (9 + 2 * high) - 1)
    ends = {"current": (width, width), "membrane": (lowest, highest)}
    hosted = {population.name for population in graph.membranes if population.on_host}
    for proof in graph.ranges:
        if proof.register not in ends or proof.population in hosted:
            continue
        for reach, end in zip((-proof.low, proof.high), ends[proof.register], strict=True):
            if min(reach, STATE_MAX) > end:
                text = f"the {proof.register} of '{proof.population}' can reach {reach:,}; the chip's ends at {end:,}"
                fix = "a lower membrane_exp, fewer inputs or fewer bits"
                yield Finding(
                    code="LSN-STATE",
                    severity="error",
                    place=graph[proof.population].place,
                    value=reach,
                    limit=end,
                    unit="register units",
                    message=text,
                    fix=fix,
                )
                break
