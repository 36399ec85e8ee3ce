"""Sections `[energy]`, `[time]`, `[cmos45]` and `[measured]`: what operations take. Reports never sum them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from litesnn.compiler.profile.figure import Amount, Cost, Fact, Name, Section, optional
from litesnn.compiler.profile.synapses import NO_LEARNING

REPORT, SANAFE = "energy in the report", "`export --to sanafe`"
POWER = "power: a sample's energy would need its measured time"
BOUND = "a bound of whole systems, to hold an estimate against"
SPREAD = "how long a barrier takes is part of the step times"
NOT_PRINTED = "papers on spiking networks print 32-bit floats, which reports do"
OPERATION = Annotated[Amount, Cost(f"{REPORT}; {SANAFE}")]


class Energy(Section):
    """Energy per operation in pJ, static power in mW."""

    synaptic_op_pj: OPERATION = optional()
    stdp_update_pj: Annotated[Amount, Fact(NO_LEARNING)] = optional()
    neuron_update_active_pj: OPERATION = optional()
    neuron_update_inactive_pj: OPERATION = optional()
    spike_in_tile_pj: Annotated[Amount, Cost(SANAFE)] = optional()
    hop_ew_pj: Annotated[Amount, Cost(SANAFE)] = optional()
    hop_ns_pj: OPERATION = optional()
    barrier_pj: Annotated[Amount, Cost(REPORT)] = optional()
    synaptic_op_bound_pj: Annotated[Amount, Fact(BOUND)] = optional()
    reset_chip_pj: Annotated[Amount, Fact("programs reset populations, never a chip")] = optional()
    static_chip_mw: Annotated[Amount, Fact(POWER)] = optional()
    static_core_mw: Annotated[Amount, Fact(POWER)] = optional()
    processors_mw: Annotated[Amount, Fact(POWER)] = optional()


class Time(Section):
    """Time per operation in ns."""

    synaptic_op_ns: Annotated[Amount, Cost(SANAFE)] = optional()
    stdp_update_ns: Annotated[Amount, Fact(NO_LEARNING)] = optional()
    neuron_update_active_ns: Annotated[Amount, Cost(SANAFE)] = optional()
    neuron_update_inactive_ns: Annotated[Amount, Cost(SANAFE)] = optional()
    spike_in_tile_ns: Annotated[Amount, Cost(SANAFE)] = optional()
    hop_ew_ns: Annotated[Amount, Cost(SANAFE)] = optional()
    hop_ns_ns: Annotated[Amount, Cost(SANAFE)] = optional()
    barrier_min_ns: Annotated[Amount, Fact(SPREAD)] = optional()
    barrier_max_ns: Annotated[Amount, Fact(SPREAD)] = optional()
    multichip_barrier_min_ns: Annotated[Amount, Fact(SPREAD)] = optional()
    multichip_barrier_max_ns: Annotated[Amount, Fact(SPREAD)] = optional()
    step_min_ns: Annotated[Amount, Cost("time in the report")] = optional()
    step_max_ns: Annotated[Amount, Cost("time in the report")] = optional()
    peak_synaptic_op_ns: Annotated[Amount, Fact(BOUND)] = optional()
    peak_neuron_update_ns: Annotated[Amount, Fact(BOUND)] = optional()


class Cmos45(Section):
    """Energy per operation in pJ at 45 nm and 0.9 V: the estimate that papers print for any accelerator."""

    int8_add_pj: Annotated[Amount, Fact(NOT_PRINTED)] = optional()
    int32_add_pj: Annotated[Amount, Fact(NOT_PRINTED)] = optional()
    int8_mul_pj: Annotated[Amount, Fact(NOT_PRINTED)] = optional()
    int32_mul_pj: Annotated[Amount, Fact(NOT_PRINTED)] = optional()
    fp32_add_pj: Annotated[Amount, Cost(REPORT)] = optional()
    fp32_mul_pj: Annotated[Amount, Cost(REPORT)] = optional()
    sram_64bit_pj: Annotated[Amount, Fact("no estimate counts accesses to memory")] = optional()
    sram_32bit_pj: Annotated[Amount, Fact("no estimate counts accesses to memory")] = optional()
    dram_32bit_pj: Annotated[Amount, Fact("no estimate counts accesses to memory")] = optional()


Measured = Annotated[dict[Name, Amount], Field(max_length=256)]
