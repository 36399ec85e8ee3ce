"""Sections `[core]`, `[chip]`, `[mesh]` and `[boards]`: what there is of everything."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from litesnn.compiler.profile.figure import (
    Amount,
    Cost,
    Count,
    CountOrZero,
    Fact,
    Figure,
    Flag,
    Limit,
    Name,
    Section,
    optional,
)
from litesnn.compiler.profile.neuron import SHARED
from litesnn.compiler.profile.ranges import Whole
from litesnn.compiler.profile.synapses import NO_LEARNING

SILICON = "silicon: no count or figure rests on it"
NO_LINK_MODEL = "traffic is counted in packets and hops; no time is derived from them"
Words = Figure[Annotated[int, Whole(0, 2**20)]]
Freedom = Figure[Literal["free", "power_of_two"]]
Side = Figure[Annotated[int, Whole(1, 1024)]]
Boards = Annotated[dict[Name, Figure[Annotated[int, Whole(1, 2**20)]]], Field(max_length=256)]


class CoreLimits(Section):
    """What one core holds: entries, words of `word_bits`, registers; memory in KiB.

    `layers_per_core`: slices of layers on one core, two of one layer counted as two. `patch_widths`: whether the slice of a map
    that a core holds is a power of two wide; the last one of a row may reach beyond the map, and its neurons are allocated as
    if it did not. `patch_parts`: whether channels and rows of a map are cut into a power of two of parts. `axon_map_per`:
    an entry of the axon map per neuron, or per pixel and row list where kernels alone read it. `axon_memory_per`: an entry of
    the axon memory per slice and destination core, or per pixel and channel range of each reader, which is a bound.
    `sums_in_core_words`: whether the sums of arriving synapses, neurons x time steps that are held x `accumulator_bits`, take
    `core_words`; so many steps as the longest delay of the program needs.
    """

    input_axons: Annotated[Count, Limit("LSN-AXON-IN, partition")] = optional()
    output_axon_entries: Annotated[Count, Limit("LSN-AXON-OUT, partition")] = optional()
    axon_map_entries: Annotated[Count, Limit("LSN-AXON-MAP, partition")] = optional()
    synapse_words: Annotated[Count, Limit("LSN-SYNAPSE-WORDS, partition")] = optional()
    core_words: Annotated[Count, Limit("LSN-CORE-WORDS, partition")] = optional()
    word_bits: Annotated[Figure[Annotated[int, Whole(8, 1024)]], Cost("memory: lists are padded to words")] = optional()
    memory_kib: Annotated[Count, Limit("core_words may not exceed it; LSN-CORE-WORDS")] = optional()
    synapse_memory_kib: Annotated[Count, Limit("synapse_words may not exceed it; LSN-SYNAPSE-WORDS")] = optional()
    routing_tables_kb: Annotated[Count, Fact("axons are counted in entries, not in bytes")] = optional()
    synapse_formats: Annotated[Count, Limit("LSN-FORMATS, partition")] = optional()
    compartment_profiles: Annotated[Count, Limit("LSN-DECAY-PROFILES, partition")] = optional()
    neuron_groups: Annotated[Count, Limit("LSN-NEURON-GROUPS, partition")] = optional()
    layers_per_core: Annotated[Count, Limit("LSN-LAYERS, partition")] = optional()
    patch_widths: Annotated[Freedom, Limit("partition of maps over columns")] = optional()
    patch_parts: Annotated[Freedom, Limit("partition of maps over channels and rows")] = optional()
    stdp_profiles: Annotated[CountOrZero, Fact(NO_LEARNING)] = optional()
    delay_slots: Annotated[Count, Limit("LSN-DELAY-SLOTS, partition")] = optional()
    delay_bits_with_all_neurons: Annotated[
        Figure[Annotated[int, Whole(0, 64)]], Fact("delay_slots counts the same, and is what binds")
    ] = optional()
    neuron_words: Annotated[Words, Cost("core_words per LIF neuron")] = optional()
    axon_map_words: Annotated[Words, Cost("core_words per axon map entry")] = optional()
    axon_map_per: Annotated[
        Figure[Literal["neuron", "pixel"]], Cost("axon_map_entries of what kernels read (kernel_sharing: row)")
    ] = optional()
    axon_memory_per: Annotated[
        Figure[Literal["core", "pixel"]], Cost("output_axon_entries of what kernels read (kernel_sharing: row)")
    ] = optional()
    sums_in_core_words: Annotated[Flag, Cost("core_words: neurons x delay slots x accumulator_bits")] = optional()
    fan_in_max: Annotated[Count, Limit("LSN-FAN-IN")] = optional()


class Chip(Section):
    """Size of a chip: counts, die in mm2, process in nm. `chips` is how many of it a program may use."""

    chips: Annotated[Figure[Annotated[int, Whole(1, 2**20)]], Limit("LSN-CHIPS")] = Figure(
        value=1, status="CONFIRMED", source="one chip"
    )
    cores: Annotated[Figure[Annotated[int, Whole(1, 2**20)]], Limit("LSN-CHIPS, placement")]
    neurons_per_core: Annotated[Figure[Annotated[int, Whole(1, 2**24)]], Limit("LSN-NEURONS, partition")]
    neurons: Annotated[Figure[Annotated[int, Whole(1, 2**53)]], Limit("LSN-CHIP-NEURONS")] = optional()
    synapses: Annotated[
        Figure[Annotated[int, Whole(1, 2**53)]],
        Fact("depends on their width; the words of synapse memory are what binds"),
    ] = optional()
    processors: Annotated[CountOrZero, Fact("programs use none")] = optional()
    process_nm: Annotated[Count, Fact(SILICON)] = optional()
    die_mm2: Annotated[Amount, Fact(SILICON)] = optional()
    core_mm2: Annotated[Amount, Fact(SILICON)] = optional()
    transistors: Annotated[Amount, Fact(SILICON)] = optional()
    sram_mb: Annotated[Amount, Fact(SILICON)] = optional()
    supply_min_v: Annotated[Amount, Fact(SILICON)] = optional()
    supply_max_v: Annotated[Amount, Fact(SILICON)] = optional()


class Mesh(Section):
    """The network on chip: routers in columns (E-W) and rows (N-S), each with its cores."""

    mesh_columns: Annotated[Side, Limit("placement, traffic")] = optional()
    mesh_rows: Annotated[Side, Limit("placement, traffic")] = optional()
    cores_per_router: Annotated[Side, Limit("placement, traffic, LSN-CHIPS")] = optional()
    routing: Annotated[Figure[Literal["xy"]], Fact(f"hops and links are counted so; {SHARED.partition('; ')[2]}")] = (
        optional()
    )
    fabrics: Annotated[Count, Fact(NO_LINK_MODEL)] = optional()
    mesh_cores_max: Annotated[Count, Limit("a profile's chip.cores may not exceed it")] = optional()
    system_chips_max: Annotated[Count, Limit("a profile's chip.chips may not exceed it")] = optional()
    interchip_slowdown: Annotated[Amount, Fact(NO_LINK_MODEL)] = optional()
    interchip_hop_pj: Annotated[Amount, Cost("energy of packets between chips")] = optional()
    interchip_hop_ns: Annotated[Amount, Fact(NO_LINK_MODEL)] = optional()
    router_gspikes_per_s: Annotated[Amount, Fact(NO_LINK_MODEL)] = optional()
