"""Sections `[neuron]` and `[messages]`: registers of the neuron unit, and what a spike can carry."""

from __future__ import annotations

from typing import Annotated, Literal

from litesnn.compiler.profile.figure import Cost, Count, CountOrZero, Fact, Figure, Flag, Limit, Section, optional
from litesnn.compiler.profile.ranges import Whole
from litesnn.compiler.profile.synapses import NO_LEARNING

SHARED = "part of the arithmetic that all engines share; no other value is read (docs/numbers.md)"


class Neuron(Section):
    """The neuron unit: register widths in bits, refractory periods in steps, state in bytes.

    All engines compute with 24-bit states, 17-bit thresholds shifted by 6, 13-bit biases shifted by up to 7 and 12-bit
    decays. Wider registers change nothing; what a narrower one cannot hold is a finding.
    """

    state_bits: Annotated[Figure[Annotated[int, Whole(2, 64)]], Limit("currents and membranes: LSN-STATE")]
    vth_bits: Annotated[Figure[Annotated[int, Whole(1, 64)]], Limit("LSN-VTH")]
    bias_mant_bits: Annotated[Figure[Annotated[int, Whole(1, 64)]], Limit("mantissas of biases; LSN-BIAS")]
    accumulator_bits: Annotated[
        Figure[Annotated[int, Whole(2, 64)]], Limit("range proofs, training's ranges; LSN-RANGE")
    ]
    current_overflow: Annotated[Figure[Literal["wrap"]], Fact(SHARED)]
    membrane_overflow: Annotated[Figure[Literal["clip"]], Fact(SHARED)]
    programmable: Annotated[Flag, Limit("gates of loops; LSN-PROGRAMMABLE")]
    threshold_profiles_per_core: Annotated[Count, Limit("LSN-THRESHOLDS, partition")]
    vth_exp: Annotated[Figure[Annotated[int, Whole(0, 31)]], Limit("steps and range of thresholds: LSN-VTH")] = (
        optional()
    )
    decay_bits: Annotated[Figure[Annotated[int, Whole(1, 32)]], Limit("LSN-DECAY")] = optional()
    bias_exp_bits: Annotated[Figure[Annotated[int, Whole(0, 8)]], Limit("exponents of biases; LSN-BIAS")] = optional()
    current_decay_offset: Annotated[Figure[Annotated[int, Whole(0, 4096)]], Limit("LSN-DECAY")] = optional()
    membrane_decay_offset: Annotated[Figure[Annotated[int, Whole(0, 4096)]], Limit("LSN-DECAY")] = optional()
    refractory_max: Annotated[CountOrZero, Fact("programs have no refractory periods")] = optional()
    membrane_min_exp_max: Annotated[Figure[Annotated[int, Whole(0, 64)]], Limit("lowest membrane: LSN-STATE")] = (
        optional()
    )
    membrane_max_exp_max: Annotated[Figure[Annotated[int, Whole(0, 64)]], Limit("highest membrane: LSN-STATE")] = (
        optional()
    )
    soft_reset: Annotated[
        Flag, Limit("two compartments where neurons are fixed and reset by subtraction; LSN-SOFT-RESET")
    ] = optional()
    state_bytes_max: Annotated[CountOrZero, Fact("what a programmed neuron's state takes is not public")] = optional()


class Messages(Section):
    """What a spike can carry: payload bits of graded spikes, 0 where spikes are binary; entries an output axon takes."""

    graded_payload_bits: Annotated[
        Figure[Annotated[int, Whole(0, 64)]], Limit("what runs on the host; LSN-GRADED-INPUT, LSN-MESSAGE")
    ]
    axon_entries: Annotated[Figure[Annotated[int, Whole(1, 2**16)]], Cost("output axons: LSN-AXON-OUT")] = optional()
    population_axon_entries: Annotated[Figure[Annotated[int, Whole(1, 2**16)]], Cost("output axons: LSN-AXON-OUT")] = (
        optional()
    )
    other_chip_extra_entries: Annotated[
        Figure[Annotated[int, Whole(0, 2**16)]], Cost("output axons to other chips: LSN-AXON-OUT")
    ] = optional()
    learning_input_axons: Annotated[Figure[Annotated[int, Whole(0, 2**16)]], Fact(NO_LEARNING)] = optional()
